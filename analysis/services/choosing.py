"""Which engine does a type: as the request says, then as the collection, the setting, and otherwise the first that can.

Only a request insists: an engine that a collection or a setting names and that cannot gives way to the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from analysis import engines
from analysis.engines import Ability, Engine
from analysis.engines import Type as EngineType
from analysis.exceptions import (
    NEEDS_LANGUAGE,
    BudgetExceeded,
    EngineUnavailable,
    NotAbleHere,
    OverBudget,
)
from analysis.models import EngineChoice, Type
from analysis.services import naming
from analysis.services.budget import Purse
from analysis.services.requests import request_for
from assets.models import Asset
from assets.services.reasons import said
from mediaportal.core.problems import FieldProblem


@dataclass(frozen=True)
class Choice:
    """Who does a type: an engine's name, the group that it is asked for with, and what it may cost. Without a name
    nobody can: `missing` says what to install, by the engines that lack it, and `is_too_dear` that one could for more
    than is left of the month's money.
    """

    engine: str = ""
    group: str = ""
    missing: tuple[str, ...] = ()
    usd: Decimal = Decimal(0)
    is_too_dear: bool = False


def choose(
    *,
    types: Iterable[str],
    asset: Asset | None,
    languages: Sequence[str] = (),
    wanted: str = EngineChoice.AUTO,
    collection: str = EngineChoice.AUTO,
    purse: Purse | None = None,
    only_here: bool = False,
) -> dict[str, Choice]:
    """Who does each of these types of an asset; of one that is still to be fetched, who could of any.

    `wanted` is the engine that the request names, `collection` the one that its collection does; `only_here` leaves out
    all that are elsewhere, whoever asks. What is chosen is taken out of the `purse`; an engine that costs more than is
    left there gives way to the others.
    """
    return {
        name: _chosen(
            name,
            [wanted] if wanted != EngineChoice.AUTO else _preferred(name, asset, collection),
            asset,
            languages,
            insists=wanted != EngineChoice.AUTO,
            purse=purse or Purse(),
            only_here=only_here,
        )
        for name in types
    }


def require(choices: dict[str, Choice]) -> None:
    """Raise `EngineUnavailable`, with what to install, when nobody can do one of the types, and `BudgetExceeded` when
    that is for want of money.
    """
    dear = [name for name, choice in choices.items() if choice.is_too_dear]
    if dear:
        problems = [
            FieldProblem("analysis_types", OverBudget.code, said(OverBudget.sentence)) for _name in dear
        ]
        raise BudgetExceeded(problems[0].detail, errors=problems)
    errors = [
        FieldProblem("analysis_types", NotAbleHere.code, _without(name, choice))
        for name, choice in choices.items()
        if not choice.engine
    ]
    if errors:
        raise EngineUnavailable(" ".join(error.detail for error in errors), errors=errors)


def possible(kind: str) -> list[str]:
    """The types that some engine can do now of this kind of medium, in the order of their list."""
    able = {
        name
        for engine in engines.engines()
        for name, ability in engine.capabilities().types.items()
        if not ability.missing and kind in ability.kinds
    }
    return [name for name in Type.values if name in able]


def of_kind(types: Iterable[str], kind: str) -> list[str]:
    """Those of some types that any engine could do of this kind of medium if it had what it needs."""
    known = {
        str(name)
        for engine in engines.engines()
        for name, ability in engine.capabilities().types.items()
        if kind in ability.kinds
    }
    return [name for name in types if name in known]


def names() -> list[str]:
    """The engines of this installation that can do anything now."""
    return [
        engine.name
        for engine in engines.engines()
        if any(not ability.missing for ability in engine.capabilities().types.values())
    ]


def _chosen(
    name: str,
    preferred: Sequence[str],
    asset: Asset | None,
    languages: Sequence[str],
    *,
    insists: bool,
    purse: Purse,
    only_here: bool,
) -> Choice:
    """Who does a type: the first of those in their order that can, for what is left; drafts only when nobody else."""
    missing: list[str] = []
    is_too_dear = False
    for engine, ability in _able(name, _in_order(preferred, insists=insists, only_here=only_here), asset):
        lacking = ability.missing or (
            "" if _speaks(ability, languages) else ability.for_others or NEEDS_LANGUAGE
        )
        if lacking:
            missing.append(lacking)
            continue
        usd = _price(engine, name, asset, languages)
        if purse.takes(usd):
            return Choice(engine.name, ability.group, usd=usd)
        is_too_dear = True
    return Choice(missing=tuple(missing), is_too_dear=is_too_dear)


def _preferred(name: str, asset: Asset | None, collection: str) -> list[str]:
    """The engines that come first: what the collection names, what the settings name, and where people are to be named,
    those that can.
    """
    found = [collection, settings.ANALYSIS_ENGINES.get(name, "")]
    if name == Type.FACES and asset is not None and naming.people_for(asset) is not None:
        found += [one.name for one in engines.engines() if _names(one)]
    return found


def _names(engine: Engine) -> bool:
    """Whether an engine can say whose a face is."""
    ability = engine.capabilities().types.get(EngineType.FACES)
    return ability is not None and ability.names


def _price(engine: Engine, name: str, asset: Asset | None, languages: Sequence[str]) -> Decimal:
    """What a type of an asset may cost; nothing is known of a file that is still to come."""
    if asset is None:
        return Decimal(0)
    nowhere = Path("/")
    return engine.estimate(
        request_for(asset, types=[name], languages=languages, source=nowhere, folder=nowhere)
    ).usd


def _able(name: str, those: Iterable[Engine], asset: Asset | None) -> list[tuple[Engine, Ability]]:
    """Those of some engines that take such a medium, with what they can do of it; what is only a draft comes last."""
    found = [(engine, engine.capabilities().types.get(EngineType(name))) for engine in those]
    fit = [(engine, ability) for engine, ability in found if ability is not None and _fits(ability, asset)]
    return sorted(fit, key=lambda one: one[1].draft)


def _in_order(preferred: Sequence[str], *, insists: bool, only_here: bool) -> Iterator[Engine]:
    """Those that are preferred, and then, unless the request insists, all others."""
    every = [engine for engine in engines.engines() if not (only_here and engine.remote)]
    for name in preferred:
        yield from (engine for engine in every if engine.name == name)
    if not insists:
        yield from (engine for engine in every if engine.name not in preferred)


def _speaks(ability: Ability, languages: Sequence[str]) -> bool:
    """Whether an engine knows one of the languages; where it only makes a draft, all of them."""
    spoken = {language.partition("-")[0] for language in languages}
    known = {language.partition("-")[0] for language in ability.languages}
    if not spoken or not known:
        return True
    return spoken <= known if ability.draft else bool(spoken & known)


def _fits(ability: Ability, asset: Asset | None) -> bool:
    """Whether a medium, as far as it is known, lies within what an engine takes."""
    if asset is None:
        return True
    too_long = ability.most_seconds and (asset.duration or 0.0) > ability.most_seconds
    too_large = ability.most_bytes and asset.file_size > ability.most_bytes
    return asset.kind in ability.kinds and not too_long and not too_large


def _without(name: str, choice: Choice) -> str:
    """That nobody can do a type, and what to install, in words."""
    words = {"type": Type(name).label}
    if not choice.missing:
        return _("No engine of this installation can do this of this file: %(type)s.") % words
    advice = " ".join(said(one) for one in choice.missing)
    return _("No engine of this installation can do this yet: %(type)s. %(advice)s") % {
        **words,
        "advice": advice,
    }
