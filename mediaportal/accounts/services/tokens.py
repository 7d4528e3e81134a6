"""The tokens of programs: a short access token and a refresh token that is used once."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed, InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from mediaportal.accounts.models import User
from mediaportal.accounts.services import attempts


def issue(*, email: str, password: str, request: HttpRequest | None = None) -> RefreshToken:
    """A refresh token (with its `access_token`) for somebody who knows the password.

    `request` is only handed on to the authentication backends. Raises `AuthenticationFailed` in the same words for
    an unknown address, a wrong password and an inactive account, and `RateLimited` after too many tries.
    """
    attempts.count(email=email)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        raise AuthenticationFailed(
            _("The e-mail address or the password is not right."), code="invalid_credentials"
        )
    update_last_login(User, user)
    return RefreshToken.for_user(user)


@transaction.atomic
def rotate(*, refresh: str) -> RefreshToken:
    """A fresh refresh token in place of this one, which dies. Of two that come at once, one gets it.

    Raises `InvalidToken` for a token that is not good or was used before, `AuthenticationFailed` when its owner is
    gone, inactive or has changed the password since.
    """
    try:
        token = RefreshToken(refresh)  # type: ignore[arg-type]  # text is what it decodes
    except TokenError as error:
        raise InvalidToken(str(error)) from error
    user = JWTAuthentication().get_user(token)
    ended: Any = token.blacklist()  # a row, and whether it was made just now
    first = ended[1]
    if not first or not isinstance(user, User):
        raise InvalidToken
    return RefreshToken.for_user(user)


def revoke(*, refresh: str) -> None:
    """Make a refresh token useless. One that is not good anyway is no error (RFC 7009)."""
    try:
        RefreshToken(refresh).blacklist()  # type: ignore[arg-type]  # text is what it decodes
    except TokenError:
        return
