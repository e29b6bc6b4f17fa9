# SPDX-License-Identifier: EUPL-1.2
"""The routes of letters, below ``letters/``."""

from __future__ import annotations

from django.urls import URLPattern, path

from mukatabat.letters.views import (
    arrivals,
    batch,
    documents,
    drafts,
    handing,
    pages,
    presence,
    proofs,
    review,
    scans,
    signature,
    signing,
    uploads,
    versions,
    writing,
)
from mukatabat.letters.views.letter import letter

app_name = "letters"


def _documents(of: str, folder: str = "") -> list[URLPattern]:
    """The routes below a document of a letter, and the same below one of an arrival or of a scan."""
    one = f"{folder}<uuid:{of}_id>/documents/<uuid:document_id>"
    return [
        path(f"{one}/pages/<int:page>/<int:percent>/", pages.picture, name=f"{of}_page"),
        path(f"{one}/pages/<int:page>/words/", pages.words, name=f"{of}_words"),
        path(f"{one}/find/", pages.find, name=f"{of}_find"),
        path(f"{one}/print/", pages.printed, name=f"{of}_print"),
        path(f"{one}/report/", pages.report, name=f"{of}_report"),
        path(f"{one}/original/", documents.original, name=f"{of}_original"),
    ]


urlpatterns = [
    path("new/", drafts.new, name="new"),
    path("new/<uuid:draft_id>/", drafts.begin, name="begin"),
    path("new/<uuid:draft_id>/autosave/", drafts.autosave_new, name="autosave_new"),
    path("uploads/", uploads.begin, name="uploads"),
    path("uploads/<uuid:upload_id>/", uploads.upload, name="upload"),
    path("options/", drafts.options, name="options"),
    path("citations/", writing.citations, name="citations"),
    path("phrases/", writing.phrases, name="phrases"),
    path("arrivals/<uuid:arrival_id>/", arrivals.arrival, name="arrival"),
    path("arrivals/<uuid:arrival_id>/register/", arrivals.register, name="register"),
    path("arrivals/<uuid:arrival_id>/proof/", proofs.arrival_proof, name="arrival_proof"),
    path("arrivals/<uuid:arrival_id>/return/", arrivals.send_back, name="return_arrival"),
    path("arrivals/<uuid:arrival_id>/redirect/", arrivals.pass_on, name="redirect_arrival"),
    path(
        "arrivals/<uuid:arrival_id>/documents/<uuid:document_id>/", documents.arrival_document, name="arrival_document"
    ),
    path("signature/", signature.picture, name="signature"),
    path("signature/picture.png", signature.shown, name="signature_picture"),
    path("signature/specimen.png", signature.specimen, name="signature_specimen"),
    path("signature/<uuid:person_id>/take-away/", signature.take_away, name="signature_take_away"),
    path("signing/", batch.batch, name="batch"),
    path("signing/confirm/", batch.confirm, name="batch_confirm"),
    path("signing/begin/", batch.begin, name="batch_begin"),
    path("signing/run/", batch.run, name="batch_run"),
    path("signing/next/", batch.next_letter, name="batch_next"),
    path("signing/<uuid:letter_id>/", batch.read, name="batch_read"),
    path("scans/", scans.waiting, name="scans"),
    path("scans/suggestions/", scans.suggestions, name="scan_suggestions"),
    path("scans/<uuid:scan_id>/", scans.scan, name="scan"),
    path("scans/<uuid:scan_id>/document/", scans.scan_document, name="scan_document"),
    path("scans/<uuid:scan_id>/put-away/", scans.away, name="put_away"),
    path("arrivals/<uuid:arrival_id>/documents/all/", pages.everything, name="arrival_everything"),
    path("<uuid:letter_id>/documents/all/", pages.everything, name="letter_everything"),
    *_documents("arrival", "arrivals/"),
    *_documents("scan", "scans/"),
    *_documents("letter"),
    path("<uuid:letter_id>/", letter, name="letter"),
    path("<uuid:letter_id>/reply/", drafts.reply, name="reply"),
    path("<uuid:letter_id>/reply/<uuid:draft_id>/", drafts.begin, name="begin_reply"),
    path("<uuid:letter_id>/reply/<uuid:draft_id>/autosave/", drafts.autosave_new, name="autosave_reply"),
    path("<uuid:letter_id>/correct/", handing.correct, name="correct"),
    path("<uuid:letter_id>/edit/", drafts.edit, name="edit"),
    path("<uuid:letter_id>/autosave/", drafts.autosave, name="autosave"),
    path("<uuid:letter_id>/presence/", presence.presence, name="presence"),
    path("<uuid:letter_id>/versions/", versions.versions, name="versions"),
    path("<uuid:letter_id>/attachments/<uuid:attachment_id>/remove/", drafts.detach, name="detach"),
    path("<uuid:letter_id>/submit/", drafts.submit, name="submit"),
    path("<uuid:letter_id>/discard/", drafts.discard, name="discard"),
    path("<uuid:letter_id>/preview/", drafts.preview, name="preview"),
    path("<uuid:letter_id>/review/", review.review, name="review"),
    path("<uuid:letter_id>/approve/", review.approve, name="approve"),
    path("<uuid:letter_id>/send-back/", review.send_back, name="send_back"),
    path("<uuid:letter_id>/recall/", review.recall, name="recall"),
    path("<uuid:letter_id>/comments/", review.comment, name="comment"),
    path("<uuid:letter_id>/comments/<uuid:comment_id>/resolve/", review.resolve, name="resolve"),
    path("<uuid:letter_id>/sign/", signing.sign, name="sign"),
    path("<uuid:letter_id>/refuse/", signing.refuse, name="refuse"),
    path("<uuid:letter_id>/signing/", signing.signing, name="signing"),
    path("<uuid:letter_id>/signing/give-up/", signing.stop, name="give_up"),
    path("<uuid:letter_id>/refer/", handing.refer, name="refer"),
    path("<uuid:letter_id>/complete/", handing.complete, name="complete"),
    path("<uuid:letter_id>/withdraw/<uuid:consignment_id>/", handing.withdraw, name="withdraw"),
    path("<uuid:letter_id>/deliver/<uuid:consignment_id>/", handing.retry, name="retry"),
    path("<uuid:letter_id>/proof/<uuid:consignment_id>/", proofs.proof, name="proof"),
    path("<uuid:letter_id>/documents/<uuid:document_id>/", documents.document, name="document"),
    path("<uuid:letter_id>/stamp/", documents.stamp, name="stamp"),
    path("<uuid:letter_id>/stamp/copy/", documents.stamped, name="stamped"),
    path("<uuid:letter_id>/notes/", documents.minutes, name="minutes"),
]
