"""The letters of files whose encoding nobody tells."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediaportal.core.captions.encodings import decode

ARABIC = "1\n00:00:01,000 --> 00:00:02,000\nمرحبا بكم في هذا البرنامج، كيف حالكم؟\nأهلاً وسهلاً\n"
FRENCH = "1\n00:00:01,000 --> 00:00:02,000\nÀ bientôt, chère amie ! Où êtes-vous allée cet été ?\nÇa va très bien.\n"
GERMAN = "1\n00:00:01,000 --> 00:00:02,000\nGrüße aus Köln, schöne Größe, süße Mädchen über alle Straßen.\n"
RUSSIAN = (
    "1\n00:00:01,000 --> 00:00:02,000\nЗдравствуйте, дорогие друзья! Как ваши дела сегодня?\nОчень хорошо.\n"
)
POLISH = "1\n00:00:01,000 --> 00:00:02,000\nZażółć gęślą jaźń, źdźbło trawy i łódka na jeziorze.\n"
TURKISH = "1\n00:00:01,000 --> 00:00:02,000\nİyi akşamlar, nasılsınız? Çok güzel bir gün, değil mi ağabey?\n"


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("text", [ARABIC, FRENCH])
def test_a_mark_at_the_beginning_tells(text: str, name: str) -> None:
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
    assert decode(marks.get(name, codecs.BOM_UTF32_LE) + text.encode(name)) == (text, name)


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ARABIC, RUSSIAN, "WEBVTT\n"])
def test_unicode_is_known_without_a_mark(text: str, name: str) -> None:
    assert decode(text.encode(name)) == (text, name)


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        (ARABIC, "cp1256", ""),
        (ARABIC, "iso8859_6", ""),
        (ARABIC, "cp1256", "ar-EG"),
        (ARABIC, "cp1256", "en"),
        (ARABIC.replace("،", ",").replace("مرحبا", "Hello مرحبا"), "cp1256", ""),
        (RUSSIAN, "cp1251", ""),
        (RUSSIAN, "koi8_r", "ru"),
        (POLISH, "cp1250", "pl"),
        (TURKISH, "cp1254", "tr"),
    ],
)
def test_older_code_pages_are_told_by_their_letters(text: str, name: str, language: str) -> None:
    assert decode(text.encode(name), language=language) == (text, name)


@pytest.mark.parametrize("text", [FRENCH, GERMAN])
@pytest.mark.parametrize("language", ["", "ar", "ru", "fr"])
def test_accents_are_not_taken_for_arabic(text: str, language: str) -> None:
    assert decode(text.encode("cp1252"), language=language)[0] == text


def test_what_the_file_declares_counts() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><tt>да</tt>'
    assert decode(text.encode("cp1251")) == (text, "cp1251")
    for lie in ("nonsense", "utf-16", "idna", "rot13", "hex"):
        told = f'<?xml version="1.0" encoding="{lie}"?><tt>نعم</tt>'
        assert decode(told.encode())[0] == told


def test_a_letter_that_was_cut_spoils_no_file() -> None:
    broken = (ARABIC * 4).encode().replace("أهلاً".encode(), b"\xd9", 1)
    text, name = decode(broken)
    assert name == "utf-8" and text.count("\ufffd") == 1 and "مرحبا" in text


@given(st.binary(max_size=400), st.sampled_from(["", "ar", "ru", "pl", "vi", "ja", "x"]))
def test_every_bytes_have_some_letters(data: bytes, language: str) -> None:
    text, name = decode(data, language=language)
    codecs.lookup(name)
    text.encode("utf-8", errors="surrogatepass")
