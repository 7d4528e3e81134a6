"""The forms in which managers say who may be named, and by what consent; the services judge them."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analysis.services.people import Consent
from mediaportal.core.problems import Problem


class _Form(forms.Form):
    """Fields as they look here, and what a service does not take beside them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "input"
            if not isinstance(field, forms.DateField):
                field.widget.attrs["dir"] = "auto"
            if name in self.initial and field.required:
                field.widget.attrs["required"] = True

    def refuse(self, problem: Problem) -> None:
        """Show beside the fields what the service did not take."""
        for error in problem.errors:
            self.add_error(error.field if error.field in self.fields else None, error.detail)
        if not problem.errors:
            self.add_error(None, problem.detail)


class PersonForm(_Form):
    """A name and a note."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As it is to stand on the timeline."))
    note = forms.CharField(
        label=_("Note"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2})
    )


class ConsentForm(_Form):
    """A consent to be named."""

    given_by = forms.CharField(
        label=_("Who consented"),
        max_length=200,
        help_text=_("The person, or whoever may speak for them."),
    )
    given_on = forms.DateField(
        label=_("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    expires_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: without end."),
    )
    how = forms.CharField(
        label=_("How it was told"), max_length=300, help_text=_("Such as: signed form, folder 12.")
    )
    scope = forms.CharField(
        label=_("To what"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The words that were agreed on, or what they cover."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"given_on": timezone.localdate()})
        super().__init__(*args, **kwargs)

    @property
    def consent(self) -> Consent:
        """What was filled in."""
        return Consent(**self.cleaned_data)
