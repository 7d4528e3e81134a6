"""Languages in files and on the web."""

import pytest

from processing.ffmpeg.languages import as_iso, as_tag


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("eng", "en"), ("ara", "ar"), ("ger", "de"), ("deu", "de"), ("en-GB", "en-GB"), ("pt_BR", "pt-BR"),
        ("", "und"), ("und", "und"), ("English!", "und"), ("fil", "fil"),
    ],
)  # fmt: skip
def test_as_tag(written: str, tag: str) -> None:
    assert as_tag(written) == tag


@pytest.mark.parametrize(
    ("tag", "iso"),
    [("en", "eng"), ("ar", "ara"), ("en-GB", "eng"), ("fil", "fil"), ("und", "und"), ("xx", "und")],
)
def test_as_iso(tag: str, iso: str) -> None:
    assert as_iso(tag) == iso
