"""An asset's labelled key frames as people and programs see them, with links made for whoever asks."""

from typing import Any

from django.utils.translation import gettext as _

from analysis.models import EngineChoice
from analysis.services import choosing, keyframedocument, keyframes
from analysis.services.keyframedocument import Standing
from assets import access
from assets.access import Caller
from assets.models import Asset, Kind, Variant
from assets.services import links
from assets.services.reasons import said
from assets.services.standins import preview_of
from processing.models import OPEN, Job
from processing.services import keyframes as captured
from processing.services import status


def answer_of(asset: Asset, *, user: Caller) -> dict[str, Any]:
    """Where the newest job for key frames stands, what there is of them, and of what it is told. Before there was one
    `status` and `job_id` are null. Five queries.
    """
    return _answer(_newest(asset), asset, user)


def _newest(asset: Asset) -> Job | None:
    """The newest job for key frames."""
    return keyframes.jobs().filter(asset=asset).first()


def _answer(job: Job | None, asset: Asset, user: Caller) -> dict[str, Any]:
    """What is told of an asset whose newest job this is."""
    variants = _shown(asset, user)
    captures = [v for v in variants if v.detail.get("step") == captured.STEP]
    captures.sort(key=lambda v: (v.timestamp or 0.0, v.pk))
    standing = keyframedocument.standing_of(job, variants=variants) if job else None
    document = captured.document_in(variants)
    preview = next((v for form in ("webp", "gif", "avif") if (v := preview_of(variants, form=form))), None)
    return {
        "job_id": str(job.pk) if job else None,
        "status": str(job.status) if job else None,
        "engine": (standing.engine or None) if standing else None,
        "parts": _parts(standing),
        "preview_url": _link(preview, user),
        "captures": [_capture(one, user) for one in captures],
        "labels": keyframedocument.summary_of(captures),
        "metadata_url": _link(document, user),
    }


def context_of(asset: Asset, *, user: Caller) -> dict[str, Any] | None:
    """What the panel's template is given; None where there is nothing to see and nothing to order."""
    if asset.kind != Kind.VIDEO or not access.can_play(user, asset):
        return None
    may_order = access.can_change(user, asset) and asset.original_removed_at is None
    job = _newest(asset)
    if job is None and not may_order:
        return None
    answer = _answer(job, asset, user)
    return {
        "asset": asset,
        "found": answer,
        "is_open": job is not None and job.status in OPEN,
        "error": status.error_of(job) if job else None,
        "engine": dict(EngineChoice.choices).get(answer["engine"] or "", ""),
        "troubles": _troubles(answer["parts"], job),
        "may_order": may_order,
        "lacks": choosing.lacking().get("objects", ()) if may_order and job is None else (),
    }


def _troubles(parts: dict[str, Any] | None, job: Job | None) -> list[dict[str, Any]]:
    """The parts that have failed, in words."""
    if job is None or parts is None or job.status in OPEN:
        return []
    words = {"preview": _("Moving preview"), "captures": _("Key frames"), "labels": _("Labels")}
    return [
        {"name": words[name], **part["error"]} for name, part in parts.items() if part["error"] is not None
    ]


def _shown(asset: Asset, user: Caller) -> list[Variant]:
    """The variants of an asset that this person may be shown."""
    return access.shown(user, Variant.objects.filter(asset=asset).select_related("asset"))


def _parts(standing: Standing | None) -> dict[str, Any] | None:
    """The parts with their reasons in the reader's language."""
    if standing is None:
        return None
    told = {name: part.as_data() for name, part in standing.parts.items()}
    for part in told.values():
        if part["error"]:
            part["error"]["detail"] = said(part["error"]["detail"])
            part["error"]["missing"] = [said(one) for one in part["error"]["missing"]]
    return told


def _capture(capture: Variant, user: Caller) -> dict[str, Any]:
    """A picture with its labels and links, or why it has none."""
    error = capture.detail.get("error")
    return {
        "id": str(capture.pk),
        "timestamp": capture.timestamp,
        "format": capture.format,
        "width": capture.width,
        "height": capture.height,
        "file_size": capture.file_size,
        "sha256": capture.checksum,
        "labels": keyframedocument.labels_of(capture),
        "error": error and {"code": error["code"], "detail": said(error["detail"])},
        "url": _link(capture, user),
        "download_url": _link(capture, user, download=True),
    }


def _link(variant: Variant | None, user: Caller, *, download: bool = False) -> str | None:
    return links.variant_url(variant=variant, user=user, download=download) if variant else None
