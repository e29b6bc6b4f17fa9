# SPDX-License-Identifier: EUPL-1.2
"""The forms of the directory's administration; the use cases behind them refuse what a form lets through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mukatabat.access.models import Language
from mukatabat.directory.rules import BodyKind, Channel, Honorific, LetterDigits, Level, MandateKind, PostRole, UnitKind
from mukatabat.kernel import clock
from mukatabat.portal.events import EventType

Choices = Iterable[tuple[str, "str | Promise"]]
_LATIN = {"dir": "ltr", "autocapitalize": "none", "spellcheck": "false"}
LEVELS: tuple[tuple[str, Any], ...] = (
    (str(Level.MINISTER.value), _("Minister or head of a body")),
    (str(Level.UNDERSECRETARY.value), _("Undersecretary")),
    (str(Level.ASSISTANT.value), _("Assistant undersecretary")),
    (str(Level.DIRECTOR.value), _("Director")),
    (str(Level.STAFF.value), _("Staff")),
)


class Day(forms.DateField):
    """A day, chosen from the browser's own calendar."""

    def __init__(self, **settings: Any) -> None:
        """Take a date field's settings; the day is today unless the form says otherwise."""
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **settings)


class Names(forms.Form):
    """A thing's two names."""

    ar = forms.CharField(label=_("Name in Arabic"), max_length=200, widget=forms.TextInput(attrs={"dir": "rtl"}))
    en = forms.CharField(label=_("Name in English"), max_length=200, widget=forms.TextInput(attrs={"dir": "ltr"}))


class PersonForm(Names):
    """A person who begins to work for the body."""

    staff_number = forms.CharField(label=_("Staff number"), max_length=24, widget=forms.TextInput(attrs=_LATIN))
    email = forms.CharField(
        label=_("E-mail"), max_length=200, required=False, widget=forms.TextInput(attrs={**_LATIN, "type": "email"})
    )
    valid_from = Day(label=_("From"), initial=clock.today)


class SignerForm(forms.Form):
    """The name under which a trust service provider knows a person."""

    user_id = forms.CharField(
        label=_("Name at the trust service provider"), max_length=255, widget=forms.TextInput(attrs=_LATIN),
        help_text=_("The provider gave it to the person, who tells it to you."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)


class Chosen(forms.Form):
    """A form whose lists are filled when it is made: `choices` by the name of the field."""

    def __init__(self, *args: Any, choices: dict[str, Choices] | None = None, **kwargs: Any) -> None:
        """Take a form's usual arguments, and what each list offers."""
        super().__init__(*args, **kwargs)
        for name, offered in (choices or {}).items():
            self.fields[name].choices = list(offered)  # type: ignore[attr-defined]


class AppointmentForm(Chosen):
    """A person takes a post; a post of power is proposed and needs the reason."""

    post = forms.ChoiceField(label=_("Post"))
    valid_from = Day(label=_("From"), initial=clock.today)
    valid_to = Day(label=_("To"), required=False)
    is_primary = forms.BooleanField(label=_("This is the person's main post"), required=False)
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False,
        help_text=_("A post of power waits for a second person, who reads this reason."),
    )  # fmt: skip


