"""Transcripts that are corrected: versions, words with times, two people at once, and a newer transcription."""

from collections.abc import Sequence
from typing import Any

import pytest

from analysis.engines import Speech
from analysis.engines.findings import Word
from analysis.exceptions import NoTranscript, TranscriptChanged
from analysis.models import Analysis, Moment, Order, TranscriptVersion
from analysis.services import transcripts, wordtimes
from assets.models import Asset
from mediaportal.core.problems import NotFound, NotPermitted
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db
WORDS = [[0.0, 0.4, "Mind", 0.9], [0.4, 0.6, "the", 0.8], [0.6, 1.0, "cap.", 0.4]]


def transcribed(asset: Asset, *, is_current: bool = True, **fields: Any) -> Analysis:
    """A transcription of two segments, the first with the times of its words."""
    order = Order.objects.create(asset=asset, types=["transcription"])
    given = {"engine": "local", "status": "completed", "language": "en"} | fields
    analysis = Analysis.objects.create(
        order=order, asset=asset, type="transcription", is_current=is_current, **given
    )
    told: dict[str, Any] = {"asset": asset, "analysis": analysis, "kind": "speech", "confidence": 0.7}
    Moment.objects.create(
        start=0.0, end=1.0, text="Mind the cap.", speaker="A", language="en", detail={"words": WORDS}, **told
    )
    Moment.objects.create(start=1.5, end=2.5, text="مرحبا بكم", language="ar", **told)
    return analysis


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=3.0)


def saved(asset: Asset, analysis: Analysis, seen: int, *segments: Speech, user: Any = None) -> int:
    return transcripts.save(
        user=user or asset.uploaded_by,
        asset=asset,
        analysis_id=analysis.pk,
        seen=seen,
        segments=segments,
    ).version


MENDED = Speech(0.0, 1.0, text="Mind the gap.", speaker="Lina")
GREETING = Speech(1.5, 2.5, text="مرحبا بكم")


def test_a_correction_stands_in_the_moments_and_is_kept_with_what_it_was(asset: Asset) -> None:
    analysis = transcribed(asset)
    assert transcripts.read(user=asset.uploaded_by, asset=asset).version == 1
    assert saved(asset, analysis, 1, MENDED, GREETING) == 2
    first, second = Moment.objects.filter(analysis=analysis)
    assert (first.text, first.speaker, first.language) == ("Mind the gap.", "Lina", "en")
    assert first.detail["words"] == [*WORDS[:2], [0.6, 1.0, "gap.", 1.0]]
    assert first.confidence == pytest.approx(0.9)
    assert (second.text, second.language, second.confidence) == ("مرحبا بكم", "ar", 0.7)
    newest, heard = transcripts.versions(user=asset.uploaded_by, asset=asset)
    assert (newest.number, newest.author, newest.count) == (2, asset.uploaded_by, 2)
    assert (heard.number, heard.author) == (1, None)
    was = transcripts.version(user=asset.uploaded_by, asset=asset, number=1)
    assert [one.text for one in was] == ["Mind the cap.", "مرحبا بكم"]


def test_what_is_split_and_joined_keeps_its_words(asset: Asset) -> None:
    analysis = transcribed(asset)
    parts = (Speech(0.0, 0.4, text="Mind"), Speech(0.4, 1.0, text="the cap."))
    saved(asset, analysis, 1, *parts, GREETING)
    rows = [one.detail.get("words") for one in Moment.objects.filter(analysis=analysis, end__lte=1.0)]
    assert rows == [WORDS[:1], WORDS[1:]]
    saved(asset, analysis, 2, Speech(0.0, 1.0, text="Mind the cap."), GREETING)
    assert Moment.objects.get(analysis=analysis, start=0.0).detail["words"] == WORDS


def test_going_back_is_a_new_version(asset: Asset) -> None:
    analysis = transcribed(asset)
    saved(asset, analysis, 1, MENDED)
    found = transcripts.restore(
        user=asset.uploaded_by, asset=asset, analysis_id=analysis.pk, seen=2, number=1
    )
    assert (found.version, [one.text for one in found.segments]) == (3, ["Mind the cap.", "مرحبا بكم"])
    assert TranscriptVersion.objects.get(number=3).restored == 1
    with pytest.raises(NotFound):
        transcripts.restore(user=asset.uploaded_by, asset=asset, analysis_id=analysis.pk, seen=3, number=9)


def test_who_comes_second_is_told_and_nothing_is_lost(asset: Asset) -> None:
    analysis = transcribed(asset)
    manager = UserFactory(role="manager", name="Omar")
    saved(asset, analysis, 1, MENDED, GREETING, user=manager)
    with pytest.raises(TranscriptChanged, match="Omar") as refused:
        saved(asset, analysis, 1, GREETING)
    assert refused.value.extra["version"] == 2
    assert Moment.objects.filter(analysis=analysis, text="Mind the gap.").exists()
    assert saved(asset, analysis, 2, GREETING) == 3
    assert TranscriptVersion.objects.get(number=2).author == manager


def test_what_is_the_same_is_no_version(asset: Asset) -> None:
    analysis = transcribed(asset)
    same = (Speech(0.0, 1.0, text="Mind the cap.", speaker="A"), GREETING)
    assert saved(asset, analysis, 1, *same) == 1
    assert not TranscriptVersion.objects.exists()


def test_a_newer_transcription_waits_until_somebody_chooses_it(asset: Asset) -> None:
    analysis = transcribed(asset)
    saved(asset, analysis, 1, MENDED)
    analysis.refresh_from_db()
    assert analysis.chosen
    newer = transcribed(asset, is_current=False)
    found = transcripts.read(user=asset.uploaded_by, asset=asset)
    assert (found.analysis, found.newer) == (analysis, newer)
    with pytest.raises(TranscriptChanged):
        saved(asset, newer, 1, GREETING)


def test_only_who_may_change_it_corrects_and_sees_what_it_was(asset: Asset) -> None:
    analysis = transcribed(asset)
    other = UserFactory()
    for act in (
        lambda: saved(asset, analysis, 1, GREETING, user=other),
        lambda: transcripts.versions(user=other, asset=asset),
        lambda: transcripts.version(user=other, asset=asset, number=1),
    ):
        with pytest.raises((NotPermitted, NotFound)):
            act()


def test_without_a_transcription_there_is_nothing_to_correct(asset: Asset) -> None:
    found = transcripts.read(user=asset.uploaded_by, asset=asset)
    assert (found.analysis, found.version, found.status) == (None, 0, "none")
    with pytest.raises(NoTranscript):
        saved(asset, transcribed(asset, is_current=False), 1, GREETING)


def test_words_are_not_compared_again_and_again_for_segments_that_lie_over_each_other(
    asset: Asset, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    timed = wordtimes.timed

    def counted(text: str, *, start: float, end: float, words: Sequence[Word]) -> tuple[Word, ...]:
        compared.append(len(words))
        return timed(text, start=start, end=end, words=words)

    monkeypatch.setattr(wordtimes, "timed", counted)
    saved(asset, transcribed(asset), 1, *(Speech(0.0, 1.0, text=f"Mind {n}") for n in range(50)))
    assert len(compared) == 50
    assert sum(compared) <= 5 * len(WORDS)
