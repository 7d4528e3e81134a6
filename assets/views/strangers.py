"""What the pages for people without an account have in common."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from mediaportal.core.problems import Problem

# The address is a secret, or as good as one: no other page hears of it, and no search engine keeps it.
_DISCREET = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def discreetly(request: HttpRequest, show: Callable[[], HttpResponse]) -> HttpResponse:
    """A page in the language that its address asks for, which tells nobody where it was.

    A form would not do for changing the language: without a referrer it has no origin. A page with a form sets a
    referrer policy of its own.
    """
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"
    with translation.override(language):
        request.LANGUAGE_CODE = language
        answer = show()
    for name, value in _DISCREET.items():
        answer.headers.setdefault(name, value)
    if asked == language:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
    return answer


def refused(request: HttpRequest, problem: Problem, template: str) -> HttpResponse:
    """A friendly word for a link that leads nowhere (any more)."""
    answer = render(request, template, {"problem": problem}, status=problem.status)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer
