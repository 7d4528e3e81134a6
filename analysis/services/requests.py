"""An asset as engines are told of it."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from django.conf import settings

from analysis.engines import Address, People, Request
from analysis.engines import Type as EngineType
from analysis.engines.base import Kind
from analysis.services import naming
from assets.models import Asset
from processing.ffmpeg.media import Probe


def request_for(
    asset: Asset,
    *,
    types: Iterable[str],
    languages: Sequence[str],
    source: Path,
    folder: Path,
    people: Callable[[], People | None] | None = None,
) -> Request:
    """What is asked of an engine: these types of an asset whose original lies at `source`; `folder` is scratch.

    `people` says among whom faces are looked for, for who has asked that already.
    """
    probe = asset.metadata.get("probe")
    wanted = frozenset(EngineType(name) for name in types)
    return Request(
        types=wanted,
        source=source,
        folder=folder,
        kind=cast(Kind, asset.kind),
        mime_type=asset.mime_type,
        size=asset.file_size,
        duration=asset.duration or 0.0,
        width=asset.width or 0,
        height=asset.height or 0,
        probe=Probe.from_data(probe) if probe else None,
        languages=tuple(languages),
        threshold=settings.ANALYSIS_CONFIDENCE,
        stored=_stored(asset),
        people=(people or partial(naming.people_for, asset))() if EngineType.FACES in wanted else None,
    )


def _stored(asset: Asset) -> Address | None:
    """Where the original lies in a bucket of Amazon Web Services; other services cannot be read from there."""
    if settings.STORAGE != "s3" or settings.S3_ENDPOINT_URL or not asset.storage_key:
        return None
    key = "/".join(part for part in (settings.S3_PREFIX, asset.storage_key) if part)
    return Address(settings.S3_BUCKET, key, settings.S3_REGION)
