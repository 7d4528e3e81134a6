"""The document that tells of labelled key frames, written when their last part is done, whatever has become of it."""

from typing import Any

import orjson
from django.utils import timezone

from analysis.services import keyframedocument
from assets.models import Variant, VariantType
from processing.services import keyframes
from processing.services.context import StepContext
from processing.services.publishing import Product

FILENAME = "metadata.json"


def run(context: StepContext) -> dict[str, Any]:
    """Write `metadata.json`: it takes the place of an earlier one when the step is complete."""
    asset = context.asset
    asset.refresh_from_db()
    standing = keyframedocument.standing_of(context.job, variants=Variant.objects.filter(asset=asset))
    document = keyframedocument.document_of(
        asset=asset, job=context.job, standing=standing, at=timezone.now()
    )
    path = context.scratch / FILENAME
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    facts = {"detail": {keyframes.DOCUMENT: len(document["captures"])}}
    context.products.append(Product(path, VariantType.METADATA, "json", FILENAME, facts))
    return {"parts": {name: part.status for name, part in standing.parts.items()}}
