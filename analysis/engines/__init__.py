"""Who looks and listens: the engines that stand behind one interface, by the names that settings and requests use.

Which of them does a type is decided in `analysis.services.choosing`.
"""

from analysis.engines.base import (
    Ability,
    Address,
    Box,
    Capabilities,
    Engine,
    EngineAway,
    Estimate,
    Face,
    Failure,
    Finding,
    Flag,
    Found,
    Hash,
    Label,
    Quality,
    Request,
    Result,
    Shot,
    Sound,
    Speech,
    Standing,
    Text,
    Type,
    Word,
)

__all__ = [
    "Ability",
    "Address",
    "Box",
    "Capabilities",
    "Engine",
    "EngineAway",
    "Estimate",
    "Face",
    "Failure",
    "Finding",
    "Flag",
    "Found",
    "Hash",
    "Label",
    "Quality",
    "Request",
    "Result",
    "Shot",
    "Sound",
    "Speech",
    "Standing",
    "Text",
    "Type",
    "Word",
    "engine",
    "engines",
    "register",
]

_ENGINES: dict[str, Engine] = {}


def register(engine: Engine) -> None:
    """Add an engine; another one of the same name takes its place."""
    _ENGINES[engine.name] = engine


def engine(name: str) -> Engine:
    """Return the engine of this name; raises `KeyError` where there is none."""
    return _ENGINES[name]


def engines() -> list[Engine]:
    """Return every engine, in the order in which they were added: the first that can do a type is taken."""
    return list(_ENGINES.values())
