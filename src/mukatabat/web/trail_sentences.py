# SPDX-License-Identifier: EUPL-1.2
"""The sentence of every act, with the places who and what; a test fails for an act of the code without one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise

LETTERS: dict[str, Sentence] = {
    "letters.draft-begun": _("{who} began a draft"),
    "letters.save": _("{who} saved the draft {what}"),
    "letters.submit": _("{who} sent the draft {what} for approval"),
    "letters.recall": _("{who} took the draft {what} back"),
    "letters.pass-step": _("{who} approved the draft {what} and passed it on"),
    "letters.approve": _("{who} approved the draft {what}"),
    "letters.send-back": _("{who} returned the draft {what}"),
    "letters.discard": _("{who} discarded the draft {what}"),
    "letters.begin-issue": _("{who} began to sign the letter {what}"),
    "letters.signed": _("{who} signed the letter {what}, and it was issued"),
    "letters.unsigned": _("The letter {what} was not signed by {who}, and its number became void"),
    "letters.commented": _("{who} wrote a remark on the draft {what}"),
    "letters.comment-resolved": _("{who} settled a remark on the draft {what}"),
    "letters.version-kept": _("{who} kept a version of the draft {what}"),
    "letters.editing-asked-for": _("{who} asked to edit the draft {what}"),
    "letters.editing-handed-over": _("{who} handed the draft {what} over to whoever asked to edit it"),
    "letters.editing-kept": _("{who} did not hand the draft {what} over"),
    "letters.text-kept": _("{who} kept a paragraph for later letters"),
    "letters.text-forgotten": _("{who} dropped a paragraph kept for later letters"),
    "letters.opened": _("{who} opened the letter {what} for the first time"),
    "letters.batch-confirmed": _("{who} confirmed the signing of several letters at once"),
    "letters.correction-asked": _("{who} asked for a corrected letter after {what}"),
    "letters.correction-begun": _("{who} began a corrected letter after {what}"),
    "letters.scan-taken-in": _("{who} took in a scan of a paper letter"),
    "letters.scan-put-away": _("{who} put a scan away that was no letter"),
    "letters.picture-set": _("{who} set the picture of their own signature"),
    "letters.picture-taken-away": _("{who} took the picture of the signature of {what} away"),
    "letters.paper-registered": _("{who} registered the paper letter {what}"),
    "vault.readers-named": _("{who} named readers of the sealed letter {what}"),
    "vault.readers-removed": _("{who} took the sealed letter {what} away from readers"),
    "vault.reader-recovered": _("{who} and a second person gave the sealed letter {what} a new reader"),
    "vault.document-released": _("A document of the sealed letter {what} was opened in the session of {who}"),
    "work.item-referred": _("{who} referred the letter {what}"),
    "work.item-done": _("{who} marked the letter {what} done"),
    "work.item-followed": _("{who} put the letter {what} under follow-up"),
    "work.item-taken-back": _("{who} took the letter {what} back to what is required"),
    "work.item-unfollowed": _("{who} took the letter {what} out of follow-up"),
    "work.act-undone": _("{who} undid an act on the letter {what}"),
    "work.baseline-stated": _("{who} stated how long a step took on paper"),
}
DELIVERY: dict[str, Sentence] = {
    "exchange.arrival-received": _("{who} laid the letter {what} into the registry's tray"),
    "exchange.arrival-accepted": _("{who} registered the letter {what}"),
    "exchange.arrival-returned": _("{who} returned the letter {what} to its sender"),
    "exchange.arrival-redirected": _("{who} redirected the letter {what} to another body"),
    "exchange.arrival-withdrawn": _("The letter {what} was withdrawn by its sender ({who})"),
    "exchange.consignment-dispatched": _("{who} dispatched the letter {what}"),
    "exchange.consignment-paper": _("{who} laid the letter {what} out for paper delivery"),
    "exchange.consignment-handed": _("{who} recorded that the letter {what} was handed over on paper"),
    "exchange.consignment-delivered": _("{who} delivered the letter {what} to the recipient"),
    "exchange.consignment-registered": _("{who} told that the recipient registered the letter {what}"),
    "exchange.consignment-opened": _("{who} told that the recipient opened the letter {what}"),
    "exchange.consignment-answered": _("{who} told that the letter {what} was answered"),
    "exchange.consignment-returned": _("{who} told that the recipient returned the letter {what}"),
    "exchange.consignment-redirected": _("{who} told that the recipient redirected the letter {what}"),
    "exchange.consignment-failed": _("{who} could not deliver the letter {what}"),
    "exchange.consignment-withdrawn": _("{who} withdrew the letter {what} from a recipient"),
}
BOOKS: dict[str, Sentence] = {
    "registers.book-exported": _("{who} exported the book {what}"),
    "registers.extract-printed": _("{who} printed a day of the book {what}"),
    "registers.slip-printed": _("{who} printed a registration slip of {what}"),
    "vault.document-stored": _("{who} stored a document"),
    "vault.document-destroyed": _("{who} destroyed a document"),
    "vault.key-made": _("{who} made a key of the body for its documents"),
    "vault.keys-rewrapped": _("{who} wrapped the documents' keys anew"),
}
ACCESS: dict[str, Sentence] = {
    "access.signed-in": _("{who} entered with the account {what}"),
    "access.signed-out": _("{who} left with the account {what}"),
    "access.sign-in-refused": _("{who} refused somebody who tried the account {what}"),
    "access.second-factor-proved": _("{who} proved the second factor of {what}"),
    "access.second-factor-refused": _("{who} was refused a code of the second factor of {what}"),
    "access.second-factor-enrolled": _("{who} set up the second factor of {what}"),
    "access.second-factor-removed": _("{who} removed the second factor of {what}"),
    "access.second-factor-reset": _("{who} reset the second factor of {what}"),
    "access.recovery-codes-renewed": _("{who} made new recovery codes for {what}"),
    "access.password-changed": _("{who} changed the password of {what}"),
    "access.password-reset": _("{who} gave the account {what} a new first password"),
    "access.session-ended": _("{who} ended a session of {what}"),
    "access.other-sessions-ended": _("{who} ended the other sessions of {what}"),
    "access.sessions-ended-by-administrator": _("{who} ended all sessions of {what}"),
    "access.account-created": _("{who} created the account {what}"),
    "access.account-closed": _("{who} closed the account {what}"),
    "access.account-opened": _("{who} opened the account {what} again"),
    "portal.token-made": _("{who} made an access key for a linked system: {what}"),
    "portal.token-revoked": _("{who} revoked an access key of a linked system: {what}"),
    "portal.approved-elsewhere": _("{who} recorded an approval in the body's own system: {what}"),
    "web.act-refused": _("{who} was refused an act: {what}"),
}
DIRECTORY: dict[str, Sentence] = {
    "directory.body-added": _("{who} added the body {what} to the directory"),
    "directory.body-renamed": _("{who} renamed the body {what}"),
    "directory.body-closed": _("{who} closed the body {what}"),
    "directory.particulars-stated": _("{who} stated the particulars of the body {what}"),
    "directory.unit-added": _("{who} added the unit {what}"),
    "directory.post-added": _("{who} added the post {what}"),
    "directory.unit-ended": _("{who} ended the unit {what}"),
    "directory.post-ended": _("{who} ended the post {what}"),
    "directory.person-added": _("{who} added the person {what}"),
    "directory.people-imported": _("{who} imported people into {what}"),
    "directory.person-appointed": _("{who} appointed a person to the post {what}"),
    "directory.appointment-ended": _("{who} ended an appointment to the post {what}"),
    "directory.mandate-granted": _("{who} recorded the mandate {what}"),
    "directory.mandate-revoked": _("{who} revoked the mandate {what}"),
    "directory.absence-recorded": _("{who} recorded a leave of {what}"),
    "directory.absence-ended": _("{who} ended a leave of {what}"),
    "directory.hijri-adjusted": _("{who} entered the announced beginning of the month {what}"),
    "directory.hijri-adjustment-withdrawn": _("{who} replaced an earlier announcement of the month {what}"),
    "directory.holiday-added": _("{who} entered the holiday {what}"),
    "directory.holiday-withdrawn": _("{who} withdrew the holiday {what}"),
    "directory.change-proposed": _("{who} proposed what needs two persons: {what}"),
    "directory.change-confirmed": _("{who} confirmed what needs two persons: {what}"),
    "directory.change-declined": _("{who} declined what needs two persons: {what}"),
    "directory.change-withdrawn": _("{who} took back what needs two persons: {what}"),
}
AUDIT: dict[str, Sentence] = {
    "audit.trail-read": _("{who} read the audit log"),
    "audit.trail-exported": _("{who} exported the audit log"),
    "audit.trail-printed": _("{who} printed the audit log"),
    "audit.check-ordered": _("{who} ordered a check of the audit log"),
}
GROUPS: tuple[tuple[Sentence, dict[str, Sentence]], ...] = (
    (_("Letters"), LETTERS), (_("Delivery"), DELIVERY), (_("Books and documents"), BOOKS),
    (_("Accounts and sign-in"), ACCESS), (_("Directory"), DIRECTORY), (_("Audit log"), AUDIT),
)  # fmt: skip
SENTENCES: dict[str, Sentence] = {act: sentence for _title, acts in GROUPS for act, sentence in acts.items()}
SYSTEMS: dict[str, Sentence] = {
    "exchange": _("The exchange"), "access": _("The door"), "letters": _("The signing desk"),
    "cli": _("The server's command line"), "portal": _("A linked system"), "vault": _("The vault"),
}  # fmt: skip
"""Our own jobs by the first part of their names."""
