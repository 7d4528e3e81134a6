"""When a file has arrived whole: it has not changed for a while, and nothing says that more will come."""

from dataclasses import dataclass

from assets.services.folders.listing import Facts, Offer, offers, waiting_for

# Pieces of the same size may be followed by another one: they are given so many times longer.
PATIENCE = 6


@dataclass(frozen=True)
class Sight:
    """A file as it was seen, and since when (seconds of a steady clock) it has been so."""

    facts: Facts
    since: float


class Stillness:
    """What was seen in the folders, and for how long each file has been as it is."""

    def __init__(self, *, still: float) -> None:
        self._still = still
        self._folders: dict[tuple[str, ...], dict[str, Sight]] = {}

    def see(self, parts: tuple[str, ...], files: dict[str, Facts], *, now: float) -> None:
        """Note what stands in a folder now; what has gone is forgotten."""
        before = self._folders.pop(parts, {})
        sights = {
            name: before[name] if name in before and before[name].facts == facts else Sight(facts, now)
            for name, facts in files.items()
        }
        if sights:
            self._folders[parts] = sights

    def forget_others(self, parts: set[tuple[str, ...]]) -> None:
        """Forget every folder but these."""
        for gone in set(self._folders) - parts:
            del self._folders[gone]

    def due(self, *, now: float) -> list[tuple[str, ...]]:
        """The folders in which something may have become still."""
        return [
            parts
            for parts, sights in self._folders.items()
            if any(now - sight.since >= self._still for sight in sights.values())
        ]

    def ready(self, parts: tuple[str, ...], *, now: float) -> list[Offer]:
        """What has arrived whole in a folder."""
        sights = self._folders.get(parts, {})
        files = {name: sight.facts for name, sight in sights.items()}
        return [
            offer
            for offer in offers(parts, files)
            if now - max(sights[name].since for name in offer.names) >= self._time_for(offer)
        ]

    def incomplete(self, *, now: float) -> list[tuple[str, int]]:
        """The places of files in pieces that have lacked one for long, each with the number that is missing."""
        found = []
        for parts, sights in self._folders.items():
            if all(now - sight.since < self._still * PATIENCE for sight in sights.values()):
                continue
            files = {name: sight.facts for name, sight in sights.items()}
            found += [("/".join((*parts, name)), number) for name, number in waiting_for(files).items()]
        return found

    def _time_for(self, offer: Offer) -> float:
        """How long it must have been still. Pieces are cut to one size: a smaller last one is the end of the file,
        anything else may go on.
        """
        sizes = [one.size for one in offer.facts]
        if len(offer.names) == 1 and offer.names[0] == offer.filename:
            return self._still
        ended = len(sizes) > 1 and len(set(sizes[:-1])) == 1 and sizes[-1] < sizes[0]
        return self._still if ended else self._still * PATIENCE
