"""The VMAF of the renditions of a video that is ready, and those made again, once, that lie below the preset's floor.

Whatever goes wrong here leaves the asset as it was.
"""

import math
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from assets.models import Variant, VariantType
from assets.services import places
from mediaportal.core.sandbox import ProgramFailed
from processing import engines
from processing.exceptions import EncodingFailed, StepPostponed, StepRefused
from processing.ffmpeg import mux, vmaf
from processing.ffmpeg.codecs import CODECS
from processing.ffmpeg.ladder import Rung
from processing.models import Job, JobType, Queue, Step
from processing.services import interim, marks, packages
from processing.services.context import StepContext
from processing.services.interim import Interim
from processing.services.presets import ladder_for, rungs_for
from processing.steps.packaging import packaged
from processing.steps.probe import probe_of
from processing.steps.renditions import TRACK_ORDER, handed_rung, rendition, rung_of, track_of

_OTHERS_FIRST_SECONDS = 30.0
# Around CRF 23 a step of CRF is worth about one of VMAF; more than six would cost more than twice the bits.
_LEAST_STEP, _MOST_STEP = 2, 6
_MORE_ROOM = 1.5


def measure(context: StepContext) -> dict[str, Any]:
    """Measure every rendition; those below the floor are made once more by further steps.

    Raises `StepPostponed` while renditions of others wait to be made.
    """
    _let_others_go_first()
    found = _measured(context, _renditions(context))
    floor = ladder_for(context.job).vmaf_floor
    below = [variant.quality for variant, score in found.items() if score.mean < floor]
    if below:
        context.further += ["remaking", "replacing", "quality_again"]
    return {"vmaf": {variant.quality: score.as_data() for variant, score in found.items()}, "below": below}


def measure_again(context: StepContext) -> dict[str, Any]:
    """Measure what was made again; whatever it is now, it stays."""
    again = {variant: rung for variant, rung in _renditions(context).items() if "remade" in variant.detail}
    found = _measured(context, again)
    return {"vmaf": {variant.quality: score.as_data() for variant, score in found.items()}}


def remake(context: StepContext) -> dict[str, Any]:
    """Encode the rungs below the floor again, from one decode, with more bits, and hand them on without sound."""
    measured = context.job.steps.get(name="quality").results
    floor = ladder_for(context.job).vmaf_floor
    rungs = [
        _better(rung, floor - measured["vmaf"][rung.quality]["mean"])
        for rung in _renditions(context).values()
        if rung.quality in measured["below"]
    ]
    marks.lay(context, rungs, context.scratch)
    encoded = engines.chosen().encode(
        engines.Order(context.source, probe_of(context.asset), rungs, context.scratch, sound=False),
        on_progress=context.report,
        stop=context.stop,
    )
    for done in encoded.rungs:
        context.interim.append(Interim(f"{done.rung.quality}.mp4", done.path, {**asdict(done), "path": ""}))
    return {"crf": {rung.quality: rung.crf for rung in rungs}, "cpu_seconds": round(encoded.cpu_seconds, 1)}


def replace(context: StepContext) -> dict[str, Any]:
    """Join what was made again with the sound, package the whole set anew, and let both take the old ones' places."""
    before = context.job.steps.get(name="quality").results["vmaf"]
    kept = Variant.objects.filter(asset=context.asset)
    with ExitStack() as held:
        handed = held.enter_context(interim.taken(job=context.job, steps=["remaking"], stop=context.stop))
        rungs = {one.facts["rung"]["quality"]: handed_rung(one.path, one.facts) for one in handed}
        old = {v.quality: v for v in kept.filter(variant_type=VariantType.RENDITION)}
        sounds = kept.filter(variant_type=VariantType.AUDIO_ONLY).order_by(*TRACK_ORDER)
        tracks = [track_of(variant, path) for variant, path in _held(held, sounds, context)]
        for quality, rung in rungs.items():
            target = context.scratch / f"{quality}.mp4"
            made = mux.mux(rung, tracks, target, stop=context.stop)
            product = rendition(context, rung, made, tracks)
            product.facts["detail"] |= {
                "step": old[quality].detail.get("step"),
                "remade": {"crf": rung.rung.crf, "before": before[quality]},
            }
            context.products.append(changed(product, replaces=(old[quality].pk,)))
        others = [variant for quality, variant in old.items() if quality not in rungs]
        every = [*rungs.values(), *(rung_of(variant, path) for variant, path in _held(held, others, context))]
        if len({rung.frames for rung in every}) > 1:
            raise EncodingFailed(f"the rungs have {[rung.frames for rung in every]} frames")
        # The same set with the same keys, as it is played now.
        packaged(context, every, tracks, wanted=packages.current(context.asset), step="packaging")
    return {"replaced": sorted(rungs)}