class MandateForm(Chosen):
    """An instrument as it was issued."""

    kind = forms.ChoiceField(label=_("Instrument"), choices=MandateKind.choices)
    post = forms.ChoiceField(label=_("Whose power it carries"))
    instrument_number = forms.CharField(label=_("Number of the instrument"), max_length=60)
    instrument_date = Day(label=_("Date of the instrument"))
    valid_from = Day(label=_("From"), initial=clock.today)
    valid_to = Day(label=_("To"), required=False)
    highest_level = forms.ChoiceField(label=_("May write up to"), choices=LEVELS)
    letter_types = forms.MultipleChoiceField(
        label=_("Types of letters"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means all."),
    )  # fmt: skip
    may_sign = forms.BooleanField(label=_("May sign"), required=False, initial=True)
    may_refer = forms.BooleanField(label=_("May refer"), required=False)
    may_see_confidential = forms.BooleanField(label=_("May see confidential letters"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AbsenceForm(Chosen):
    """A leave: the tray moves to the deputy, the signature to nobody."""

    starts = Day(label=_("First day"), initial=clock.today)
    ends = Day(label=_("Last day"))
    deputy = forms.ChoiceField(label=_("Deputy"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class ReturnForm(forms.Form):
    """When somebody is back."""

    back_on = Day(label=_("First day at work again"), initial=clock.today)


class AccountForm(forms.Form):
    """A new account."""

    login = forms.CharField(label=_("User name"), max_length=63, widget=forms.TextInput(attrs=_LATIN))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class SealedReaderForm(ReasonForm):
    """Which sealed letter a person shall read, by its number in the register, and why."""

    reference = forms.CharField(
        label=_("Number of the sealed letter"), max_length=40, widget=forms.TextInput(attrs=_LATIN)
    )  # fmt: skip
    field_order = ("reference", "reason")


class NothingForm(forms.Form):
    """A confirmation that asks for nothing more."""


class LastDayForm(forms.Form):
    """On which day something ends."""

    last_day = Day(label=_("Last day"), initial=clock.today)


class UnitForm(Names, Chosen):
    """A new unit."""

    code = forms.CharField(label=_("Code"), max_length=24, widget=forms.TextInput(attrs=_LATIN))
    kind = forms.ChoiceField(label=_("What it is"), choices=UnitKind.choices)
    parent = forms.ChoiceField(label=_("Under"), required=False)
    is_registry = forms.BooleanField(label=_("Its tray receives the body's letters"), required=False)
    valid_from = Day(label=_("From"), initial=clock.today)


class PostForm(Names, Chosen):
    """A new post."""

    unit = forms.ChoiceField(label=_("Unit"))
    role = forms.ChoiceField(
        label=_("What its holder does"), choices=lambda: [one for one in PostRole.choices() if one[0] != "operator"]
    )
    honorific = forms.ChoiceField(label=_("Style of address"), choices=Honorific.choices, initial="sayyid")
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, initial="5")
    receives_letters = forms.BooleanField(label=_("May be written to from outside"), required=False)
    valid_from = Day(label=_("From"), initial=clock.today)


class SettingsForm(forms.Form):
    """What a body says of itself, on its letters and in the directory."""

    letterhead_ar = forms.CharField(
        label=_("Letterhead in Arabic"), max_length=600, widget=forms.Textarea(attrs={"rows": 3, "dir": "rtl"})
    )
    letterhead_en = forms.CharField(
        label=_("Letterhead in English"), max_length=600, widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr"})
    )
    letter_digits = forms.ChoiceField(label=_("Digits of its letters"), choices=LetterDigits.choices)
    phone = forms.CharField(
        label=_("Telephone of the registry"), max_length=24, required=False, widget=forms.TextInput(attrs=_LATIN)
    )
    email = forms.CharField(
        label=_("E-mail of the registry"), max_length=200, required=False, widget=forms.TextInput(attrs=_LATIN)
    )
    opens = forms.TimeField(
        label=_("Registry opens"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    closes = forms.TimeField(
        label=_("Registry closes"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class MonthForm(Chosen):
    """On which day a Hijri month begins, and by whose word."""

    days = forms.ChoiceField(label=_("The month begins"), widget=forms.RadioSelect)
    announcement = forms.CharField(
        label=_("Announcement"), max_length=200, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Who announced it, and when."),
    )  # fmt: skip


class HolidayForm(Names):
    """A day without work, as the Cabinet announced it."""

    field_order = ["on", "ar", "en"]
    on = Day(label=_("Day"))


class BodyForm(Names):
    """A new body of the directory."""

    field_order = ["code", "ar", "en", "kind", "channel", "valid_from"]
    code = forms.CharField(label=_("Code"), max_length=12, widget=forms.TextInput(attrs=_LATIN))
    kind = forms.ChoiceField(label=_("What it is"), choices=BodyKind.choices)
    channel = forms.ChoiceField(label=_("Letters reach it"), choices=Channel.choices)
    valid_from = Day(label=_("From"), initial=clock.today)


class RenameForm(Names):
    """A body's new names."""

    valid_from = Day(label=_("From"), initial=clock.today)


class CloseForm(ReasonForm):
    """The end of a body."""

    field_order = ["last_day", "reason"]
    last_day = Day(label=_("Last day"))


class ImportForm(forms.Form):
    """A table of people."""

    file = forms.FileField(label=_("CSV file"), widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}))


class WebhookForm(Chosen):
    """An address that is called when something happens to a letter."""

    url = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("an encrypted address"),
        widget=forms.TextInput(attrs={**_LATIN, "type": "url"}),
    )
    purpose = forms.CharField(label=_("What for"), max_length=120)
    person_id = forms.ChoiceField(
        label=_("Who answers for it"), help_text=_("it tells only of letters that this person may see")
    )
    types = forms.MultipleChoiceField(
        label=_("Tells that"), choices=EventType.choices, initial=list(EventType), widget=forms.CheckboxSelectMultiple
    )


class ReplayForm(forms.Form):
    """Days whose events are sent again."""

    first = Day(label=_("From"), initial=clock.today)
    last = Day(label=_("To"), initial=clock.today)


def _clock() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class ToldForm(forms.Form):
    """The hours in which a person is told, and the telephone for short messages."""

    quiet_from = forms.TimeField(label=_("Quiet from"), widget=_clock())
    quiet_until = forms.TimeField(label=_("Quiet until"), widget=_clock())
    digest_at = forms.TimeField(label=_("Daily digest at"), widget=_clock())
    mobile = forms.CharField(
        label=_("Mobile telephone"), max_length=24, required=False,
        widget=forms.TextInput(attrs={**_LATIN, "type": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
