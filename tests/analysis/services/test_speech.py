"""Segments between moments, versions and plain values."""

import json

from analysis.engines import Speech
from analysis.engines.findings import Word
from analysis.models import Moment
from analysis.services import speech

SAID = Speech(0.0, 1.0, 0.5, text="مرحبا", speaker="A", language="ar", words=(Word(0.0, 1.0, "مرحبا", 0.5),))


def test_what_is_kept_as_json_comes_back_as_it_was() -> None:
    assert speech.from_data(json.loads(json.dumps(speech.as_data([SAID])))) == [SAID]


def test_moments_say_what_was_heard_with_and_without_words() -> None:
    told = {"start": 0.0, "end": 1.0, "confidence": 0.5, "text": "مرحبا", "speaker": "A", "language": "ar"}
    with_words = Moment(detail={"words": [[0.0, 1.0, "مرحبا", 0.5]]}, **told)
    assert speech.heard([with_words])[0] == SAID
    assert speech.heard([Moment(**told)])[0].words == ()
