"""The forms of signing in and of one's own account."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from mediaportal.accounts.models import User
from mediaportal.accounts.services import attempts
from mediaportal.core.problems import RateLimited

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm


class SignInForm(AuthenticationForm):
    """E-mail and password. One message for every reason, so that it tells nobody which addresses have accounts."""

    error_messages = {
        "invalid_login": _(
            "The e-mail or the password is not right. Check both; the password tells capital letters apart."
        ),
        "inactive": _("This account is switched off. Ask an administrator."),
    }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"autocomplete": "username", "autofocus": True, "dir": "ltr"}
        )
        self.fields["password"].widget.attrs.update({"autocomplete": "current-password", "dir": "ltr"})
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def clean(self) -> dict[str, Any]:
        """Check e-mail and password, unless they were tried too often just now."""
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        try:
            attempts.count(email=str(self.cleaned_data.get("username", "")), address=address)
        except RateLimited as problem:
            raise forms.ValidationError(problem.detail, code=RateLimited.code) from problem
        return super().clean()


class AccountForm(_UserForm):
    """What people may change about themselves."""

    class Meta:
        model = User
        fields = ("name", "language", "mail_news")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["name"].widget.attrs.update({"class": "input", "autocomplete": "name", "dir": "auto"})
        self.fields["language"].widget.attrs["class"] = "input"


class ChangePasswordForm(PasswordChangeForm):
    """The old password once, the new one twice."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        for field in self.fields.values():
            field.widget.attrs.update({"class": "input", "dir": "ltr", "autofocus": False})
        self.fields["new_password1"].help_text = _("Ten characters at least; not one of the well-known ones.")
