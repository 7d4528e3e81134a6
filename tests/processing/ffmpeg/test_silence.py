"""Silence made by hand is read as the sound that it stands in for."""

from pathlib import Path

import pytest

from mediaportal.core.sandbox import ProgramTimedOut
from processing.exceptions import EncodingFailed
from processing.ffmpeg import program, silence
from processing.ffmpeg.growing import GrowingFile
from tests.processing.ffmpeg.test_growing import packets, samples


def test_fragments_are_read_at_their_times_and_nothing_is_heard(tmp_path: Path) -> None:
    begun = silence.beginning(tmp_path / "silence.mp4", 128_000)
    assert begun.codec == "mp4a.40.2"
    head = begun.path.read_bytes()[: begun.init_size]
    path = tmp_path / "whole.mp4"
    path.write_bytes(head + silence.fragment(0.0, 188) + silence.fragment(188 * silence.FRAME_SECONDS, 47))
    assert [(round(one.begin, 4), round(one.seconds, 4)) for one in GrowingFile(path).fresh()] == [
        (0.0, 4.0107),
        (4.0107, 1.0027),
    ]
    shown = packets(path)
    assert len(shown) == 188 + 47
    assert shown[-1]["pts"] - shown[0]["pts"] == pytest.approx(234 * silence.FRAME_SECONDS, abs=1e-4)
    heard = samples(path)
    assert len(heard) >= 234 * 1024 * 4 and not any(heard)


def test_what_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_given: object, **_more: object) -> None:
        raise ProgramTimedOut("ffmpeg", 1)

    monkeypatch.setattr(program, "ffmpeg", killed)
    with pytest.raises(EncodingFailed):
        silence.beginning(tmp_path / "silence.mp4", 128_000)
