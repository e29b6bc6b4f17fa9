# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong in a letter's life: one error per unmet guard, and those of drafting and issue."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.kernel.errors import Conflict, MukatabatError
from mukatabat.letters.rules import Guard

_DRAFT_SAFE = _("Your draft is saved as it stands.")


class LetterError(MukatabatError):
    """Base of the errors of this room."""


class NoSuchMove(Conflict):
    """The letter's state has no such move: somebody moved it on."""

    code = "letters.no-such-move"
    happened = _("This step is not possible now. State of the letter: %(state)s.")
    safe = _("The letter stands as it was.")
    do = _("Open the letter again to see where it is.")


class DraftChanged(Conflict):
    """A second editor, or another tab, saved the draft in between."""

    code = "letters.draft-changed"
    happened = _("The draft was saved from another place after you opened it.")
    safe = _("Both texts are kept: theirs on the server, yours in this window.")
    do = _("Copy your text, open the draft again, and put in what is missing.")


class WorkStillOpen(Conflict):
    """A unit or a post cannot end while letters wait in its tray or before its step of a route; `count`."""

    code = "letters.work-still-open"
    happened = ngettext_lazy(
        "This cannot end while %(count)d letter waits there.",
        "This cannot end while %(count)d letters wait there.",
        "count",
    )
    safe = _("Nothing was changed.")
    do = _("Let its holders refer or finish what waits, and the drafters choose another route; then end it.")


class DraftHeld(Conflict):
    """Somebody else was given the draft and writes it now."""

    code = "letters.draft-held"
    happened = _("%(name)s is writing this draft now.")
    safe = _("Your text stays in this window, and theirs on the server.")
    do = _("Ask for the draft, or wait until they are done.")


class TextHasForm(LetterError):
    """The draft holds tables or marks, and what came in is plain text that would lose them."""

    code = "letters.text-has-form"
    http_status = 422
    happened = _("The text holds tables or marks that a plain text field cannot keep.")
    safe = _("The text stands as it was saved last.")
    do = _("Change the text in a browser that runs scripts; the other fields can be changed here.")


class NothingToKeep(LetterError):
    """What was to be kept for later letters has no words."""

    code = "letters.nothing-to-keep"
    happened = _("There is no text to keep.")
    safe = _DRAFT_SAFE
    do = _("Select the words first, then keep them.")


class NotTheAuthor(LetterError):
    """Only the author edits, submits, recalls and discards."""

    code = "letters.not-the-author"
    http_status = 403
    happened = _("Only the author of this draft can do this.")
    safe = _("The draft was not changed.")
    do = _("Send it back with a note, and the author will change it.")


class NotReady(LetterError):
    """The draft lacks something; ``lacking`` in the parameters names it for the error summary."""

    code = "letters.not-ready"
    happened = _("The letter is not complete yet.")
    safe = _DRAFT_SAFE
    do = _("Complete the marked fields and send it again.")


class NotYourStep(LetterError):
    """The route's present step belongs to another post."""

    code = "letters.not-your-step"
    http_status = 403
    happened = _("This step of the approval route is not yours.")
    safe = _("The letter stands as it was.")
    do = _("Wait until it reaches you; the route on the letter shows with whom it is.")


class StepsRemain(Conflict):
    """The route moved while the page was open."""

    code = "letters.route-moved"
    happened = _("The approval route has moved on since you opened the letter.")
    safe = _("The letter stands as it was.")
    do = _("Open the letter again.")


class ReasonMissing(LetterError):
    """Sending back and making void need a reason."""

    code = "letters.reason-missing"
    happened = _("A letter goes back only with a reason.")
    safe = _("The letter stands as it was.")
    do = _("Write the reason in one sentence and repeat.")


class NoMandate(LetterError):
    """A guard of last resort; the directory's own errors say which instrument is missing."""

    code = "letters.no-mandate"
    http_status = 403
    happened = _("You have no mandate to sign this letter today.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Send it to someone who holds a mandate for this recipient and subject.")


