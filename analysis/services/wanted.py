"""What may be wanted of files: the types that an engine can do, those for which something must be installed first, and
what is done with everything that comes into a collection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from analysis.models import CollectionSetting, EngineChoice, Publishing, Type
from analysis.services import choosing, orders, people
from assets import access
from assets.models import Collection, Kind
from assets.services.reasons import said
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

_MOST_USD = Decimal("9999999999.99")
_SPOKEN = frozenset({Type.TRANSCRIPTION, Type.TEXT})


@dataclass(frozen=True)
class Offer:
    """A type that may be wanted; one that nobody can do yet has in `missing` what to install, in words."""

    type: str
    label: str
    missing: tuple[str, ...] = ()
    chosen: bool = False

    @property
    def able(self) -> bool:
        """Whether an engine can do it now of some kind of medium."""
        return not self.missing


def offers(chosen: Sequence[str] = ()) -> list[Offer]:
    """Every type that an engine can do, and then those that one could do; those that none ever will are left out."""
    able = {name for kind in Kind.values for name in choosing.possible(kind)}
    lacking = choosing.lacking()
    found = [
        Offer(name, str(Type(name).label), tuple(said(one) for one in lacking.get(name, ())), name in chosen)
        for name in Type.values
        if name in able or lacking.get(name) or name in chosen
    ]
    return sorted(found, key=lambda one: not one.able)


def offer() -> dict[str, Any]:
    """What the upload page offers; empty where no engine can do anything."""
    found = offers()
    if not any(one.able for one in found):
        return {}
    return {"types": found, "takes_languages": any(one.able and one.type in _SPOKEN for one in found)}


def setting_of(collection: Collection) -> CollectionSetting:
    """What is done in a collection; one that nothing has been said of has a setting that is not saved."""
    found = CollectionSetting.objects.filter(collection=collection).first()
    return found or CollectionSetting(collection=collection)


def may_bound(user: access.Caller) -> bool:
    """May this person say how much analyses of a collection may cost?"""
    return isinstance(user, User) and user.is_active and user.has_perm("analysis.change_collectionsetting")


@transaction.atomic
def change(*, user: access.Caller, collection: Collection, changes: dict[str, Any]) -> CollectionSetting:
    """Change what is done with everything that comes into a collection: `types`, `languages`, `engine`, `only_here`,
    `publishing` (hold, publish, or empty for as the collection around it), and for who may say so `monthly_budget` (US
    dollars; None is without bound) and `names_people`. What lies in it already is left as it is.

    Raises `NotPermitted`, `NotFound` when it has gone meanwhile, and `InvalidInput`.
    """
    if not access.can_change_collection(user, collection):
        raise NotPermitted
    if "monthly_budget" in changes and not may_bound(user):
        raise NotPermitted
    if "names_people" in changes and not people.may_manage(user):
        raise NotPermitted
    if not Collection.objects.select_for_update(of=("self",)).filter(pk=collection.pk).exists():
        raise NotFound  # those who change it at once take turns
    setting = setting_of(collection)
    moved = {name: value for name, value in _checked(changes).items() if value != getattr(setting, name)}
    if moved:
        setting, _new = CollectionSetting.objects.update_or_create(collection=collection, defaults=moved)
        record(
            action="collection.analysis_changed",
            target=collection,
            actor=access.person(user),
            fields=sorted(moved),
        )
    if "names_people" in moved and isinstance(user, User):
        people.choose_collection(user=user, setting=setting)
    return setting


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as it is kept; raises `InvalidInput` with every field that is wrong."""
    kept: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    types = list(changes.get("types", ()))
    asked = {"types": types or [Type.SHOTS.value], "languages": changes.get("languages", [])}
    try:
        wish = orders.wish_of(**asked, engine=changes.get("engine", EngineChoice.AUTO))
    except InvalidInput as problem:
        problems += problem.errors or ()
    else:
        told = {"types": list(wish.types) if types else [], "languages": list(wish.languages)}
        kept = {name: value for name, value in {**told, "engine": wish.engine}.items() if name in changes}
    kept |= {name: changes[name] for name in ("only_here", "names_people") if name in changes}
    if "publishing" in changes:
        if changes["publishing"] not in {"", *Publishing.values}:
            detail = _("Must be one of: %s.") % ", ".join(Publishing.values)
            problems.append(FieldProblem("publishing", "invalid", detail))
        kept["publishing"] = changes["publishing"]
    if "monthly_budget" in changes:
        budget = changes["monthly_budget"]
        if budget is not None and not 0 <= budget <= _MOST_USD:
            detail = _("Must be an amount of at least 0.")
            problems.append(FieldProblem("monthly_budget", "out_of_range", detail))
        kept["monthly_budget"] = budget
    if problems:
        named = [_named(one) for one in problems]
        raise InvalidInput(named[0].detail, errors=named)
    return kept


def _named(problem: FieldProblem) -> FieldProblem:
    """A problem at the field that was sent: an order calls the types otherwise."""
    field = "types" if problem.field == "analysis_types" else problem.field
    return FieldProblem(field, problem.code, problem.detail)
