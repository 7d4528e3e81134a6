"""Captions that are made of a transcript."""

from typing import Any

import pytest

from analysis.exceptions import CaptionsEdited, NoTranscript
from analysis.services import transcriptcaptions
from assets.exceptions import CaptionExists
from assets.models import Asset, Caption
from assets.services import captions
from mediaportal.core.captions import Cue
from mediaportal.core.problems import NotPermitted
from tests.analysis.services.test_transcripts import MENDED, saved, transcribed
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset() -> Asset:
    return AssetFactory(published=True, duration=3.0)


def made(asset: Asset, **words: Any) -> Caption:
    return transcriptcaptions.make(user=asset.uploaded_by, asset=asset, **words)


def test_captions_are_made_and_follow_corrections_when_made_again(asset: Asset) -> None:
    analysis = transcribed(asset)
    track = made(asset)
    assert (track.language, track.cues, track.version) == ("en", 2, 1)
    saved(asset, analysis, 1, MENDED)
    again = made(asset)
    assert (again.pk, again.version) == (track.pk, 2)
    assert [cue.text for cue in captions.cues_of(user=asset.uploaded_by, caption=again)] == [
        "<v Lina>Mind the gap.</v>"
    ]


def test_what_a_person_wrote_into_them_is_not_written_over_unasked(asset: Asset) -> None:
    transcribed(asset)
    track = made(asset)
    captions.replace(user=asset.uploaded_by, caption=track, version=1, cues=[Cue(0, 900, "by hand")])
    with pytest.raises(CaptionsEdited):
        made(asset)
    assert made(asset, over=True).version == 3
    assert made(asset).version == 4


def test_a_track_of_somebody_else_is_never_written_over(asset: Asset) -> None:
    transcribed(asset)
    captions.write(user=asset.uploaded_by, asset=asset, cues=[Cue(0, 900, "by hand")], language="en")
    with pytest.raises(CaptionExists):
        made(asset)
    assert made(asset, label="Transcript").label == "Transcript"


def test_refused_without_words_or_the_right(asset: Asset) -> None:
    with pytest.raises(NoTranscript):
        made(asset)
    with pytest.raises(NotPermitted):
        transcriptcaptions.make(user=UserFactory(), asset=asset)
