"""A looser content security policy where a part needs it, and nowhere else.

The admin's theme is built with Alpine.js, which turns the expressions in its templates into functions; browsers call
that `unsafe-eval`. Only pages of the admin get it: they are for staff, show foreign text escaped, and load scripts
from this site alone.
"""

from collections.abc import Callable

from csp.constants import UNSAFE_EVAL
from django.http import HttpRequest, HttpResponse

_LOOSER = {"script-src": [UNSAFE_EVAL]}


def looser_in_admin(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware; stands inside `csp.middleware.CSPMiddleware`, which reads what is laid down here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        match = request.resolver_match
        if match is not None and "admin" in match.app_names:
            response._csp_update = _LOOSER  # type: ignore[attr-defined]  # as `csp.decorators.csp_update` does
        return response

    return middleware
