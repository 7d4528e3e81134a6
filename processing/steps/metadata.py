"""The sidecar: everything that is known of the file and of what was made of it, as one JSON file beside it."""

from typing import Any

import orjson

from assets.models import Variant, VariantType
from processing.services import keyframes
from processing.services.context import StepContext
from processing.services.publishing import Product

SCHEMA = "mediaportal-metadata/1"


def run(context: StepContext) -> dict[str, Any]:
    """Write `{stem}_metadata.json`."""
    asset = context.asset
    asset.refresh_from_db()
    made = Variant.objects.filter(asset=asset).exclude(variant_type=VariantType.METADATA)
    document = {
        "schema": SCHEMA,
        "id": str(asset.pk),
        "title": asset.title,
        "description": asset.description,
        "kind": asset.kind,
        "original": {
            "filename": asset.original_filename,
            "mime_type": asset.mime_type,
            "file_size": asset.file_size,
            "sha256": asset.sha256,
        },
        "duration": asset.duration,
        "width": asset.width,
        "height": asset.height,
        "created_at": asset.created_at,
        "scan": {"verdict": asset.scan_verdict, "detail": asset.scan_detail},
        "technical": asset.metadata,
        "variants": [_line(variant) for variant in made],
    }
    path = context.scratch / "metadata.json"
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    # What tells of labelled key frames is another document, and stays.
    before = Variant.objects.filter(asset=asset, variant_type=VariantType.METADATA).exclude(
        detail__has_key=keyframes.DOCUMENT
    )
    context.products.append(
        Product(
            path,
            VariantType.METADATA,
            "json",
            f"{context.stem}_metadata.json",
            replaces=tuple(before.values_list("pk", flat=True)),
        )
    )
    return {"variants": len(document["variants"])}


def _line(variant: Variant) -> dict[str, Any]:
    """What the sidecar says of one variant."""
    names = (
        "variant_type",
        "format",
        "quality",
        "width",
        "height",
        "bitrate",
        "duration",
        "timestamp",
        "filename",
        "mime_type",
        "file_size",
        "checksum",
    )
    return {name: getattr(variant, name) for name in names}
