"""The schema is valid, says what the contract's page says, and knows the errors and the raw paths."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from drf_spectacular import generators, validation

from assets.doors import uploads
from assets.services import wishes
from assets.services.tus import control
from mediaportal import health, openapi
from mediaportal.core.problems import CONTENT_TYPE

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
SECTIONS = re.findall(r"^### `([A-Z]+) ([^`]+)`\n(.*?)(?=^##|\Z)", PAGE, flags=re.M | re.S)


@cache
def schema() -> dict[str, Any]:
    """The whole document."""
    untyped: Any = generators
    found: dict[str, Any] = untyped.SchemaGenerator().get_schema(request=None, public=True)
    return found


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document with its reference followed."""
    while "$ref" in part:
        part = schema()["components"]["schemas"][part["$ref"].rsplit("/", 1)[-1]]
    return part


def answer_of(method: str, path: str, status: str) -> dict[str, Any]:
    """The schema of an answer in JSON."""
    response = schema()["paths"][path][method.lower()]["responses"][status]
    return resolved(response["content"]["application/json"]["schema"])


def rows_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The schema of what a list holds: of a page, or of a plain list."""
    rows = answer if answer["type"] == "array" else answer["properties"]["results"]
    return resolved(rows["items"])


def test_the_document_is_valid_and_31() -> None:
    validator: Any = validation
    validator.validate_schema(schema())
    assert schema()["openapi"].startswith("3.1")


def test_the_page_names_every_address_and_no_other() -> None:
    told = {(method, path) for method, path, _text in SECTIONS}
    known = {
        (method.upper(), path)
        for path, operations in schema()["paths"].items()
        for method in operations
        if method in {"get", "head", "options", "post", "put", "patch", "delete"}
    }
    assert told == known


@pytest.mark.parametrize(("method", "path", "text"), SECTIONS)
def test_the_page_names_the_fields_of_the_answers(method: str, path: str, text: str) -> None:
    for line in text.splitlines():
        names = re.findall(r"`([^`]+)`", line)
        if found := re.match(r"Answer (\d+):", line):
            assert list(answer_of(method, path, found[1])["properties"]) == names
        elif line.startswith("Each:"):
            assert list(rows_of(answer_of(method, path, "200"))["properties"]) == names


def test_a_list_is_a_page_or_told_to_be_plain_and_its_rows_are_told() -> None:
    for method, path, text in SECTIONS:
        answer = schema()["paths"][path][method.lower()]["responses"].get("200", {})
        found = resolved(answer.get("content", {}).get("application/json", {}).get("schema", {}))
        plain = found.get("type") == "array"
        paged = {"next", "results"} <= set(found.get("properties", {}))
        assert plain == ("plain list" in text), path
        assert (plain or paged) == ("Each:" in text), path


def test_filters_of_the_library_are_told() -> None:
    text = next(text for method, path, text in SECTIONS if (method, path) == ("GET", "/api/v1/assets/"))
    told = set(re.findall(r"`([a-z_]+)`", text.split("`ordering`")[0])) | {"ordering", "cursor", "page_size"}
    known = {p["name"] for p in schema()["paths"]["/api/v1/assets/"]["get"]["parameters"]}
    assert told == known


def test_raw_paths_are_those_of_the_code() -> None:
    one = f"{control.PATH}{{upload_id}}"
    assert {uploads.PATH, control.PATH, one, health.LIVE, health.READY} <= set(schema()["paths"])
    form = openapi.UPLOAD_FORM["properties"]
    assert set(form) == {"file", *wishes.FIELDS}
    for word in wishes._METADATA:
        assert word in form["metadata"]["description"]


def test_the_answer_to_an_accepted_upload_is_told_once() -> None:
    told = [
        name
        for name, one in schema()["components"]["schemas"].items()
        if "estimated_completion" in one.get("properties", {}) and "upload_id" in one["properties"]
    ]
    assert sorted(told) == ["UploadAccepted", "UploadExpected"]


def test_every_operation_tells_its_errors_as_problems() -> None:
    for path, operations in schema()["paths"].items():
        for operation in operations.values():
            errors = {s: r for s, r in operation["responses"].items() if s.startswith(("4", "5"))}
            assert errors or path.startswith("/health/live")
            for status, response in errors.items():
                if status not in {"416", "503"}:
                    assert CONTENT_TYPE in response["content"], (path, status)


@pytest.mark.django_db
def test_the_pages_are_served() -> None:
    client = Client()
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    # The content security policy allows no script inside the page.
    assert not re.search(r"<script(?![^>]*\bsrc=)", page.content.decode())
