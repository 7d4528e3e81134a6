"""The pages that are shown when a page cannot be. `urls.py` and the settings name these functions."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 for a form that is too large."""
    status = 413 if isinstance(exception, RequestDataTooBig) else 400
    return render(request, f"errors/{status}.html", status=status)


@requires_csrf_token
def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return render(request, "errors/403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, without a word about whether the thing exists for somebody else."""
    return render(request, "errors/404.html", status=404)


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    """500, by a template that needs neither database nor session: those may be what broke."""
    return HttpResponse(loader.get_template("errors/500.html").render(), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was open too long or came from elsewhere; says what to do."""
    return render(request, "errors/csrf.html", status=403)
