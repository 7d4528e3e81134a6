"""Assets with real fingerprints, without the workers that would take them."""

from pathlib import Path

from analysis.engines import Result, Type
from analysis.engines.local.fingerprint import Fingerprints
from analysis.models import Analysis, Order
from analysis.services import fingerprints
from assets.models import Asset
from tests.analysis.clips import engine_of, request_of


def taken(source: Path, folder: Path, mime_type: str = "video/mp4") -> Result:
    """The fingerprint of a medium."""
    engine = engine_of(Fingerprints())
    request = request_of(source, folder, Type.FINGERPRINT, mime_type=mime_type)
    handle = engine.start(request, on_progress=lambda _done: None, stop=lambda: False)
    return engine.results(handle, request).results[Type.FINGERPRINT]


def written(asset: Asset, result: Result) -> Analysis:
    """A completed analysis with these hashes, which is shown."""
    order = Order.objects.create(asset=asset, types=["fingerprint"])
    row = Analysis.objects.create(
        order=order, asset=asset, type="fingerprint", engine="local", status="completed", is_current=True
    )
    fingerprints.write(row, asset, result)
    return row
