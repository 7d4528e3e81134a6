"""What goes into a set: a stream for each rung, each sound track and each text, with its folder and its names."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from processing.ffmpeg.languages import UNDETERMINED
from processing.ffmpeg.media import AudioStream
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung

PLAYLIST = "playlist.m3u8"
IFRAMES = "iframes.m3u8"
INIT = "init.mp4"

StreamKind = Literal["video", "audio", "text"]
TextKind = Literal["subtitles", "captions"]

# A comma or an equals sign would begin another field of the packager's stream description, a quote end HLS's
# name.
_UNSAFE = re.compile(r"[^\w .()-]+")
_LONGEST_LABEL = 60
_AUDIO_GROUP, _TEXT_GROUP = "audio", "text"
_ROLES = {"subtitles": "subtitle", "captions": "caption"}
_CHARACTERISTICS = (
    "public.accessibility.transcribes-spoken-dialog;public.accessibility.describes-music-and-sound"
)


@dataclass(frozen=True)
class TextTrack:
    """A WebVTT file that is shown over the pictures: `language` is BCP 47, `label` its name for people."""

    path: Path
    language: str
    label: str = ""
    kind: TextKind = "subtitles"
    is_default: bool = False


@dataclass(frozen=True)
class TrackName:
    """What a track is called in a set: its folder, and its name for people, in which nothing must be escaped."""

    folder: str
    label: str


@dataclass(frozen=True)
class Stream:
    """One input of the packager and where it goes; `side` is the shorter one of its pictures in pixels."""

    path: Path
    kind: StreamKind
    name: str
    language: str = ""
    label: str = ""
    side: int = 0
    role: str = ""

    def fields(self, link: Path, *, hls: bool, several: bool) -> list[dict[str, str]]:
        """Return the packager's descriptions of this stream, whose file is named by `link`; `several` when others are
        of its kind.
        """
        if self.kind == "text":
            return self._text_fields(link, hls=hls)
        fields = {
            "in": str(link),
            "stream": self.kind,
            "init_segment": f"{self.name}/{INIT}",
            "segment_template": f"{self.name}/$Number$.m4s",
        }
        if hls:
            fields["playlist_name"] = f"{self.name}/{PLAYLIST}"
        if self.kind == "video":
            return [fields | ({"iframe_playlist_name": f"{self.name}/{IFRAMES}"} if hls else {})]
        if hls:
            fields |= {"hls_group_id": _AUDIO_GROUP, "hls_name": self.label}
        if self.language != UNDETERMINED:
            fields["language"] = self.language
        if several:
            fields["dash_label"] = self.label
        return [fields]

    def _text_fields(self, link: Path, *, hls: bool) -> list[dict[str, str]]:
        """Text is written twice: Apple's players read WebVTT as it is alone, DASH cuts it only inside of MP4."""
        both = {"in": str(link), "stream": "text"}
        if self.language != UNDETERMINED:
            both["language"] = self.language
        found = [
            both
            | {
                "init_segment": f"{self.name}/{INIT}",
                "segment_template": f"{self.name}/$Number$.m4s",
                "dash_only": "1",
                "dash_label": self.label,
                "dash_roles": self.role,
            }
        ]
        if hls:
            found.append(
                both
                | {
                    "segment_template": f"{self.name}/$Number$.vtt",
                    "playlist_name": f"{self.name}/{PLAYLIST}",
                    "hls_only": "1",
                    "hls_group_id": _TEXT_GROUP,
                    "hls_name": self.label,
                    **({"hls_characteristics": _CHARACTERISTICS} if self.role == "caption" else {}),
                }
            )
        return found


def streams_of(
    rungs: Sequence[EncodedRung], audio: Sequence[EncodedAudio], texts: Sequence[TextTrack]
) -> list[Stream]:
    """Return everything that is packaged: pictures, sound, text."""
    return [
        *(
            Stream(
                rung.path,
                "video",
                f"video_{rung.rung.quality}",
                side=min(rung.rung.width, rung.rung.height),
            )
            for rung in rungs
        ),
        *(
            Stream(track.path, "audio", name.folder, track.language, name.label)
            for track, name in zip(audio, track_names(audio), strict=True)
        ),
        *(
            Stream(track.path, "text", name.folder, track.language, name.label, role=_ROLES[track.kind])
            for track, name in zip(
                texts, _named("text", [(track.language, track.label) for track in texts]), strict=True
            )
        ),
    ]


def track_names(audio: Sequence[EncodedAudio] | Sequence[AudioStream]) -> list[TrackName]:
    """Name the tracks: two of one language must differ, or a player takes them for two qualities of one track."""
    return _named("audio", [(track.language, track.title) for track in audio])


def _named(kind: str, tracks: Sequence[tuple[str, str]]) -> list[TrackName]:
    """Name tracks by their languages and titles, each once."""
    made = []
    names: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for language, title in tracks:
        name = f"{kind}_{language}"
        label = " ".join(_UNSAFE.sub(" ", title).split())[:_LONGEST_LABEL] or language
        names[name] += 1
        labels[label] += 1
        made.append(
            TrackName(
                name if names[name] == 1 else f"{name}_{names[name]}",
                label if labels[label] == 1 else f"{label} {labels[label]}",
            )
        )
    return made


def default_language(tracks: Sequence[EncodedAudio] | Sequence[TextTrack], *, first: bool) -> str:
    """Return the language of the track that is on by itself: the one that says so, or with `first` the first."""
    chosen = next((track for track in tracks if track.is_default), tracks[0] if tracks and first else None)
    return chosen.language if chosen and chosen.language != UNDETERMINED else ""
