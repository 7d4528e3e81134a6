"""What the asset page shows of the analyses of an asset: type by type what was found, by whom, and how it stands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analysis import engines
from analysis.models import OPEN, Analysis, EngineChoice, Publishing, Status, Type
from analysis.services import choosing, collected, naming, people, wanted
from analysis.services.comparing import Comparison
from assets import access
from assets.access import Caller
from assets.models import Asset, Collection
from assets.services.reasons import said

_SHOWN = 5
_MOST_ROWS = 200


@dataclass(frozen=True)
class Line:
    """One analysis: `found` says in words what it found, `reason` why it failed; `beside` is the one that it can be
    compared with.
    """

    analysis: Analysis
    engine: str
    found: str
    reason: str
    may_show: bool
    beside: UUID | None = None


@dataclass(frozen=True)
class TypeLines:
    """A type: the newest analysis of it or the one that is shown, and the others, the newest first."""

    type: str
    label: str
    first: Line
    others: list[Line] = field(default_factory=list)


def context_of(asset: Asset, *, user: Caller) -> dict[str, Any]:
    """What the panel's template is given. One query for the rows; for who may order where something costs money two
    for what is said of the asset, and two for who is looked for in it, however many types and engines there are.
    """
    may_change = access.can_change(user, asset) and access.gate_passed(asset)
    may_order = may_change and asset.original_removed_at is None
    able = choosing.possible(asset.kind) if may_order else []
    rows = list(
        Analysis.objects.filter(asset=asset)
        .annotate(moment_count=Count("moments"))
        .order_by("-created_at", "-pk")[:_MOST_ROWS]
    )
    engines = _engines() if able else set()
    types = [_type(name, [row for row in rows if row.type == name], may_change) for name in Type.values]
    return {
        "asset": asset,
        "types": [one for one in types if one is not None],
        "is_open": any(row.status in OPEN for row in rows),
        "may_order": bool(able),
        "choices": [(name, Type(name).label) for name in able],
        "engines": [(name, label) for name, label in EngineChoice.choices if name in engines],
        "takes_languages": bool({Type.TRANSCRIPTION, Type.TEXT} & set(able)),
        "prices": _prices(asset, able),
    }


def of_collection(place: Collection, *, user: Caller) -> dict[str, Any]:
    """What the dialog of a collection is given: what may be looked for in its files, and what is said of it already."""
    setting = wanted.setting_of(place)
    budget = setting.monthly_budget
    known = _engines() | {setting.engine}
    return {
        "place": place,
        "setting": setting,
        "types": wanted.offers(setting.types),
        "engines": [(name, label) for name, label in EngineChoice.choices if name in known],
        "publishing": Publishing.choices,
        "may_bound": wanted.may_bound(user),
        "may_name": people.may_manage(user),
        "names_here": naming.is_on(),
        "budget": "" if budget is None else str(budget),
    }


def _prices(asset: Asset, able: Sequence[str]) -> str:
    """What each type may cost by what may be asked for, in US dollars as JSON; empty where nothing costs anything."""
    dear = [name for name in choosing.names() if able and engines.engine(name).remote]
    if not dear:
        return ""
    said_of_it = collected.said_of(asset)
    known = cache(partial(naming.people_for, asset))
    found = {}
    for word in [str(EngineChoice.AUTO), *dear]:
        choices = choosing.choose(
            types=able,
            asset=asset,
            wanted=word,
            collection=said_of_it.engine,
            only_here=said_of_it.only_here,
            people=known,
        )
        found[word] = {name: float(choice.usd) for name, choice in choices.items() if choice.usd}
    return json.dumps(found) if any(found.values()) else ""


def _engines() -> set[str]:
    """The words by which an engine can be asked for here."""
    return {str(EngineChoice.AUTO), *choosing.names()}


def _type(name: str, rows: Sequence[Analysis], may_change: bool) -> TypeLines | None:
    """The lines of one type: first what is shown, or as long as nothing is, the newest."""
    if not rows:
        return None
    first = next((row for row in rows if row.is_current), rows[0])
    others = [row for row in rows if row.pk != first.pk][:_SHOWN]
    compares = first.status == Status.COMPLETED and name != Type.FINGERPRINT
    return TypeLines(
        type=name,
        label=str(Type(name).label),
        first=_line(first, may_change=may_change),
        others=[_line(row, may_change=may_change, beside=first.pk if compares else None) for row in others],
    )


def _line(row: Analysis, *, may_change: bool, beside: UUID | None = None) -> Line:
    """One analysis in words."""
    return Line(
        analysis=row,
        engine=_engine_word(row.engine),
        found=_found(row),
        reason=said(row.error_detail),
        may_show=may_change and row.status == Status.COMPLETED and not row.is_current,
        beside=beside if row.status == Status.COMPLETED else None,
    )


def comparison_of(found: Comparison) -> dict[str, Any]:
    """What the template of two analyses beside each other is given."""
    return {
        "asset": found.first.asset,
        "type_label": Type(found.first.type).label,
        "heads": [
            {"engine": _engine_word(one.engine), "at": one.completed_at, "is_current": one.is_current}
            for one in (found.first, found.second)
        ],
        "rows": found.rows,
        "more": found.more,
        "agreement": found.agreement,
        "percent": None if found.agreement is None else round(found.agreement * 100),
        "cut_word": _("Cut") if found.first.type == Type.SHOTS else "",
    }


def _engine_word(name: str) -> str:
    """An engine in words; one that is not known here by its name."""
    known: dict[str, Any] = dict(EngineChoice.choices)
    return str(known.get(name, name))


def _found(row: Analysis) -> str:
    """What was found, in a few words."""
    if row.status != Status.COMPLETED:
        return ""
    count = getattr(row, "moment_count", 0)
    match Type(row.type):
        case Type.SHOTS:
            words = ngettext("%(count)d shot", "%(count)d shots", count)
        case Type.QUALITY:
            words = ngettext("%(count)d fault", "%(count)d faults", count) if count else _("No faults")
        case Type.FINGERPRINT:
            count = int(row.results.get("hashes", 0))
            words = ngettext("%(count)d hash", "%(count)d hashes", count)
        case Type.MODERATION:
            words = ngettext("%(count)d flag", "%(count)d flags", count) if count else _("Nothing unsafe")
        case _:
            words = ngettext("%(count)d moment", "%(count)d moments", count)
    found = words % {"count": count}
    return _("%(found)s (draft)") % {"found": found} if row.results.get("draft") else found
