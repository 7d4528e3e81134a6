"""Which streams of a file are used, and which are left out: one that cannot be decoded keeps no file out by itself."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from processing.exceptions import CorruptMedia, EmptyMedia, MediaError, UnknownCodec
from processing.ffmpeg import streams
from processing.ffmpeg.media import AudioStream, Fault, LeftOut, Reason, main_track
from processing.ffmpeg.streams import Data, number

_UNKNOWN = ("", "none", "unknown")
_COVER_CODECS = ("mjpeg", "png", "bmp", "gif", "webp")
_MOST_TRACKS = 16
_MOST_LEFT_OUT = 200
_DECODER_MISSING = re.compile(
    r"[Dd]ecoder .{0,80}not found|no decoder found|[Uu]nknown decoder|not implemented"
)


@dataclass
class Seen:
    """What parts of a file gave, by the numbers of its streams; `log` is what was said of them."""

    log: str = ""
    packets: Counter[int] = field(default_factory=Counter)
    frames: Counter[int] = field(default_factory=Counter)
    first: dict[int, float] = field(default_factory=dict)
    sides: dict[int, list[Data]] = field(default_factory=dict)

    def take(self, answer: Data, log: str) -> None:
        """Take what `_ask` returned."""
        self.log += log
        for entry in answer.get("packets_and_frames", []):
            index = entry.get("stream_index", -1)
            if entry.get("type") == "packet":
                self.packets[index] += 1
                if (time := number(entry.get("pts_time"))) is not None:
                    self.first[index] = min(time, self.first.get(index, time))
            else:
                self.frames[index] += 1
                self.sides.setdefault(index, entry.get("side_data_list", []))


@dataclass(frozen=True)
class Sorted:
    """The streams that are used, what is left out, and what was seen of all."""

    video: Data | None
    sounds: list[Data]
    left_out: tuple[LeftOut, ...]
    seen: Seen

    @property
    def used(self) -> list[Data]:
        """The pictures and the sound."""
        return [*([self.video] if self.video else []), *self.sounds]


def wanted(answer: Data, mime_type: str) -> list[Data]:
    """Return the streams that may be used; the cover of a record is none."""
    return [stream for stream in answer.get("streams", []) if _is_wanted(stream, mime_type)]


def needed(found: Sequence[Data]) -> list[Data]:
    """Return those of the wanted streams that must be looked into: the first pictures and all sound of known codecs."""
    pictures = [stream for stream in found if streams.is_picture(stream)]
    sounds = [stream for stream in found if not streams.is_picture(stream)]
    return [stream for stream in (*pictures[:1], *sounds) if _is_known(stream)]


def sort(found: Sequence[Data], seen: Seen) -> Sorted:
    """Tell the wanted streams that are used from those that are left out: the first pictures are used, and all sound
    beside them or, where there are none, the main track.

    Raises `EmptyMedia` if nothing is there, `UnknownCodec` and `CorruptMedia` if the pictures or all tracks cannot be
    decoded.
    """
    pictures = [stream for stream in found if streams.is_picture(stream)]
    sounds = [stream for stream in found if not streams.is_picture(stream)]
    video = pictures[0] if pictures else None
    if video and (reason := _fault(video, seen)):
        raise _refusal(reason, video, seen)
    heard = [stream for stream in sounds if seen.frames[stream["index"]]]
    broken = [(stream, reason) for stream in sounds if (reason := _fault(stream, seen))]
    if broken and not heard:
        raise _refusal(broken[0][1], broken[0][0], seen)
    if not (seen.frames[video["index"]] if video else heard):
        raise EmptyMedia(seen.log)
    used, over = heard[:_MOST_TRACKS], heard[_MOST_TRACKS:]
    others: list[Data] = []
    if video is None:
        main = main_track([streams.audio_stream(stream) for stream in used]).index
        others = [stream for stream in used if stream["index"] != main]
        used = [stream for stream in used if stream["index"] == main]
    left_out = [
        *(_left_out(stream, "other_picture") for stream in pictures[1:]),
        *(_left_out(stream, reason) for stream, reason in broken),
        *(_left_out(stream, "other_sound") for stream in others),
        *(_left_out(stream, "too_many") for stream in over),
    ]
    unheard = _unheard([streams.audio_stream(stream) for stream in used])
    return Sorted(video, used, (*left_out[:_MOST_LEFT_OUT], *unheard), seen)


def _is_wanted(stream: Data, mime_type: str) -> bool:
    kind = stream.get("codec_type")
    if kind == "audio":
        return True
    if kind != "video" or stream.get("disposition", {}).get("attached_pic"):
        return False
    return not (mime_type.startswith("audio/") and stream.get("codec_name") in _COVER_CODECS)


def _is_known(stream: Data) -> bool:
    return stream.get("codec_name", "") not in _UNKNOWN


def _fault(stream: Data, seen: Seen) -> Fault | None:
    """Return why a stream cannot be decoded, none for one that can or that holds nothing."""
    if not _is_known(stream):
        return "unknown_codec"
    if seen.frames[stream["index"]] or not seen.packets[stream["index"]]:
        return None
    return "unknown_codec" if _DECODER_MISSING.search(seen.log) else "damaged"


def _refusal(fault: Fault, stream: Data, seen: Seen) -> MediaError:
    """Return the error for a file of which a fault leaves nothing to use."""
    log = seen.log or f"stream {stream['index']}: {stream.get('codec_tag_string', '')}"
    return UnknownCodec(log) if fault == "unknown_codec" else CorruptMedia(log)


def _left_out(stream: Data, reason: Reason) -> LeftOut:
    tag = str(stream.get("codec_tag_string", ""))
    return LeftOut(
        index=int(stream["index"]),
        kind="video" if streams.is_picture(stream) else "audio",
        codec=str(stream["codec_name"]) if _is_known(stream) else tag if tag.isalnum() else "",
        reason=reason,
        language=streams.language(stream),
        title=streams.title(stream),
    )


def _unheard(audio: Sequence[AudioStream]) -> Iterable[LeftOut]:
    """Tell the tracks of which channels are left out as nobody knows where they belong."""
    for track in audio:
        if track.is_unplaced:
            yield LeftOut(track.index, "audio", track.codec, "channels", track.language, track.title)
