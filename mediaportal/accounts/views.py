"""Signing in and out, one's own account, and the language of the pages."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as django_set_language

from mediaportal.accounts.forms import AccountForm, ChangePasswordForm, SignInForm
from mediaportal.accounts.models import User
from mediaportal.core.problems import RateLimited
from mediaportal.core.tries import WINDOW_SECONDS


class SignIn(LoginView):
    """The page at which a person signs in; whoever is signed in already goes on."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    # Django would give the host's name here.
    extra_context = {"site_name": settings.SITE_NAME}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in; from now on the browser asks every door in the account's language."""
        response = super().form_valid(form)
        return _with_language(response, form.get_user().language)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again, with 429 when it was sent too often."""
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, RateLimited.code):
            response.status_code = RateLimited.status
            response.headers["Retry-After"] = str(WINDOW_SECONDS)
        return response


class SignOut(LogoutView):
    """Ends the session; by POST only."""


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """A person's own name, language and password."""
    user = cast(User, request.user)
    act = request.POST.get("act", "")
    about = AccountForm(request.POST if act == "about" else None, instance=user)
    password = ChangePasswordForm(user, request.POST if act == "password" else None)
    if act == "about" and about.is_valid():
        about.save()
        with translation.override(user.language):
            messages.success(request, _("Saved"))
        return _with_language(redirect("account"), user.language)
    if act == "password" and password.is_valid():
        password.save()
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("account")
    status = 422 if act else 200
    return render(request, "accounts/account.html", {"about": about, "password": password}, status=status)


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Turn the pages to another language, and remember it with the account."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return django_set_language(request)


def _with_language(response: HttpResponse, language: str) -> HttpResponse:
    """The answer with the cookie that keeps the language after signing out."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
    return response


@login_not_required
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Where the admin sends those who may not come in: to the portal's own sign-in, or a refusal when they are
    signed in already.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse(settings.LOGIN_URL))