class SecondFactorNotFresh(LetterError):
    """The second factor is older than five minutes."""

    code = "letters.second-factor-not-fresh"
    http_status = 403
    happened = _("Signing needs your second factor again.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Enter a new code from your device and sign.")


class SignatureNotValid(LetterError):
    """What came back from the signing device is not this person's signature over these bytes."""

    code = "letters.signature-not-valid"
    happened = _("The signature that came back does not fit this letter.")
    safe = _("The letter is not issued; its number is void and shows the reason.")
    do = _("Sign again; it takes a new number. If it happens again, have the signing device checked.")


class ChangedSinceRead(Conflict):
    """The letter went back and was changed while somebody read it; nobody approves what they have not seen."""

    code = "letters.changed-since-read"
    happened = _("The letter was changed after you opened this page.")
    safe = _("Nothing was approved or signed.")
    do = _("Read it again as it is now, then repeat your step.")


class NotRead(LetterError):
    """The signer did not say that the letter was read."""

    code = "letters.not-read"
    happened = _("Signing needs your word that you have read the letter and its attachments.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Read them, tick the box, and sign.")


class NothingChosen(LetterError):
    """A batch was confirmed without a letter in it."""

    code = "letters.nothing-chosen"
    happened = _("No letter was marked as read.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Read at least one letter, mark it, and sign.")


class SignedAlone(LetterError):
    """A sealed letter stands among letters that are signed together."""

    code = "letters.signed-alone"
    happened = _("A letter of this secrecy is signed alone.")
    safe = _("No number was taken and nothing was signed.")
    do = _("Open it, read it, and sign it there.")


class SignatureRefused(LetterError):
    """The signer, or the signing device, refused a running issue; params: reference, reason."""

    code = "letters.signature-refused"
    happened = _("The signature was not made: %(reason)s.")
    safe = _("The letter is not issued. Its number %(reference)s is void and shows the reason; the text is kept.")
    do = _("Open the letter and sign it again; it takes a new number.")


class SignatureTimedOut(SignatureRefused):
    """No signature came before the deadline; params: reference."""

    code = "letters.signature-timed-out"
    happened = _("No signature arrived in time.")


class DueDayUnsuitable(LetterError):
    """A due day is unreadable, past, or not a working day."""

    code = "letters.due-day-unsuitable"
    happened = _("The due day is not a working day from today on.")
    safe = _("The item stays where it is. What you typed is still in front of you.")
    do = _("Choose a working day, today or later.")


class NothingReturned(Conflict):
    """A corrected letter is asked for one that no recipient returned, or whose correction is issued already."""

    code = "letters.nothing-returned"
    happened = _("No recipient waits for a correction of this letter.")
    safe = _("The letter and its delivery stand as they were.")
    do = _("Write a new letter if something is to be added to it.")


class TooManyRecipients(LetterError):
    """More recipients than one letter carries."""

    code = "letters.too-many-recipients"
    happened = _("A letter has at most %(limit)d recipients.")
    safe = _DRAFT_SAFE
    do = _("Send it to some of them, and to the others with a further letter.")


class TooManyAttachments(LetterError):
    """More files than one letter carries."""

    code = "letters.too-many-attachments"
    happened = _("A letter has at most %(limit)d attachments.")
    safe = _("The files that were attached before are kept; this one was not taken.")
    do = _("Combine files into one, or send the rest with a further letter.")


class SubjectUnprintable(LetterError):
    """The subject holds characters for which the letter's typefaces have no sign; params: characters."""

    code = "letters.subject-unprintable"
    happened = _("The subject holds characters that cannot be printed: %(characters)s.")
    safe = _("Nothing was saved from this page yet. What you typed is still in front of you.")
    do = _("Replace these characters in the subject with words.")


