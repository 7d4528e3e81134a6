"""Which picture stands for an asset when somebody has chosen one.

What was chosen stands beside the automatic one, goes before it, and stays when the work on the asset is done again.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from assets.access import Caller, person
from assets.models import Asset, Kind, Variant, VariantType
from assets.services import places
from mediaportal.audit.services.log import record
from mediaportal.core.problems import NotFound
from processing.exceptions import NoPictures
from processing.models import Job
from processing.services import publishing, stilljobs
from processing.services.actors import acting

FILM, SENT = "frame", "picture"
"""Where a chosen poster comes from, in the details of its variant."""


def choose_frame(*, user: Caller, asset: Asset, seconds: float) -> Job:
    """Have the frame that is shown at a time made the poster.

    Raises `NotPermitted`, `NoPictures`, `NotReadYet`, `InvalidInput`, `RateLimited`.
    """
    acting(user, asset)
    stilljobs.require_within(seconds, probe=stilljobs.film_of(asset), field="timestamp")
    return _ordered(user=user, asset=asset, parameters={"timestamp": seconds})


def choose_thumbnail(*, user: Caller, asset: Asset, variant_id: UUID) -> Job:
    """Have the frame of one of the thumbnails or captures made the poster, taken anew and larger.

    Raises as `choose_frame`, and `NotFound` for a variant that is no still of this asset.
    """
    stills = Variant.objects.filter(asset=asset, timestamp__isnull=False)
    still = stills.filter(pk=variant_id).first()
    if still is None or still.timestamp is None:
        raise NotFound
    return choose_frame(user=user, asset=asset, seconds=still.timestamp)


def require_poster(*, user: Caller, asset: Asset) -> None:
    """Raise `NotPermitted`, or `NoPictures` for an image, which stands for itself."""
    acting(user, asset)
    if asset.kind == Kind.IMAGE:
        raise NoPictures


def lay_down(*, asset_id: UUID, job_id: UUID, staged: Path) -> str:
    """Move a picture that has come to where workers find it; returns its key. May take long; asks no database.

    Raises `StorageUnavailable`.
    """
    key = f"{stilljobs.folder_of(asset_id=asset_id, job_id=job_id)}/{stilljobs.PICTURE}"
    places.put(staged, key)
    return key


def choose_picture(*, user: Caller, asset: Asset, job_id: UUID, key: str, mime_type: str) -> Job:
    """Have a picture that somebody has sent, and `lay_down` has laid down, made the poster.

    Raises `NotPermitted`, `NoPictures`, `RateLimited`; then the picture is still there.
    """
    require_poster(user=user, asset=asset)
    received = {"key": key, "facts": {"mime_type": mime_type}}
    return _ordered(user=user, asset=asset, parameters={}, job_id=job_id, received=received)


@transaction.atomic
def reset(*, user: Caller, asset: Asset) -> None:
    """Let the automatic poster stand for the asset again. Raises `NotPermitted`."""
    actor = acting(user, asset)
    chosen = Variant.objects.filter(
        asset=asset, variant_type=VariantType.POSTER, detail__step=stilljobs.POSTER
    )
    for variant in chosen:
        Variant.objects.filter(pk=variant.pk).delete()
        publishing.retire(variant, asset=asset)
    record(action="poster.reset", target=asset, actor=person(actor))


def _ordered(*, user: Caller, asset: Asset, parameters: dict[str, Any], **more: Any) -> Job:
    """Make the job, and write down who asked for it."""
    with transaction.atomic():
        job = stilljobs.order(
            user=user, asset=asset, step=stilljobs.POSTER, parameters=parameters, pictures=1, **more
        )
        record(action="poster.chosen", target=asset, actor=person(acting(user, asset)), **parameters)
    return job
