"""Problems as documents: what RFC 9457 wants, with our code."""

import pytest

from mediaportal.core import problems
from mediaportal.core.problems import FieldProblem, InvalidInput, MethodNotAllowed, Problem, RateLimited


def every_problem() -> list[type[Problem]]:
    """All kinds, with those of other modules that are loaded."""
    found, todo = [], [Problem]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo += kind.__subclasses__()
    return found


def test_the_document() -> None:
    problem = InvalidInput(
        "Look again.", errors=[FieldProblem("title", "blank", "Write one.")], upload_id="7"
    )
    assert problem.as_document() == {
        "type": "urn:mediaportal:problem:invalid",
        "title": "The input is not valid",
        "status": 400,
        "detail": "Look again.",
        "code": "invalid",
        "errors": [{"field": "title", "code": "blank", "detail": "Write one."}],
        "upload_id": "7",
    }


def test_without_a_detail_the_title_speaks() -> None:
    assert problems.NotFound().as_document()["detail"] == "There is no such thing here"
    assert "errors" not in problems.NotFound().as_document()


def test_headers() -> None:
    assert MethodNotAllowed("GET").headers == {"Allow": "GET"}
    assert RateLimited(retry_after=0).headers == {"Retry-After": "1"}


@pytest.mark.parametrize("kind", every_problem())
def test_every_kind_is_an_error_with_a_stable_code(kind: type[Problem]) -> None:
    assert 400 <= kind.status < 600
    if not kind.__name__.startswith("_"):
        assert kind.code.replace("_", "").isalpha()
        assert str(kind.title)
