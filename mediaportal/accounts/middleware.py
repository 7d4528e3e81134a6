"""The language of a signed-in person is the one of their account, whichever browser they sit at."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


def account_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that stands behind the authentication and turns to the account's language."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/") and request.user.is_authenticated:
            with translation.override(request.user.language):
                request.LANGUAGE_CODE = translation.get_language()
                return get_response(request)
        return get_response(request)

    return middleware
