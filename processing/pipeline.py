"""Which steps a job has, in which order, and what carries each of them out.

The order is this explicit list. Upper apps add steps of their own with `add_step`, and those of jobs
of their own with `add_job_plans`, when they are ready.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assets.models import Kind
from processing.models import Queue
from processing.services import chunking
from processing.services.context import StepContext
from processing.services.stilljobs import CAPTURES, POSTER
from processing.steps import (
    captures,
    chunks,
    cutting,
    first_play,
    marking,
    measuring,
    metadata,
    packaging,
    pictures,
    poster,
    probe,
    quality,
    scan,
    sets,
    thumbnails,
    transcoding,
)

FIRST_PLAY = 10
"""The urgency of what somebody waits for before a screen."""

_PIECE = re.compile(r"(?P<step>[a-z_]+?)_(?P<number>\d{3,})")
Work = Callable[[StepContext], dict[str, Any]]


@dataclass(frozen=True)
class StepPlan:
    """One step of a job: its name in the contract, its words on the pages, where it waits and what it waits for.

    A step waits for each one whose files it takes, also where another one stands between. `weight` is its rough share
    of the job's time, from which the job's progress is derived. `gate` marks the steps whose refusal means that the
    file is rejected. Steps of a higher `urgency` go before those of everybody else's jobs; one that is
    `encrypted_only` is left out of jobs of what is not to be encrypted. One that `fetches` asks for the original by
    itself, and only when it needs it: on each machine it would have to be brought there first.
    """

    name: str
    label: str | Promise
    queue: Queue
    after: tuple[str, ...]
    weight: int
    work: Work | None
    gate: bool = False
    urgency: int = 0
    encrypted_only: bool = False
    fetches: bool = False


_UPLOAD = StepPlan("upload", _("Receiving the file"), Queue.INGEST, (), 0, None)
_SCAN = StepPlan(
    "scan", _("Checking for malware"), Queue.INGEST, ("upload",), 1, scan.run, gate=True, urgency=FIRST_PLAY
)
_PROBE = StepPlan(
    "probe", _("Reading the file"), Queue.INGEST, ("scan",), 1, probe.run, gate=True, urgency=FIRST_PLAY
)

PIPELINES: dict[str, list[StepPlan]] = {
    Kind.VIDEO: [
        _UPLOAD,
        _SCAN,
        _PROBE,
        StepPlan("thumbnails", _("Taking pictures"), Queue.INGEST, ("probe",), 4, thumbnails.run),
        StepPlan(
            "first_play",
            _("Making the first rendition"),
            Queue.TRANSCODE,
            ("probe",),
            14,
            first_play.run,
            urgency=FIRST_PLAY,
        ),
        StepPlan("measuring", _("Measuring samples"), Queue.TRANSCODE, ("probe",), 2, measuring.run),
        StepPlan(
            "transcoding",
            _("Making renditions"),
            Queue.TRANSCODE,
            ("measuring",),
            66,
            transcoding.run_video,
        ),
        StepPlan(
            "packaging",
            _("Packaging for streaming"),
            Queue.TRANSCODE,
            ("thumbnails", "first_play", "measuring", "transcoding"),
            6,
            packaging.run,
        ),
        StepPlan(
            "metadata", _("Writing the metadata"), Queue.INGEST, ("thumbnails", "packaging"), 1, metadata.run
        ),
    ],
    Kind.AUDIO: [
        _UPLOAD,
        _SCAN,
        _PROBE,
        StepPlan(
            "transcoding",
            _("Making renditions"),
            Queue.TRANSCODE,
            ("probe",),
            40,
            transcoding.run_audio,
            urgency=FIRST_PLAY,
        ),
        StepPlan(
            "packaging",
            _("Packaging for streaming"),
            Queue.TRANSCODE,
            ("transcoding",),
            6,
            packaging.run_sound,
            encrypted_only=True,
        ),
        StepPlan(
            "metadata",
            _("Writing the metadata"),
            Queue.INGEST,
            ("transcoding", "packaging"),
            1,
            metadata.run,
        ),
    ],
    Kind.IMAGE: [
        _UPLOAD,
        _SCAN,
        _PROBE,
        StepPlan("thumbnails", _("Taking pictures"), Queue.INGEST, ("probe",), 20, pictures.run),
        StepPlan("metadata", _("Writing the metadata"), Queue.INGEST, ("thumbnails",), 1, metadata.run),
    ],
}

QUALITY: list[StepPlan] = [
    StepPlan("quality", _("Measuring quality"), Queue.ANALYSIS, (), 6, quality.measure),
    StepPlan(
        "remaking", _("Making weak renditions again"), Queue.TRANSCODE, ("quality",), 20, quality.remake
    ),
    StepPlan("replacing", _("Replacing renditions"), Queue.TRANSCODE, ("remaking",), 4, quality.replace),
    StepPlan("quality_again", _("Measuring again"), Queue.ANALYSIS, ("replacing",), 3, quality.measure_again),
]
"""The job that comes after a video's: its first step, and those that are added when a rung lies below the floor."""