class BodyUnprintable(LetterError):
    """A paragraph holds characters for which the letter's typefaces have no sign; params: characters, paragraph."""

    code = "letters.body-unprintable"
    happened = _("Paragraph %(paragraph)d of the text holds characters that cannot be printed: %(characters)s.")
    safe = _DRAFT_SAFE
    do = _("Replace these characters with words and send it again.")


class AlreadyRegistered(Conflict):
    """A letter of the same body under the same reference stands in the book; params: reference (our number)."""

    code = "letters.already-registered"
    happened = _("A letter of this body with this reference is registered already: %(reference)s.")
    safe = _("No number was taken. What you typed is still in front of you.")
    do = _("Compare the two. If they are not the same letter, register this one all the same.")


class ScanAlreadyDecided(Conflict):
    """Two clerks took the same scan."""

    code = "letters.scan-decided"
    happened = _("This scan was registered or put away meanwhile.")
    safe = _("It was registered once at most, and your entry took no number.")
    do = _("Open the list of scans again.")


class ScanUnsuitable(LetterError):
    """A file that is no picture of paper was offered as a scan; params: name."""

    code = "letters.scan-unsuitable"
    happened = _("%(name)s is no scan: a picture or a PDF is one.")
    safe = _("The scans that were taken in before are kept.")
    do = _("Scan the letter into one of these kinds and upload it again.")


class QuestionUnknown(LetterError):
    """The reference that a letter on paper is said to answer is of no issued letter that the clerk may see."""

    code = "letters.question-unknown"
    happened = _("No letter of this body that you may see has the reference typed under “in reply to”.")
    safe = _("No number was taken. What you typed is still in front of you.")
    do = _("Correct the reference, or leave it empty.")


class SubjectMissing(LetterError):
    """A letter on paper is registered without its subject."""

    code = "letters.subject-missing"
    happened = _("The subject is missing.")
    safe = _("No number was taken. What you typed is still in front of you.")
    do = _("Type the subject as the letter has it.")


class LetterDateUnsuitable(LetterError):
    """The date of a letter on paper is missing, unreadable or lies in the future."""

    code = "letters.letter-date-unsuitable"
    happened = _("The date of the letter is missing, or lies in the future.")
    safe = _("No number was taken. What you typed is still in front of you.")
    do = _("Type the date that stands on the letter.")


class SourceUnsuitable(LetterError):
    """A letter on paper names the own body, or none, as its sender."""

    code = "letters.source-unsuitable"
    happened = _("A letter on paper comes from another body.")
    safe = _("No number was taken. What you typed is still in front of you.")
    do = _("Choose the body that sent it.")


class UnknownChoice(LetterError):
    """A form sent a value that none of the lists has."""

    code = "letters.unknown-choice"
    happened = _("One of the chosen values is not in the list.")
    safe = _DRAFT_SAFE
    do = _("Choose it again from the list.")


class TooLongToCopy(LetterError):
    """A secret document has more pages than are drawn into a marked copy, ``limit``."""

    code = "letters.too-long-to-copy"
    http_status = 413
    happened = _("A copy with your name on each page is made of at most %(limit)d pages.")
    safe = _("Nothing was saved.")
    do = _("Read it here, or take the original with a reason.")


class NoSealedLetter(LetterError):
    """No sealed letter of the body has this number; an ordinary one is referred by whoever holds it."""

    code = "letters.no-sealed-letter"
    happened = _("No sealed letter of your body has this number.")
    safe = _("Nothing was changed.")
    do = _("Copy the number from the confidential register.")


UNMET: dict[Guard, type[MukatabatError]] = {
    Guard.AUTHOR: NotTheAuthor,
    Guard.READY: NotReady,
    Guard.STEP_HOLDER: NotYourStep,
    Guard.MORE_STEPS: StepsRemain,
    Guard.LAST_STEP: StepsRemain,
    Guard.REASON: ReasonMissing,
    Guard.MANDATE: NoMandate,
    Guard.FRESH_SECOND_FACTOR: SecondFactorNotFresh,
    Guard.VALID_SIGNATURE: SignatureNotValid,
}
