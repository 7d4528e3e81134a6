"""Reasons of failures in the reader's language."""

from django.utils import translation

from assets.services.reasons import said
from processing.exceptions import CorruptMedia, EmptyMedia, EncodingFailed, ImageTooLarge, UnknownCodec


def test_an_empty_reason_stays_empty() -> None:
    with translation.override("ar"):
        assert said("") == ""


def test_every_sentence_about_a_bad_file_is_said_in_arabic_too() -> None:
    for problem in (CorruptMedia, EmptyMedia, EncodingFailed, ImageTooLarge, UnknownCodec):
        assert said(problem.sentence) == problem.sentence
        with translation.override("ar"):
            assert said(problem.sentence) != problem.sentence
