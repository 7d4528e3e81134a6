"""The sets of what is left of an asset, as a job makes them: what it is asked for, and how it becomes what is shown."""

from typing import Any
from uuid import UUID

from assets import delivery
from assets.models import Asset, CutSet, Hold
from assets.services import leftovers, publication
from processing.models import Job

PARAMETER = "cut"
"""The parameter of a job that says which parts are taken out: pairs of seconds."""

Parts = list[list[float]]


def parts_of(job: Job) -> Parts:
    """The parts that a job takes out."""
    found: Parts = job.parameters[PARAMETER]
    return found


def place(prefix: str, *, asset_id: UUID, parts: Parts, files: dict[str, Any], duration: float) -> None:
    """Write down where a finished set lies, and publish the asset if this is what was waited for. Must run in the
    transaction that completes its step.

    Sets of other parts go once no link to them can be good. One that nobody wants any more is kept as long as there is
    no other: the same decision may be made again.
    """
    asset = Asset.objects.select_for_update(of=("self",)).get(pk=asset_id)
    for old in CutSet.objects.filter(asset=asset):
        if old.parts == asset.cut and parts != asset.cut:
            continue
        leftovers.leave(old.prefix, seconds=delivery.longest_life(asset))
        old.delete()
    CutSet.objects.create(asset=asset, parts=parts, prefix=prefix, files=files, duration=duration)
    if parts == asset.cut:
        publication.give_verdicts(asset=asset, holds={Hold.CUT: False})
