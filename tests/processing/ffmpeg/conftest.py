"""A look at a named medium, made once."""

from functools import cache

from mediaportal.core.filetype import HEAD_BYTES, sniff
from processing.ffmpeg.media import Probe
from processing.ffmpeg.probe import examine
from tests.media import media


@cache
def probed(name: str) -> Probe:
    """What `probe.examine` says of a medium of `tests.media`."""
    path = media(name)
    return examine(path, mime_type=sniff(path.read_bytes()[:HEAD_BYTES]))
