"""Forms are read the same however their bytes are cut, and what is wrong with them is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.multipart import BrokenForm, NotAForm, StreamedForm
from mediaportal.core.problems import InvalidInput
from tests.forms import BOUNDARY, CONTENT_TYPE, field, file_part, form, pieces

FIELDS = frozenset({"title", "note"})


def read(body: bytes, size: int = 100_000) -> tuple[StreamedForm, bytes]:
    """Push a body in pieces."""
    content = bytearray()
    parsed = StreamedForm(
        CONTENT_TYPE,
        file_field="file",
        fields=FIELDS,
        sink=content.extend,
        content_length=len(body),
    )
    for piece in pieces(body, size):
        parsed.push(piece)
    return parsed, bytes(content)


@given(
    st.binary(max_size=300) | st.just(f"\r\n--{BOUNDARY[:-1]}".encode()) | st.just(b"\r\n" * 40),
    st.integers(1, 400),
)
def test_the_bytes_arrive_however_they_are_cut(content: bytes, size: int) -> None:
    parsed, found = read(form(field("title", "Ein Film"), file_part(content), field("note", "نص")), size)
    assert found == content
    assert parsed.fields == {"title": "Ein Film", "note": "نص"}
    assert (parsed.file_name, parsed.file_ended, parsed.complete) == ("film.mp4", True, True)


def test_the_size_is_known_ahead_when_the_file_comes_last() -> None:
    parsed, _found = read(form(field("title", "x"), file_part(b"a" * 1234)))
    assert parsed.file_bytes_expected == 1234


def test_a_form_that_ends_early_is_not_complete() -> None:
    body = form(file_part(b"a" * 100))
    for cut in (50, len(body) - 60, len(body) - 5):
        assert not read(body[:cut])[0].complete


@pytest.mark.parametrize(
    ("raw", "name"),
    [("a%22b.mp4", 'a"b.mp4'), ("50%.mp4", "50%.mp4"), ("..\\\\..\\\\x.mp4", "..\\..\\x.mp4")],
)
def test_names_are_read_as_browsers_write_them(raw: str, name: str) -> None:
    assert read(form(file_part(b"x", raw)))[0].file_name == name


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_other_bodies_are_no_forms(kind: str) -> None:
    with pytest.raises(NotAForm):
        StreamedForm(kind, file_field="file", fields=FIELDS, sink=lambda _data: None)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (form(file_part(b"a"), file_part(b"b")), "file"),
        (form(field("title", "a"), field("title", "b")), "title"),
        (form(field("colour", "red")), "colour"),
        (form(field("title", "x" * 70_000)), "title"),
    ],
)
def test_fields_that_are_wrong_are_named(body: bytes, wrong: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(body)
    assert [e.field for e in caught.value.errors] == [wrong]


@pytest.mark.parametrize(
    "body",
    [
        b"no form at all",
        f"--{BOUNDARY}\r\n".encode() + b"X-Long: " + b"a" * 10_000 + b"\r\n\r\n",
        f"--{BOUNDARY}\r\nno header\r\n\r\n".encode(),
    ],
)
def test_broken_forms(body: bytes) -> None:
    with pytest.raises(BrokenForm):
        read(body)


def test_a_boundary_that_is_too_long() -> None:
    with pytest.raises(BrokenForm):
        StreamedForm(
            f"multipart/form-data; boundary={'b' * 300}",
            file_field="file",
            fields=FIELDS,
            sink=lambda _d: None,
        )


def test_too_many_parts() -> None:
    with pytest.raises((BrokenForm, InvalidInput)):
        read(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"\r\n\r\n\r\n'.encode() * 20)
