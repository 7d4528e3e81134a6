"""Which engine does a type: as the request says, then as the collection, the setting, and otherwise the first that can.

Only a request insists: an engine that a collection or a setting names and that cannot gives way to the others.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from analysis import engines
from analysis.engines import Ability, Engine, People, Request
from analysis.engines import Type as EngineType
from analysis.exceptions import NEEDS_LANGUAGE, BudgetExceeded, EngineUnavailable, NotAbleHere, OverBudget
from analysis.models import EngineChoice, Type
from analysis.services import naming
from analysis.services.budget import Purse
from analysis.services.requests import request_for
from assets.models import Asset, Kind
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
    people: Callable[[], People | None] | None = None,
) -> dict[str, Choice]:
    """Who does each of these types of an asset; of one that is still to be fetched, who could of any.

    `wanted` is the engine that the request names, `collection` the one that its collection does; `only_here` leaves out
    all that are elsewhere, whoever asks. What is chosen is taken out of the `purse`; an engine that costs more than is
    left there gives way to the others. `people` says among whom faces are looked for, for who has asked that already.
    """
    known = people or cache(partial(_people, asset))
    return {
        name: _chosen(
            name,
            _in_order(
                _preferred(name, wanted, collection, people=known),
                insists=wanted != EngineChoice.AUTO,
                only_here=only_here,
            ),
            languages=languages,
            purse=purse or Purse(),
            fits=partial(_fits, asset=asset),
            price=partial(_price, name=name, asset=asset, languages=languages, people=known),
        )
        for name in types
    }


def choose_for_pictures(
    *,
    name: str,
    pictures: Sequence[Request],
    wanted: str = EngineChoice.AUTO,
    collection: str = EngineChoice.AUTO,
    purse: Purse | None = None,
    only_here: bool = False,
) -> Choice:
    """Who looks at single pictures, which are asked for one by one, for one type; otherwise as `choose`."""
    largest = max((picture.size for picture in pictures), default=0)
    return _chosen(
        name,
        _in_order(
            _preferred(name, wanted, collection),
            insists=wanted != EngineChoice.AUTO,
            only_here=only_here,
        ),
        purse=purse or Purse(),
        fits=lambda ability: (
            "image" in ability.kinds and (not ability.most_bytes or largest <= ability.most_bytes)
        ),
        price=lambda engine: sum((engine.estimate(one).usd for one in pictures), Decimal(0)),
    )


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


def lacking() -> dict[str, tuple[str, ...]]:
    """What to install for each type that no engine can do now of anything, by the engines that could; the types in the
    order of their list. One that no engine will ever do has nothing to install.
    """
    able = {name for kind in Kind.values for name in possible(kind)}
    return {
        name: tuple(
            dict.fromkeys(
                ability.missing
                for engine in engines.engines()
                if (ability := engine.capabilities().types.get(EngineType(name))) and ability.missing
            )
        )
        for name in Type.values
        if name not in able
    }


def _people(asset: Asset | None) -> People | None:
    """Among whom the faces of an asset are looked for; of one that is still to come nothing is known."""
    return None if asset is None else naming.people_for(asset)


def _nobody() -> None:
    """That nobody is looked for in single pictures."""


def _preferred(
    name: str, wanted: str, collection: str, *, people: Callable[[], People | None] = _nobody
) -> list[str]:
    """The engines that go first for a type: the one that the request names alone, or what the collection names, what
    the settings name, and where people are to be named, those that can.
    """
    if wanted != EngineChoice.AUTO:
        return [wanted]
    found = [collection, settings.ANALYSIS_ENGINES.get(name, "")]
    if name == Type.FACES and people() is not None:
        found += [one.name for one in engines.engines() if _names(one)]
    return found


def _chosen(
    name: str,
    those: Iterable[Engine],
    *,
    purse: Purse,
    fits: Callable[[Ability], bool],
    price: Callable[[Engine], Decimal],
    languages: Sequence[str] = (),
) -> Choice:
    """Who does a type: the first of those in their order that can, for what is left; drafts only when nobody else."""
    missing: list[str] = []
    is_too_dear = False
    able = [(one, one.capabilities().types.get(EngineType(name))) for one in those]
    fit = [(one, ability) for one, ability in able if ability is not None and fits(ability)]
    for engine, ability in sorted(fit, key=lambda one: one[1].draft):
        lacking = ability.missing or _lacking_words(ability, languages)
        if lacking:
            missing.append(lacking)
            continue
        usd = price(engine)
        if purse.takes(usd):
            return Choice(engine.name, ability.group, usd=usd)
        is_too_dear = True
    return Choice(missing=tuple(missing), is_too_dear=is_too_dear)


def _names(engine: Engine) -> bool:
    """Whether an engine can say whose a face is."""
    ability = engine.capabilities().types.get(EngineType.FACES)
    return ability is not None and ability.names


def _price(
    engine: Engine,
    *,
    name: str,
    asset: Asset | None,
    languages: Sequence[str],
    people: Callable[[], People | None],
) -> Decimal:
    """What a type of an asset may cost; nothing is known of a file that is still to come."""
    if asset is None:
        return Decimal(0)
    nowhere = Path("/")
    return engine.estimate(
        request_for(asset, types=[name], languages=languages, source=nowhere, folder=nowhere, people=people)
    ).usd


def _in_order(preferred: Sequence[str], *, insists: bool, only_here: bool) -> Iterator[Engine]:
    """Those that are preferred, and then, unless the request insists, all others."""
    every = [engine for engine in engines.engines() if not (only_here and engine.remote)]
    for name in preferred:
        yield from (engine for engine in every if engine.name == name)
    if not insists:
        yield from (engine for engine in every if engine.name not in preferred)


def _lacking_words(ability: Ability, languages: Sequence[str]) -> str:
    """What must be installed for these languages; empty where an engine knows one of them, or all for a draft."""
    spoken = {language.partition("-")[0] for language in languages}
    known = {language.partition("-")[0] for language in ability.languages}
    speaks = spoken <= known if ability.draft else bool(spoken & known)
    return "" if not spoken or not known or speaks else ability.for_others or NEEDS_LANGUAGE


def _fits(ability: Ability, *, asset: Asset | None) -> bool:
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
