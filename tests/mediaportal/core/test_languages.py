"""Tags of languages."""

import pytest

from mediaportal.core.languages import as_tag, own_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ar", "ar"),
        (" AR_eg ", "ar-EG"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("zh-cmn-hans-CN", "zh-cmn-Hans-CN"),
        ("de-CH-1901", "de-CH-1901"),
        ("en-a-bbb-x-a-CCC", "en-a-bbb-x-a-ccc"),
        ("und", "und"),
        ("", None),
        ("a", None),
        ("arabic!", None),
        ("ar-", None),
        ("ar--EG", None),
        ("عربي", None),
        ("en-" + "abcde-" * 6, None),
    ],
)
def test_as_tag(text: str, expected: str | None) -> None:
    assert as_tag(text) == expected


def test_languages_are_called_as_their_speakers_do() -> None:
    assert [own_name(tag) for tag in ("ar", "ar-EG", "en", "tlh")] == ["العربيّة", "العربيّة", "English", "tlh"]
