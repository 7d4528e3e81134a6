"""The command lets search find what has no words yet, and all anew when it is told to."""

from io import StringIO

import pytest
from django.core.management import call_command

from analysis.engines import Speech
from analysis.models import Border, Moment, WordPlace
from assets.models import Asset, AssetWords
from mediaportal.core import fulltext
from tests.analysis.services.test_wording import speak

pytestmark = pytest.mark.django_db


def indexed(*options: str) -> str:
    said = StringIO()
    call_command("index_words", *options, stdout=said)
    return said.getvalue().strip()


def kept() -> tuple[int, int, int]:
    return WordPlace.objects.count(), Border.objects.count(), AssetWords.objects.count()


def test_what_has_no_words_gets_them_and_nothing_else() -> None:
    speak(Speech(0, 1, 0.9, "open"), Speech(1, 2, 0.9, "sea"))
    speak(Speech(0, 1, 0.9, "a harbour", "Lina"), Speech(1, 2, 0.9, "boats", "Omar"))
    before = kept()
    assert before[1:] == (1, 2)
    assert indexed() == "Indexed: 0 assets, 0 analyses."
    WordPlace.objects.filter(word="sea").delete()
    WordPlace.objects.filter(word="open").delete()
    AssetWords.objects.filter(asset__in=Asset.objects.order_by("pk")[:1]).delete()
    assert indexed() == "Indexed: 1 assets, 1 analyses."
    Border.objects.all().delete()
    assert indexed() == "Indexed: 0 assets, 1 analyses."
    assert kept() == before
    assert indexed() == "Indexed: 0 assets, 0 analyses."


def test_with_all_what_is_old_is_written_anew() -> None:
    (moment,) = speak(Speech(0, 1, 0.9, "open"))
    Moment.objects.filter(pk=moment.pk).update(text="closed", vector=fulltext.vector_of("closed"))
    Asset.objects.update(title="Quarry")
    assert indexed() == "Indexed: 0 assets, 0 analyses."
    assert indexed("--all") == "Indexed: 1 assets, 1 analyses."
    assert list(WordPlace.objects.values_list("word", flat=True)) == ["close"]
    assert "quarry" in AssetWords.objects.get().text