_INGESTED = StepPlan("ingested", pgettext_lazy("stage", "Ingested"), Queue.TRANSCODE, (), 1, sets.ingest)
_FRAGMENTED = StepPlan(
    "fragmented", pgettext_lazy("stage", "Fragmented"), Queue.TRANSCODE, ("ingested",), 2, sets.fragment
)

PACKAGE: list[StepPlan] = [
    _INGESTED,
    _FRAGMENTED,
    StepPlan(
        "encrypted", pgettext_lazy("stage", "Encrypted"), Queue.TRANSCODE, ("fragmented",), 6, sets.encrypt
    ),
    StepPlan("ready", pgettext_lazy("stage", "Ready"), Queue.INGEST, ("encrypted",), 1, sets.finish),
]
"""The job that packages an asset anew and encrypts it."""

PACKAGE_CLEAR: list[StepPlan] = [
    _INGESTED,
    _FRAGMENTED,
    StepPlan(
        "packaged", pgettext_lazy("stage", "Packaged"), Queue.TRANSCODE, ("fragmented",), 6, sets.encrypt
    ),
    StepPlan("ready", pgettext_lazy("stage", "Ready"), Queue.INGEST, ("packaged",), 1, sets.finish),
]
"""The job that packages an asset anew and leaves it clear."""

TRANSCODE: list[StepPlan] = [
    StepPlan("first_play", _("Making the first rendition"), Queue.TRANSCODE, (), 14, first_play.run),
    StepPlan("measuring", _("Measuring samples"), Queue.TRANSCODE, (), 2, measuring.run),
    # The pictures that were taken of it when it came still hold.
    *(
        replace(plan, after=tuple(name for name in plan.after if name != "thumbnails"))
        for plan in PIPELINES[Kind.VIDEO]
        if plan.name in {"transcoding", "packaging"}
    ),
    StepPlan("metadata", _("Writing the metadata"), Queue.INGEST, ("packaging",), 1, metadata.run),
]
"""The job that makes the renditions of a video anew, as somebody has asked for them."""

STILLS: list[StepPlan] = [
    StepPlan(POSTER, _("Making the poster"), Queue.INGEST, (), 1, poster.run, urgency=FIRST_PLAY),
    StepPlan(CAPTURES, _("Taking frames"), Queue.INGEST, (), 1, captures.run, urgency=FIRST_PLAY),
]
"""The jobs by which somebody chooses a poster or has frames taken: each has one of these steps."""

SHARE: list[StepPlan] = [
    StepPlan("marking", _("Burning the name in"), Queue.TRANSCODE, (), 20, marking.burn),
    StepPlan("marked", _("Packaging for the link"), Queue.TRANSCODE, ("marking",), 4, marking.package),
]
"""The job that makes the streaming set of one share link, with a name in its pictures."""

CUT: list[StepPlan] = [
    StepPlan("cutting", _("Taking parts out"), Queue.TRANSCODE, (), 20, cutting.run),
]
"""The job that makes what is left of an asset while parts are taken out of it for others."""

_AFTERWARDS = [QUALITY, PACKAGE, PACKAGE_CLEAR, TRANSCODE, STILLS, SHARE, CUT]


def plans_of(kind: str, *, encrypted: bool) -> list[StepPlan]:
    """The steps of the first job of an asset of a kind."""
    plans = [plan for plan in PIPELINES[kind] if encrypted or not plan.encrypted_only]
    names = {plan.name for plan in plans}
    return [replace(plan, after=tuple(name for name in plan.after if name in names)) for plan in plans]


def add_step(plan: StepPlan, *, kinds: Iterable[str]) -> None:
    """Put a step of an upper app into the pipelines of these kinds, right behind those that it waits for; a second one
    of the same name is ignored.
    """
    for kind in kinds:
        names = [step.name for step in PIPELINES[kind]]
        if plan.name not in names:
            place = max((names.index(name) + 1 for name in plan.after), default=len(names))
            PIPELINES[kind].insert(place, plan)


def add_job_plans(plans: list[StepPlan]) -> None:
    """Name the steps that jobs of an upper app may have; a second list that begins with the same one is ignored."""
    if plans[0].name not in {one.name for known in _AFTERWARDS for one in known}:
        _AFTERWARDS.append(plans)


def plan_of(kind: str, name: str) -> StepPlan:
    """The plan of one step, also of one that makes a chunk; raises `KeyError` for one that the kind does not have."""
    if chunking.number_of(name) is not None:
        return replace(plan_of(kind, chunking.WHOLE), name=name, work=chunks.run)
    for plan in (*PIPELINES[kind], *(one for plans in _AFTERWARDS for one in plans)):
        if plan.name == name:
            return plan
    raise KeyError(name)


def step_words() -> dict[str, str]:
    """Every step's name in words for people, in the active language."""
    every = (*PIPELINES.values(), *_AFTERWARDS)
    return {plan.name: str(plan.label) for plans in every for plan in plans}


def label_of(name: str) -> str:
    """A step's name in words for people; an unknown one stays as it is. A piece is named after its step."""
    words = step_words()
    return words.get(name) or words.get(piece_of(name) or name, name)


def piece_of(name: str) -> str | None:
    """The step whose piece a step of this name is: those of a long file are numbered, `transcoding_001` and so on."""
    found = _PIECE.fullmatch(name)
    return found["step"] if found else None
