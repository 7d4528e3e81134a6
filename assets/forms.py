"""The form in which managers say what a guest link asks for."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assets.models import Collection, GuestLink, Kind
from mediaportal.core.problems import InvalidInput

_MEGABYTE = 1024**2
_DAYS = 14


class GuestLinkForm(forms.Form):
    """What a link asks for and how much it takes; the service judges it."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("Guests read it first."))
    message = forms.CharField(
        label=_("What you ask for"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Guests read it above the place where they drop their files."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Allowed kinds"),
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    most_files = forms.IntegerField(
        label=_("Most files"), required=False, min_value=1, help_text=_("Empty: without bound.")
    )
    most_megabytes = forms.IntegerField(
        label=_("Most, in MB"),
        required=False,
        min_value=1,
        help_text=_("All files together; empty: without bound."),
    )
    ends = forms.DateField(
        label=_("Ends after"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    collection = forms.ModelChoiceField(
        label=_("Goes into"),
        queryset=Collection.objects.none(),
        required=False,
        empty_label=_("No collection"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = Collection.objects.all()  # type: ignore[attr-defined]  # of its class
        for name, field in self.fields.items():
            if name != "kinds":
                field.widget.attrs["class"] = "input"
        for name in ("title", "message"):
            self.fields[name].widget.attrs["dir"] = "auto"

    @staticmethod
    def facts_of(link: GuestLink | None) -> dict[str, Any]:
        """What the form shows at first: a link's facts, or what is sensible for a new one."""
        if link is None:
            return {"ends": timezone.localdate() + timedelta(days=_DAYS)}
        return {
            "title": link.title,
            "message": link.message,
            "kinds": link.kinds,
            "most_files": link.most_files,
            "most_megabytes": None if link.most_bytes is None else max(1, link.most_bytes // _MEGABYTE),
            "ends": timezone.localdate(link.expires_at),
            "collection": link.collection_id,
        }

    @property
    def wanted(self) -> dict[str, Any]:
        """What the service is asked for; a link ends when its last day does."""
        found = self.cleaned_data
        megabytes, collection = found["most_megabytes"], found["collection"]
        end = timezone.make_aware(datetime.combine(found["ends"], time.max))
        return {
            "title": found["title"],
            "message": found["message"],
            "kinds": found["kinds"],
            "most_files": found["most_files"],
            "most_bytes": None if megabytes is None else megabytes * _MEGABYTE,
            "expires_at": end,
            "collection": None if collection is None else collection.pk,
        }

    def refuse(self, problem: InvalidInput) -> None:
        """Show beside the fields what the service did not take."""
        names = {"most_bytes": "most_megabytes", "expires_at": "ends"}
        for error in problem.errors:
            name = names.get(error.field, error.field)
            self.add_error(name if name in self.fields else None, error.detail)
