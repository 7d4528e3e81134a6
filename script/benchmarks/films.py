"""Films that the measurements make up: rows without bytes, and the one segment that somebody watches."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from analysis.models import Analysis, Order
from assets import delivery
from assets.models import Asset, Variant
from assets.services.names import asset_folder
from mediaportal.accounts.models import User


def film(owner: User, number: int, **facts: Any) -> Asset:
    """A published film, not saved; `facts` are what is otherwise."""
    usual: dict[str, Any] = {
        "duration": 60.0,
        "metadata": {"probed": True},
        "upload_status": "completed",
        "scan_verdict": "clean",
        "processing_verdict": "done",
        "publication": "published",
        "visibility": "internal",
    }
    return Asset(
        kind="video",
        title=f"Clip {number}",
        original_filename=f"clip{number}.mp4",
        mime_type="video/mp4",
        file_size=1_000_000,
        sha256="0" * 64,
        storage_bucket="local",
        storage_key=f"bench/{uuid4()}",
        uploaded_by=owner,
        job_id=uuid4(),
        **usual | facts,
    )


def analysed(films: Iterable[Asset], type_: str) -> list[Analysis]:
    """An analysis of this type that counts, of each of these saved films, in their order."""
    orders = Order.objects.bulk_create(Order(asset=one, types=[type_]) for one in films)
    return Analysis.objects.bulk_create(
        Analysis(order=order, asset=order.asset, type=type_, status="completed", is_current=True)
        for order in orders
    )


def number_films(cursor: Any, rows: Iterable[Analysis], *, first: int = 0) -> None:
    """Tell SQL by `bench_films` (number, id of the analysis, asset_id) which film has which number, from `first` on."""
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS bench_films (number int PRIMARY KEY, id uuid, asset_id uuid)"
    )
    with cursor.copy("COPY bench_films FROM STDIN") as copy:
        for number, row in enumerate(rows, first):
            copy.write_row([number, str(row.pk), str(row.asset_id)])


def segment(asset: Asset, *, viewer: User, data: bytes = b"segment") -> tuple[str, str]:
    """The signed address of the one segment of a saved film, for this viewer, and the key of its file."""
    home = f"{asset_folder(asset.pk)}/cmaf"
    manifest = Variant.objects.create(
        asset=asset,
        variant_type="manifest",
        format="hls",
        filename="master.m3u8",
        storage_bucket="local",
        storage_key=default_storage.save(f"{home}/master.m3u8", ContentFile(b"#EXTM3U\n")),
        mime_type="application/vnd.apple.mpegurl",
        file_size=8,
    )
    key = default_storage.save(f"{home}/video_1080p/1.m4s", ContentFile(data))
    url = delivery.package_url(manifest, user=viewer)
    return url.replace("master.m3u8", "video_1080p/1.m4s"), key
