"""The streaming set of one share link: pictures with a name in them, and the sound that the asset has."""

from contextlib import ExitStack
from functools import partial
from typing import Any

from assets.models import Variant, VariantType
from assets.services import places
from processing.services import interim, linksets
from processing.services.context import StepContext
from processing.services.presets import rungs_for
from processing.services.publishing import Product
from processing.steps.packaging import cut, entries_of
from processing.steps.probe import probe_of
from processing.steps.renditions import TRACK_ORDER, handed_rung, track_of
from processing.steps.transcoding import encoded


def burn(context: StepContext) -> dict[str, Any]:
    """Encode the rungs with the name in them, from one decode, and hand them on."""
    linksets.of_job(context.job)
    probe = probe_of(context.asset)
    return encoded(context, probe, rungs_for(context.job, probe))


def package(context: StepContext) -> dict[str, Any]:
    """Cut the set, encrypted as the asset is, and lay it into a folder of its own."""
    wanted = linksets.of_job(context.job)
    tracks = Variant.objects.filter(asset=context.asset, variant_type=VariantType.AUDIO_ONLY)
    with ExitStack() as held:
        sound = [
            track_of(one, held.enter_context(places.local_file(one.storage_key, stop=context.stop)))
            for one in tracks.order_by(*TRACK_ORDER)
        ]
        handed = held.enter_context(interim.taken(job=context.job, steps=["marking"], stop=context.stop))
        done = cut(context, [handed_rung(one.path, one.facts) for one in handed], sound, wanted)
    entries = entries_of(wanted, done)
    form = next(iter(entries))
    placed = partial(
        linksets.place,
        package_id=wanted.pk,
        formats=tuple(entries),
        encrypted_tracks=done.encrypted_tracks,
    )
    context.products.append(
        Product(done.folder, VariantType.MANIFEST, form, entries[form], entries=entries, placed=placed)
    )
    return {"streams": len(done.streams), "size": done.size, "encrypted_tracks": done.encrypted_tracks}
