"""What an installation says of its account at Amazon Web Services."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Where work is done and what is staged. Credentials are found by boto itself.

    `bucket` is where media are staged, below `prefix`, and `region` that of the bucket and of the services.
    `dialects` are those that are meant where only a language is named, and `vocabularies` the names of custom
    vocabularies by dialect. Up to `speakers` voices are told apart (fewer than two: none). `prices` is the path of a
    table of prices; empty for the one that comes with the engine.
    """

    bucket: str = ""
    region: str = ""
    prefix: str = "analysis"
    dialects: tuple[str, ...] = ("ar-SA", "en-US")
    vocabularies: tuple[tuple[str, str], ...] = ()
    speakers: int = 10
    prices: str = ""
