"""Faults of picture and sound: black, standing pictures, silence, clipping; and how loud the sound is."""

from collections.abc import Callable, Sequence

from analysis.engines.base import Ability, Request, Result, Type
from analysis.engines.findings import Fault, Quality
from analysis.engines.local.parts import SIGHT, Filter, Look, Note, Notes, Picture, SoundFile

_BLACK_START, _BLACK_END = "lavfi.black_start", "lavfi.black_end"
_FREEZE_START, _FREEZE_END = "lavfi.freezedetect.freeze_start", "lavfi.freezedetect.freeze_end"
_SILENCE_START, _SILENCE_END = "lavfi.silence_start", "lavfi.silence_end"
_PEAK, _FLAT = "lavfi.astats.Overall.Peak_level", "lavfi.astats.Overall.Flat_factor"
_LOUDNESS, _RANGE = "lavfi.r128.I", "lavfi.r128.LRA"

_BLACK_SECONDS, _FREEZE_SECONDS, _SILENCE_SECONDS = 0.5, 2.0, 2.0
# A tenth of a second at the usual rate.
_PIECE_SAMPLES = 4800
_PIECE_SECONDS = 0.1
# Nearer to full scale than this (dBFS), and flat there, sound has been cut off.
_FULL_SCALE = -0.1
_FLAT_FROM = 4.0
# Clipping that pauses for less is told as one.
_TOGETHER_SECONDS = 1.0
# What EBU R128 says of silence.
_NO_LOUDNESS = -70.0
_MOSTLY = 0.8

_PICTURE_FILTERS = (
    Filter("blackdetect", {"d": _BLACK_SECONDS, "pix_th": 0.1}, (_BLACK_START, _BLACK_END)),
    Filter("freezedetect", {"n": "-60dB", "d": _FREEZE_SECONDS}, (_FREEZE_START, _FREEZE_END)),
)
_SOUND_FILTERS = (
    Filter("silencedetect", {"n": "-50dB", "d": _SILENCE_SECONDS}, (_SILENCE_START, _SILENCE_END)),
    # In whole numbers, as it is heard: what a codec brings above full scale is cut off there.
    Filter("aformat", {"sample_fmts": "s16"}),
    Filter("asetnsamples", {"n": _PIECE_SAMPLES}),
    Filter(
        "astats",
        {
            "metadata": 1,
            "reset": 1,
            "measure_perchannel": "none",
            "measure_overall": "Peak_level+Flat_factor",
        },
        (_PEAK, _FLAT),
    ),
    Filter("ebur128", {"metadata": 1}, (_LOUDNESS, _RANGE)),
)


class Faults:
    """The part that finds faults."""

    type = Type.QUALITY

    def ability(self) -> Ability:
        """Return what it can do now: it needs nothing but ffmpeg."""
        return Ability(frozenset({"video", "audio"}), SIGHT)

    def watcher(self, request: Request, *, stop: Callable[[], bool]) -> "_Watcher":
        """Begin with a film or a sound."""
        return _Watcher(request)


class _Watcher:
    """Faults of one medium."""

    look: Look | None = None
    picture_filters: Sequence[Filter] = _PICTURE_FILTERS
    sound_filters: Sequence[Filter] = _SOUND_FILTERS
    sound_file: SoundFile | None = None

    def __init__(self, request: Request) -> None:
        """`request` says how long it is, and whether it has sound."""
        self._duration = request.duration
        self._has_sound = request.probe is not None and bool(request.probe.audio)

    def see(self, picture: Picture) -> None:
        """Nothing: the filters have seen every one."""

    def result(self, notes: Notes) -> Result:
        """Return the faults in the order of time, and how loud it is."""
        black = self._spans("black", notes, _BLACK_START, _BLACK_END)
        frozen = self._spans("freeze", notes, _FREEZE_START, _FREEZE_END)
        silent = self._spans("silence", notes, _SILENCE_START, _SILENCE_END)
        faults = [*black, *_without(frozen, black), *silent, *self._clipped(notes)]
        faults.sort(key=lambda fault: (fault.start, fault.fault))
        seconds: dict[str, float] = {}
        for fault in faults:
            seconds[fault.fault] = round(seconds.get(fault.fault, 0.0) + fault.end - fault.start, 3)
        return Result(tuple(faults), summary={"seconds": seconds, "loudness": self._loudness(notes)})

    def _spans(self, fault: Fault, notes: Notes, begins: str, ends: str) -> list[Quality]:
        """From each beginning to its end; what has not ended goes on to the end of the medium."""
        starts = [max(0.0, note.value) for note in notes.get(begins, ())]
        stops = [note.value for note in notes.get(ends, ())]
        stops += [self._duration] * (len(starts) - len(stops))
        return [
            Quality(start, max(start, end), fault=fault) for start, end in zip(starts, stops, strict=False)
        ]

    def _clipped(self, notes: Notes) -> list[Quality]:
        """Where the sound stands at full scale, near ones put together."""
        found: list[Quality] = []
        for peak, flat in zip(notes.get(_PEAK, ()), notes.get(_FLAT, ()), strict=False):
            if peak.value < _FULL_SCALE or flat.value < _FLAT_FROM:
                continue
            start, end = peak.time, max(peak.time, min(peak.time + _PIECE_SECONDS, self._duration))
            if found and start - found[-1].end < _TOGETHER_SECONDS:
                start = found.pop().start
            found.append(Quality(start, end, fault="clipping"))
        return found

    def _loudness(self, notes: Notes) -> dict[str, float | None] | None:
        """How loud the whole is (LUFS), over which range (LU), and its highest sample (dBFS)."""
        if not self._has_sound or not notes.get(_LOUDNESS):
            return None
        whole = notes[_LOUDNESS][-1].value
        return {
            "integrated": None if whole <= _NO_LOUDNESS else whole,
            "range": _last(notes.get(_RANGE, ())),
            "peak": max((note.value for note in notes.get(_PEAK, ())), default=None),
        }


def _last(notes: Sequence[Note]) -> float | None:
    return notes[-1].value if notes else None


def _without(frozen: Sequence[Quality], black: Sequence[Quality]) -> list[Quality]:
    """Standing pictures that are not told as black anyhow."""
    return [one for one in frozen if _covered(one, black) < (one.end - one.start) * _MOSTLY]


def _covered(one: Quality, others: Sequence[Quality]) -> float:
    """How many seconds of it lie in others."""
    return sum(max(0.0, min(one.end, other.end) - max(one.start, other.start)) for other in others)
