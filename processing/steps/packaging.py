"""The renditions with their sound, and one CMAF set for HLS and DASH of all of them, encrypted where that is wanted."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from assets.models import Caption, CaptionKind, Variant, VariantType
from assets.services import places
from processing.exceptions import EncodingFailed
from processing.ffmpeg import mux
from processing.ffmpeg.transcode import EncodedAudio, EncodedRung
from processing.models import Package as Wanted
from processing.models import Scheme
from processing.packager import Package, TextTrack, package
from processing.services import interim, packages
from processing.services.context import StepContext
from processing.services.presets import ladder_for
from processing.services.publishing import Product
from processing.steps import imagetrack
from processing.steps.renditions import TRACK_ORDER, handed_rung, rendition, rung_of, track_of

_JOINED_AT_ONCE = 2


@dataclass(frozen=True)
class _Parts:
    """What there is to package: the rungs that the first play has published, those still without sound, the sound."""

    published: Sequence[EncodedRung]
    handed: Sequence[EncodedRung]
    tracks: Sequence[EncodedAudio]


def run(context: StepContext) -> dict[str, Any]:
    """Join each further rung with the sound, and package the pictures of every rendition and every sound track."""
    with _parts(context) as parts:
        rungs = [*parts.handed, *parts.published]
        if len({rung.frames for rung in rungs}) > 1:
            raise EncodingFailed(f"the rungs have {[rung.frames for rung in rungs]} frames")
        # Both only read the streams; each of them leaves a core idle.
        with ThreadPoolExecutor(_JOINED_AT_ONCE) as pool:
            joined = [pool.submit(_joined, context, rung, parts.tracks) for rung in parts.handed]
            done = packaged(context, rungs, parts.tracks)
            for rung, one in zip(parts.handed, joined, strict=True):
                context.products.append(rendition(context, rung, one.result(), parts.tracks))
    return {"streams": len(done.streams), "size": done.size, "encrypted_tracks": done.encrypted_tracks}


def _joined(context: StepContext, rung: EncodedRung, tracks: Sequence[EncodedAudio]) -> mux.Rendition:
    """A rendition: a further rung with the sound."""
    return mux.mux(rung, tracks, context.scratch / f"{rung.rung.quality}.mp4", stop=context.stop)


def run_sound(context: StepContext) -> dict[str, Any]:
    """Package a sound that is to be encrypted: what is not plays as a file."""
    made = Variant.objects.get(asset=context.asset, variant_type=VariantType.AUDIO_ONLY)
    with places.local_file(made.storage_key, stop=context.stop) as path:
        done = packaged(context, [], [track_of(made, path)])
    return {"streams": len(done.streams), "size": done.size, "encrypted_tracks": done.encrypted_tracks}


def packaged(
    context: StepContext,
    rungs: Sequence[EncodedRung],
    tracks: Sequence[EncodedAudio],
    *,
    wanted: Wanted | None = None,
    step: str = "",
) -> Package:
    """Package streams as the job's set is wanted, or as `wanted` says, and hand the set in to be published, by the name
    of `step` if that is another one. Its keys stand in nothing that is handed in.
    """
    wanted = wanted or packages.of_job(context.job)
    done = cut(context, rungs, tracks, wanted)
    context.products.append(_streaming_set(context, done, wanted, step))
    context.published.append(packages.when_ready(wanted, done))
    return done


def cut(
    context: StepContext, rungs: Sequence[EncodedRung], tracks: Sequence[EncodedAudio], wanted: Wanted
) -> Package:
    """Write a set of these streams, with texts and storyboard, into a folder of the scratch."""
    folder = context.scratch / "package"
    folder.mkdir()
    with _texts(context) as texts:
        done = package(
            sorted(rungs, key=lambda rung: -rung.rung.height),
            tracks,
            folder,
            texts=texts,
            segment_seconds=ladder_for(context.job).segment_seconds,
            encryption=packages.encryption_of(
                package=wanted,
                sides=[min(rung.rung.width, rung.rung.height) for rung in rungs],
                sound=bool(tracks),
            ),
            stop=context.stop,
        )
    if rungs and (wanted.scheme == Scheme.CLEAR or settings.ENCRYPTED_STILLS == "all"):
        imagetrack.add(context, folder)
    return done


def entries_of(wanted: Wanted, done: Package) -> dict[str, str]:
    """The manifests of a set that are published, by their formats; those that nobody wants are removed."""
    entries = packages.formats_of(wanted, done)
    for unwanted in {done.hls_master.name, done.dash_manifest.name} - set(entries.values()):
        (done.folder / unwanted).unlink(missing_ok=True)
    return entries


def _streaming_set(context: StepContext, done: Package, wanted: Wanted, step: str) -> Product:
    """A package with its manifests, to be published."""
    entries = entries_of(wanted, done)
    return Product(
        done.folder,
        VariantType.MANIFEST,
        next(iter(entries)),
        next(iter(entries.values())),
        {
            "duration": context.asset.duration,
            "detail": {
                "package": str(wanted.pk),
                "streams": [vars(stream) for stream in done.streams],
                **({"step": step} if step else {}),
            },
        },
        entries=entries,
    )


@contextmanager
def _texts(context: StepContext) -> Iterator[list[TextTrack]]:
    """Hold what is to be read over the pictures, as it is now: the page's player reads the newest beside the set."""
    kinds: dict[str, Literal["subtitles", "captions"]] = {
        CaptionKind.SUBTITLES: "subtitles",
        CaptionKind.CAPTIONS: "captions",
    }
    with ExitStack() as held:
        yield [
            TextTrack(
                held.enter_context(places.local_file(one.storage_key, stop=context.stop)),
                one.language,
                one.label,
                kinds[one.kind],
                one.is_default,
            )
            for one in Caption.objects.filter(asset=context.asset, kind__in=kinds, cues__gt=0)
        ]


@contextmanager
def _parts(context: StepContext) -> Iterator[_Parts]:
    """Hold everything that is to be packaged as local files."""
    made = Variant.objects.filter(asset=context.asset, detail__step="first_play").order_by(*TRACK_ORDER)
    with ExitStack() as held:
        local = {
            variant: held.enter_context(places.local_file(variant.storage_key, stop=context.stop))
            for variant in made
            if variant.variant_type in {VariantType.RENDITION, VariantType.AUDIO_ONLY}
        }
        # What was copied while samples were measured stays where it lies, unless it had to be encoded after all.
        handed = held.enter_context(
            interim.taken(job=context.job, steps=["measuring", "transcoding"], stop=context.stop)
        )
        further = {one.name: handed_rung(one.path, one.facts) for one in handed}
        yield _Parts(
            [rung_of(v, path) for v, path in local.items() if v.variant_type == VariantType.RENDITION],
            list(further.values()),
            [track_of(v, path) for v, path in local.items() if v.variant_type == VariantType.AUDIO_ONLY],
        )
