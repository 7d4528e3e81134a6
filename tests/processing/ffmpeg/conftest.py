"""What the tests of the workshop share: a look at a named medium, and an encoding of it made once."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from mediaportal.core.filetype import HEAD_BYTES, sniff
from processing.ffmpeg.ladder import STANDARD, Ladder, plan
from processing.ffmpeg.media import Probe
from processing.ffmpeg.probe import examine
from processing.ffmpeg.transcode import Encoded, transcode
from tests.media import media

Encode = Callable[..., Encoded]


@cache
def probed(name: str) -> Probe:
    """What `probe.examine` says of a medium of `tests.media`."""
    path = media(name)
    return examine(path, mime_type=sniff(path.read_bytes()[:HEAD_BYTES]))


@pytest.fixture(scope="session")
def encode(tmp_path_factory: pytest.TempPathFactory) -> Encode:
    """Encode a medium by a ladder, once in a session."""

    @cache
    def make(name: str, ladder: Ladder = STANDARD) -> Encoded:
        probe = probed(name)
        assert probe.video is not None
        folder: Path = tmp_path_factory.mktemp("encoded")
        return transcode(media(name), probe, plan(probe.video, ladder), folder)

    return make
