"""Errors as the door shows them: RFC 9457 problem details with a stable `code`.

A service raises a `Problem`; each door (DRF, the raw ASGI apps, the pages) turns it into its own answer with
`as_document`. Codes are part of the contract and never change their meaning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of the input."""

    field: str
    code: str
    detail: str


class Problem(Exception):
    """Something the caller can understand. Subclasses fix `status`, `code` and `title`; `detail` is for a person."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str | Promise] = _("The request cannot be carried out")
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, detail: str = "", *, errors: Sequence[FieldProblem] = (), **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or str(self.title)
        self.errors = tuple(errors)
        self.extra = extra

    def as_document(self) -> dict[str, Any]:
        """The problem as RFC 9457's JSON object."""
        return (
            problem_document(
                status=self.status,
                code=self.code,
                title=str(self.title),
                detail=str(self.detail),
                errors=self.errors,
            )
            | self.extra
        )


class InvalidInput(Problem):
    """Fields do not have the form or the values that they need."""

    status = 400
    code = "invalid"
    title: ClassVar[str | Promise] = _("The input is not valid")


class NotSignedIn(Problem):
    """Nobody is signed in."""

    status = 401
    code = "not_authenticated"
    title: ClassVar[str | Promise] = _("Sign in first")


class NotPermitted(Problem):
    """The caller may see the object but not do this to it."""

    status = 403
    code = "not_permitted"
    title: ClassVar[str | Promise] = _("You may not do this")


class NotFound(Problem):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "not_found"
    title: ClassVar[str | Promise] = _("There is no such thing here")


class Conflict(Problem):
    """The thing is not in a state in which this can be done."""

    status = 409
    code = "conflict"
    title: ClassVar[str | Promise] = _("This cannot be done in the present state")


class MethodNotAllowed(Problem):
    """The address does not know this verb."""

    status = 405
    code = "method_not_allowed"
    title: ClassVar[str | Promise] = _("This address does not take this method")

    def __init__(self, allowed: str) -> None:
        super().__init__()
        self.headers = {"Allow": allowed}


class TooSlow(Problem):
    """The request's body did not arrive in time."""

    status = 408
    code = "request_timeout"
    title: ClassVar[str | Promise] = _("The request took too long to arrive")


class BodyTooLarge(Problem):
    """The request's body is larger than any request without a file needs."""

    status = 413
    code = "request_too_large"
    title: ClassVar[str | Promise] = _("The request is too large")


class RateLimited(Problem):
    """The caller asks too often, or for too much at once."""

    status = 429
    code = "rate_limited"
    title: ClassVar[str | Promise] = _("Too many requests")

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.headers = {"Retry-After": str(max(1, retry_after))}


class Unavailable(Problem):
    """A service that the portal stands on does not answer; which one stands in the log only."""

    status = 503
    code = "temporarily_unavailable"
    title: ClassVar[str | Promise] = _("The portal cannot answer just now")
    headers = MappingProxyType({"Retry-After": "5"})


class InternalError(Problem):
    """Something broke on our side; what it was stands in the log only."""

    status = 500
    code = "internal_error"
    title: ClassVar[str | Promise] = _("Something went wrong on our side")


def problem_document(
    *, status: int, code: str, title: str, detail: str, errors: Sequence[FieldProblem] = ()
) -> dict[str, Any]:
    """Build the JSON object of RFC 9457 with the portal's `code` and, for input, `errors` by field."""
    document: dict[str, Any] = {
        "type": f"urn:mediaportal:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        document["errors"] = [{"field": e.field, "code": e.code, "detail": e.detail} for e in errors]
    return document
