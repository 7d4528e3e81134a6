"""Which engine does a type: as the request says, then as the collection, the setting, and otherwise the first that can.

Only a request insists: an engine that a collection or a setting names and that cannot gives way to the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from analysis import engines
from analysis.engines import Ability, Engine
from analysis.engines import Type as EngineType
from analysis.exceptions import EngineUnavailable, NotAbleHere
from analysis.models import EngineChoice, Type
from assets.models import Asset
from assets.services.reasons import said
from mediaportal.core.problems import FieldProblem


@dataclass(frozen=True)
class Choice:
    """Who does a type: an engine's name and the group that it is asked for with; without a name nobody can, and
    `missing` says what to install, by the engines that lack it.
    """

    engine: str = ""
    group: str = ""
    missing: tuple[str, ...] = ()


def choose(
    *,
    types: Iterable[str],
    asset: Asset | None,
    languages: Sequence[str] = (),
    wanted: str = EngineChoice.AUTO,
    collection: str = EngineChoice.AUTO,
) -> dict[str, Choice]:
    """Who does each of these types of an asset; of one that is still to be fetched, who could of any.

    `wanted` is the engine that the request names, `collection` the one that its collection does.
    """
    return {
        name: _chosen(
            name,
            [wanted]
            if wanted != EngineChoice.AUTO
            else [collection, settings.ANALYSIS_ENGINES.get(name, "")],
            asset,
            languages,
            insists=wanted != EngineChoice.AUTO,
        )
        for name in types
    }


def require(choices: dict[str, Choice]) -> None:
    """Raise `EngineUnavailable`, with what to install, when nobody can do one of the types."""
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


def names() -> list[str]:
    """The engines of this installation that can do anything now."""
    return [
        engine.name
        for engine in engines.engines()
        if any(not ability.missing for ability in engine.capabilities().types.values())
    ]


def _chosen(
    name: str, preferred: Sequence[str], asset: Asset | None, languages: Sequence[str], *, insists: bool
) -> Choice:
    """Who does a type: the first of those in their order that can."""
    missing = []
    for engine in _in_order(preferred, insists=insists):
        ability = engine.capabilities().types.get(EngineType(name))
        if ability is None or not _fits(ability, asset, languages):
            continue
        if not ability.missing:
            return Choice(engine.name, ability.group)
        missing.append(ability.missing)
    return Choice(missing=tuple(missing))


def _in_order(preferred: Sequence[str], *, insists: bool) -> Iterator[Engine]:
    """Those that are preferred, and then, unless the request insists, all others."""
    every = engines.engines()
    for name in preferred:
        yield from (engine for engine in every if engine.name == name)
    if not insists:
        yield from (engine for engine in every if engine.name not in preferred)


def _fits(ability: Ability, asset: Asset | None, languages: Sequence[str]) -> bool:
    """Whether a medium, as far as it is known, lies within what an engine takes, in one of the languages."""
    spoken = {language.partition("-")[0] for language in languages}
    known = {language.partition("-")[0] for language in ability.languages}
    if spoken and known and not spoken & known:
        return False
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
