"""The results of an order as programs see them: the document of the contract, type by type."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse

from analysis.models import Analysis, EngineChoice, Moment, Order, Status, Type
from analysis.services import fingerprints
from analysis.services.outcome import status_of
from assets.services.reasons import said

Rows = Sequence[Moment]


def document_of(*, order: Order) -> dict[str, Any]:
    """What was found of an order so far, and why the rest failed. Two queries."""
    analyses = list(order.analyses.order_by("type"))
    done = [one for one in analyses if one.status == Status.COMPLETED]
    moments: dict[Any, list[Moment]] = {}
    for moment in Moment.objects.filter(analysis__in=done).defer("vector").order_by("start", "id"):
        moments.setdefault(moment.analysis_id, []).append(moment)
    return {
        "analysis_id": str(order.pk),
        "asset_id": str(order.asset_id) if order.asset_id else None,
        "status": str(status_of(analyses)),
        "engine": _engine(order, analyses),
        "results": {one.type: _DOCUMENTS[Type(one.type)](one, moments.get(one.pk, [])) for one in done},
        "errors": {
            one.type: {"code": one.error_code, "detail": said(one.error_detail)}
            for one in analyses
            if one.error_code
        },
        "analyses": [standing_of(one) for one in analyses],
    }


def answer_to(*, order: Order, cost: Decimal | None) -> dict[str, Any]:
    """What the door answers to an order; `cost` in US dollars, None as long as nothing is known of it."""
    analyses = order.analyses.all()
    return {
        "analysis_id": str(order.pk),
        "asset_id": str(order.asset_id) if order.asset_id else None,
        "status": str(status_of(analyses)),
        "results_url": reverse("api-analysis-results", args=[order.pk]),
        "estimated_cost": None if cost is None else float(cost),
    }


def _engine(order: Order, analyses: Sequence[Analysis]) -> str:
    """Who did it: one engine, or where there were several, what was asked for."""
    found = {one.engine for one in analyses if one.engine}
    return found.pop() if len(found) == 1 else order.engine or EngineChoice.AUTO


def standing_of(one: Analysis) -> dict[str, Any]:
    """Where one type stands."""
    return {
        "id": str(one.pk),
        "type": one.type,
        "engine": one.engine,
        "status": one.status,
        "language": one.language,
        "cost": float(one.cost),
        "is_current": one.is_current,
        "started_at": one.started_at,
        "completed_at": one.completed_at,
    }


def _transcription(one: Analysis, rows: Rows) -> dict[str, Any]:
    return {
        **one.results,
        "language": one.language,
        "confidence": one.confidence,
        "text": " ".join(row.text for row in rows),
        "timestamps": [
            {
                "start": row.start,
                "end": row.end,
                "text": row.text,
                "confidence": row.confidence,
                "speaker": row.speaker or None,
            }
            for row in rows
        ],
    }


def _moderation(one: Analysis, rows: Rows) -> dict[str, Any]:
    flags = [
        {
            "label": row.label,
            "parent": row.parent or None,
            "confidence": row.confidence,
            "start": row.start,
            "end": row.end,
        }
        for row in rows
    ]
    return {**one.results, "safe": not flags, "confidence": one.confidence, "flags": flags}


def _seen(row: Moment, **fields: Any) -> dict[str, Any]:
    """What was seen at a time and in a part of the picture."""
    return fields | {
        "confidence": row.confidence,
        "timestamp": row.start,
        "end": row.end,
        "box": row.box,
    }


def _objects(one: Analysis, rows: Rows) -> list[dict[str, Any]]:
    return [_seen(row, label=row.label, parent=row.parent or None) for row in rows]


def _faces(one: Analysis, rows: Rows) -> list[dict[str, Any]]:
    return [_seen(row, name=row.label or None, detail=row.detail) for row in rows]


def _text(one: Analysis, rows: Rows) -> list[dict[str, Any]]:
    return [_seen(row, text=row.text, language=row.language or None) for row in rows]


def _shots(one: Analysis, rows: Rows) -> list[dict[str, Any]]:
    return [{"start": row.start, "end": row.end} for row in rows]


def _fingerprint(one: Analysis, rows: Rows) -> dict[str, Any]:
    return {**one.results, **fingerprints.hashes_of(one)}


def _quality(one: Analysis, rows: Rows) -> dict[str, Any]:
    faults = [{"fault": row.label, "start": row.start, "end": row.end} for row in rows]
    return {**one.results, "faults": faults}


_DOCUMENTS: dict[Type, Callable[[Analysis, Rows], Any]] = {
    Type.TRANSCRIPTION: _transcription,
    Type.MODERATION: _moderation,
    Type.OBJECTS: _objects,
    Type.FACES: _faces,
    Type.TEXT: _text,
    Type.SHOTS: _shots,
    Type.FINGERPRINT: _fingerprint,
    Type.QUALITY: _quality,
}
