"""HLS playlists of a set that is watched while it is made. The packager writes those of finished sets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from processing.ffmpeg.languages import UNDETERMINED

MASTER = "master.m3u8"
PLAYLIST = "playlist.m3u8"
INIT = "init.mp4"
_VERSION = 7
_AUDIO_GROUP = "audio"


@dataclass(frozen=True)
class Segment:
    """A whole media segment beside its playlist: its name, and how long it lasts in seconds; size in bytes."""

    name: str
    seconds: float
    size: int


@dataclass(frozen=True)
class Pictures:
    """The one stream of pictures: its folder, size in pixels, bit/s at most with the sound, RFC 6381 codecs of all."""

    name: str
    width: int
    height: int
    bandwidth: int
    codecs: str


@dataclass(frozen=True)
class Sound:
    """One sound track: its folder, its name for people without quotes, and its BCP 47 tag."""

    name: str
    label: str
    language: str
    is_default: bool


def segment_name(number: int) -> str:
    """Return the name of the media segment of a number, from 1."""
    return f"{number}.m4s"


def media_playlist(segments: Sequence[Segment], *, longest: int, ended: bool) -> str:
    """Return the playlist of one stream as far as it has come, with segments of `longest` seconds at most; players
    begin at its start.
    """
    # It must not change while the playlist grows, and no segment may be longer: the latter would stop every player.
    target = max([longest, *(math.floor(segment.seconds + 0.5) for segment in segments)])
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
        f'#EXT-X-MAP:URI="{INIT}"',
    ]
    for segment in segments:
        lines += [f"#EXTINF:{segment.seconds:.6f},", segment.name]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def master_playlist(pictures: Pictures, sounds: Sequence[Sound]) -> str:
    """Return the entry of the set: one stream of pictures, and the sound tracks to choose from."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0",
        *(_media(sound) for sound in sounds),
    ]
    fields = [f"BANDWIDTH={pictures.bandwidth}", f"RESOLUTION={pictures.width}x{pictures.height}"]
    if pictures.codecs:
        fields.append(f'CODECS="{pictures.codecs}"')
    if sounds:
        fields.append(f'AUDIO="{_AUDIO_GROUP}"')
    return "\n".join([*lines, f"#EXT-X-STREAM-INF:{','.join(fields)}", f"{pictures.name}/{PLAYLIST}", ""])


def _media(sound: Sound) -> str:
    language = f',LANGUAGE="{sound.language}"' if sound.language != UNDETERMINED else ""
    default = "YES" if sound.is_default else "NO"
    return (
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{_AUDIO_GROUP}",NAME="{sound.label}"{language},'
        f'DEFAULT={default},AUTOSELECT=YES,CHANNELS="2",URI="{sound.name}/{PLAYLIST}"'
    )