def _let_others_go_first() -> None:
    """Nobody waits for a measurement: it gives way to every rendition that could be made meanwhile."""
    if Step.objects.claimable(Queue.TRANSCODE).exists():
        raise StepPostponed(
            "others_first",
            gettext_noop("Waiting until no renditions wait to be made."),
            seconds=_OTHERS_FIRST_SECONDS,
            log="renditions wait to be made",
        )


def _renditions(context: StepContext) -> dict[Variant, Rung]:
    """The asset's renditions, the largest first, each with the rung that it was made as.

    Raises `StepRefused` where others have been made since: what they were made as is not known here.
    """
    anew = Job.objects.filter(asset=context.asset, job_type=JobType.TRANSCODE)
    if anew.filter(created_at__gt=context.job.created_at).exists():
        sentence = gettext_noop("Other renditions have been made of this file since.")
        raise StepRefused("renditions_replaced", sentence)
    ingest = Job.objects.get(pk=context.job.parameters["measures"])
    rungs = {rung.quality: rung for rung in rungs_for(ingest, probe_of(context.asset))}
    made = Variant.objects.filter(asset=context.asset, variant_type=VariantType.RENDITION)
    by_quality = {variant.quality: variant for variant in made}
    return {by_quality[quality]: rung for quality, rung in rungs.items() if quality in by_quality}


def _measured(context: StepContext, renditions: dict[Variant, Rung]) -> dict[Variant, vmaf.Vmaf]:
    """Measure renditions and have it written down with them."""
    if not renditions:
        return {}
    marks.lay(context, list(renditions.values()), context.scratch)
    with ExitStack() as held:
        files = [(renditions[variant], path) for variant, path in _held(held, list(renditions), context)]
        try:
            scores = vmaf.measure(
                context.source,
                probe_of(context.asset),
                files,
                context.scratch,
                on_progress=context.report,
                stop=context.stop,
            )
        except (ValueError, ProgramFailed) as error:
            # A picture of two by two pixels, say, or one that is shown for a minute.
            sentence = gettext_noop("The renditions of this file cannot be compared with it.")
            raise StepRefused("not_comparable", sentence) from error
    found = dict(zip(renditions, scores, strict=True))
    context.details.update({variant.pk: {"vmaf": score.as_data()} for variant, score in found.items()})
    return found


def _held(held: ExitStack, variants: Iterable[Variant], context: StepContext) -> list[tuple[Variant, Path]]:
    """Variants with their files, which are local as long as `held` is open."""
    return [
        (variant, held.enter_context(places.local_file(variant.storage_key, stop=context.stop)))
        for variant in variants
    ]


def _better(rung: Rung, missing: float) -> Rung:
    """A rung with as many steps of CRF less as it lacks points of VMAF, and more room below its cap."""
    steps = max(_LEAST_STEP, min(_MOST_STEP, math.ceil(missing)))
    return changed(
        rung,
        crf=max(CODECS[rung.codec].least_crf, rung.crf - steps),
        max_rate=round(rung.max_rate * _MORE_ROOM),
        buffer_size=round(rung.buffer_size * _MORE_ROOM),
    )
