"""What is written in several ways is found by each of them."""

import pytest

from mediaportal.core import arabic


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("مَدْرَسَةٌ", "مدرسه"),
        ("مـــدرسة", "مدرسه"),
        ("أحمد وإبراهيم وآمنة وٱلله", "احمد وابراهيم وامنه والله"),
        ("مؤتمر", "موتمر"),
        ("رئيس", "رييس"),
        ("مستشفى", "مستشفي"),
        ("شيء", "شي"),
        ("سماء الليل", "سما الليل"),
        ("سؤال", "سوال"),
        ("عام ٢٠٢٤ و۱۴", "عام 2024 و14"),
        ("ﻻ ﺑﺤﺮ", "لا بحر"),
        ("\u200fبحر\u200e", "بحر"),
        ("بحر-منارة", "بحر مناره"),
        ("ھذا کتاب".replace("ھ", "ه"), "هذا كتاب"),
        ("Harbour – ﬁne café", "Harbour – fine café"),
        ("", ""),
    ],
)
def test_one_spelling(written: str, normal: str) -> None:
    assert arabic.normalised(written) == normal


def test_normalising_twice_changes_nothing() -> None:
    once = arabic.normalised("قَالَ وَزِيرُ الخارِجيّةِ إنّ الشّيءَ مؤجّلٌ إلى ٢٠٢٥")
    assert arabic.normalised(once) == once


def test_text_without_arabic_has_one_reading() -> None:
    assert arabic.readings("The harbour, 2024") == ("The harbour, 2024",)
    assert arabic.asked("The harbour, 2024") == ("The harbour, 2024",)


@pytest.mark.parametrize("joined", ["والمنارة", "بالمنارة", "للمنارة", "كالمنارة", "وبالمنارة", "فللمنارة"])
def test_what_is_joined_to_an_article_is_no_part_of_the_word(joined: str) -> None:
    assert set(arabic.asked(joined)) == {"مناره", "المنارة"}


def test_what_is_joined_to_a_word_is_indexed_beside_it() -> None:
    assert set(arabic.readings("ومنارة")) == {"ومناره", "الومنارة", "المنارة"}
    assert "المنارة" in arabic.readings("وبمنارة")
    assert "الكتاب" in arabic.readings("لكتاب")


def test_nothing_is_taken_off_what_is_looked_for() -> None:
    assert set(arabic.asked("كتاب")) == {"كتاب", "الكتاب"}


def test_particles_stay_whole() -> None:
    assert arabic.readings("في من وقد") == ("في من وقد", "في من الوقد")


@pytest.mark.parametrize("text", ["قال وزير الخارجية", "sea والبحر 12", "بحر-منارة foo-bar"])
def test_every_reading_has_as_many_words(text: str) -> None:
    counts = {len(reading.split()) for reading in arabic.readings(text)}
    assert len(counts) == 1
