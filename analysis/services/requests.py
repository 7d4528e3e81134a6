"""An asset as engines are told of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

from django.conf import settings

from analysis.engines import Request
from analysis.engines import Type as EngineType
from analysis.engines.base import Kind
from assets.models import Asset
from processing.ffmpeg.media import Probe


def request_for(
    asset: Asset, *, types: Iterable[str], languages: Sequence[str], source: Path, folder: Path
) -> Request:
    """What is asked of an engine: these types of an asset whose original lies at `source`; `folder` is scratch."""
    probe = asset.metadata.get("probe")
    return Request(
        types=frozenset(EngineType(name) for name in types),
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
    )
