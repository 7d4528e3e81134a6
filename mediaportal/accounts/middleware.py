"""The language of a signed-in person is the one of their account, whichever browser they sit at."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


def account_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that stands behind the authentication and turns to the account's language.

    What a page asks of the API is answered in that language, too, for the page shows it. A caller with a token is not
    known here yet, and is answered in the language that the call itself names.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            with translation.override(request.user.language):
                request.LANGUAGE_CODE = translation.get_language()
                return get_response(request)
        return get_response(request)

    return middleware
