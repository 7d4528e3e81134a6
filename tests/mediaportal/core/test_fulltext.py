"""Words are found in PostgreSQL as people write and look for them, in Arabic and English together."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField
from django.db.models.expressions import CombinedExpression

from mediaportal.core.fulltext import border_of, border_query_of, query_of, stems_of, vector_of
from mediaportal.core.searchwords import terms_of

pytestmark = pytest.mark.django_db


def finds(typed: str, text: str) -> bool:
    """Whether a search finds a text."""
    query = query_of(typed)
    if query is None:
        return False
    matched = CombinedExpression(vector_of(text), "@@", query, output_field=BooleanField())
    return bool(ContentType.objects.annotate(found=matched).values_list("found", flat=True)[0])


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("harbours", "The harbour at dusk"),
        ("dusk harbour", "The harbour at dusk"),
        ('"harbour at dusk"', "The harbour at dusk"),
        ("harb*", "The harbour at dusk"),
        ("the*", "a theatre"),
        ("the harbour", "harbour"),
        ("harbour's", "it's a harbour's mouth"),
        ("2024", "عام ٢٠٢٤"),
        ("٢٠٢٤", "in 2024"),
        ("منارة", "المنارات القديمة"),
        ("المنارات", "منارة"),
        ("مكتبة", "المكتبات العامة"),
        ("مكتبات", "مكتبة"),
        ("المناره", "مَنَارَةٌ"),
        ("مَدْرَسَة", "المدرسه"),
        ("مدرسة", "مدرسته الجديدة"),
        ("احمد", "أحمد"),
        ("مستشفي", "مستشفى"),
        ("منارة", "والمنارة"),
        ("منارة", "وبالمنارة"),
        ("منارة", "للمنارات"),
        ("كتاب", "وكتابه"),
        ("كتاب", "بكتاب جديد"),
        ("قال", "وقال"),
        ("والمنارة", "منارة"),
        ('"قال وزير الخارجية"', "وقال وزير الخارجية امس"),
        ('"وزير الخارجيه"', "وقال وَزِيرُ الخارجيّةِ"),
        ("منا*", "المنارة"),
        ("harbour ميناء", "The harbour is called الميناء"),
        ("بحر", "بحر-منارة"),
        ("سماء", "السما"),
    ],
)
def test_is_found(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("harbour boat", "The harbour at dusk"),
        ('"dusk harbour"', "harbour at dusk"),
        ("harb", "The harbour at dusk"),
        ("كتاب", "تاب إلى الله"),
        ("منارة", "بحر"),
        ('"الخارجية وزير"', "وقال وزير الخارجية"),
        ("the", "the harbour"),
    ],
)
def test_is_not_found(typed: str, text: str) -> None:
    assert not finds(typed, text)


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        "a' | 'b",
        "\\",
        "&|!<->",
        ":*",
        "a:*b*",
        "'*",
        "((",
        "a\0b",
        "%s %(x)s",
        "''::tsquery",
        "وَ*",
        "e'*",
    ],
)
def test_any_text_may_be_looked_for(typed: str) -> None:
    assert finds(typed, "harbour") is False


@pytest.mark.parametrize(
    "text", ["it's a \\ 'quoted' قال \\' منارة", "وقال a\0b", "x" * 300_000, "لا " * 60_000]
)
def test_any_text_may_be_indexed(text: str) -> None:
    made = ContentType.objects.annotate(made=vector_of(text)).values_list("made", flat=True)[0]
    assert isinstance(made, str)


def test_the_query_of_nothing_is_none() -> None:
    assert query_of("  ") is None


def crosses(typed: str, before: str, after: str) -> bool:
    """Whether a search finds something across the border of two texts."""
    query = border_query_of(terms_of(typed))
    if query is None:
        return False
    matched = CombinedExpression(border_of(before, after), "@@", query, output_field=BooleanField())
    return bool(ContentType.objects.annotate(found=matched).values_list("found", flat=True)[0])


@pytest.mark.parametrize(
    ("typed", "before", "after"),
    [
        ('"open sea"', "they see the open", "sea at dusk"),
        ('"open sea at dusk"', "they see the open", "sea at dusk"),
        ('"sailing out of the harbour"', "sailing out of the", "harbour today"),
        ('"وزير الخارجية"', "قال وَزِيرُ", "الخارجيه امس"),
        ('"قال وزير الخارجية"', "وقال", "وزير الخارجية"),
        ("dusk open", "the open", "sea at dusk"),
        ('dusk "open sea"', "the open", "sea at dusk"),
        ("ope* dus*", "the open", "sea at dusk"),
        ("منارة harbour", "The harbour", "والمنارة"),
        ('"harbour\'s mouth"', "the harbour's", "mouth"),
        ('"C:\\dir open"', "C:\\dir", "open"),
    ],
)
def test_is_found_across_a_border(typed: str, before: str, after: str) -> None:
    assert crosses(typed, before, after)


@pytest.mark.parametrize(
    ("typed", "before", "after"),
    [
        ("sea", "the open", "sea"),
        ("op*", "the", "open"),
        ('"open sea"', "open", "the open sea"),
        ('"open sea"', "open", "dusk and sea"),
        ('"sea open"', "the open", "sea"),
        ('"open"', "the", "open"),
        ('"the sea"', "over the", "sea"),
        ("sea dusk", "the open", "sea at dusk"),
        ("open night", "the open", "sea at dusk"),
        ('"one two"', "one " + "and " * 20, "two"),
        ("one two", "one " + "and " * 20, "two"),
    ],
)
def test_is_not_found_across_a_border(typed: str, before: str, after: str) -> None:
    assert not crosses(typed, before, after)


def test_words_of_any_length_make_a_border() -> None:
    assert not crosses('"open sea"', "o" * 1500, "s" * 1500)


@pytest.mark.parametrize(
    ("typed", "stems"),
    [
        ("Harbours", ["harbour"]),
        ("the", []),
        ("المنارة", ["منار"]),
        ("٢٠٢٤", ["2024"]),
        ("harbour sea", None),
        ('"open sea"', None),
        ("harb*", None),
        ("e-mail", None),
        ("", None),
    ],
)
def test_the_stems_of_a_word(typed: str, stems: list[str] | None) -> None:
    assert stems_of(terms_of(typed)) == stems
