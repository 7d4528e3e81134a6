"""Who looks and listens: the engines that stand behind one interface, by the names that settings and requests use.

Which of them does a type is decided in `analysis.services.choosing`.
"""

from analysis.engines.base import (
    Ability,
    Address,
    Album,
    Capabilities,
    Engine,
    EngineAway,
    Estimate,
    FaceRefused,
    Failure,
    Found,
    People,
    Request,
    Result,
    Standing,
    Type,
)
from analysis.engines.findings import (
    Box,
    Face,
    Finding,
    Flag,
    Hash,
    Label,
    Quality,
    Shot,
    Sound,
    Speech,
    Text,
    Word,
)

__all__ = [
    "Ability",
    "Address",
    "Album",
    "Box",
    "Capabilities",
    "Engine",
    "EngineAway",
    "Estimate",
    "Face",
    "FaceRefused",
    "Failure",
    "Finding",
    "Flag",
    "Found",
    "Hash",
    "Label",
    "People",
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
    "album",
    "engine",
    "engines",
    "register",
]

_ENGINES: dict[str, Engine] = {}
_ALBUMS: dict[str, Album] = {}


def register(engine: Engine, *, album: Album | None = None) -> None:
    """Add an engine, with where it keeps faces if it can name people; another one of the same name takes its place."""
    _ENGINES[engine.name] = engine
    if album is not None:
        _ALBUMS[engine.name] = album


def album() -> Album | None:
    """Return where faces are kept: by the first engine that can say now whose they are; None where none can."""
    for engine in engines():
        ability = engine.capabilities().types.get(Type.FACES)
        if ability is not None and ability.names and not ability.missing and engine.name in _ALBUMS:
            return _ALBUMS[engine.name]
    return None


def engine(name: str) -> Engine:
    """Return the engine of this name; raises `KeyError` where there is none."""
    return _ENGINES[name]


def engines() -> list[Engine]:
    """Return every engine, in the order in which they were added: the first that can do a type is taken."""
    return list(_ENGINES.values())
