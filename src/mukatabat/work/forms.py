# SPDX-License-Identifier: EUPL-1.2
"""The form in which a body states its paper baseline."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.arabic import latin_digits
from mukatabat.work.actions import BASIS_LIMIT
from mukatabat.work.rules import Baseline, Step
from mukatabat.work.texts import STEPS

MOST_HOURS = Decimal(20_000)


class BaselineForm(forms.Form):
    """How long a step took on paper; hours in any digits, half hours allowed."""

    step = forms.ChoiceField(label=_("Step"), choices=[(step.value, STEPS[step]) for step in Step])
    hours = forms.CharField(
        label=_("Hours on paper"), max_length=10, widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"})
    )
    basis = forms.CharField(label=_("How this is known"), max_length=BASIS_LIMIT)

    def clean_hours(self) -> Decimal:
        """Read the hours, from a tenth to some two years."""
        typed = latin_digits(self.cleaned_data["hours"]).replace("٫", ".").strip()
        try:
            hours = Decimal(typed).quantize(Decimal("0.1"))
        except InvalidOperation:
            hours = Decimal(0)
        if not Decimal("0.1") <= hours <= MOST_HOURS:
            raise forms.ValidationError(_("Write the hours as a number, such as 72 or 4.5."), code="hours")
        return hours

    def baseline(self) -> Baseline:
        """The statement of a valid form."""
        said: dict[str, Any] = self.cleaned_data
        return Baseline(step=Step(said["step"]), hours=said["hours"], basis=said["basis"])
