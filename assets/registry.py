"""Lists that upper rooms fill when they are ready, so that `assets` shows their parts without importing them."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from django.utils.functional import Promise

from mediaportal.core.searchwords import Term

if TYPE_CHECKING:
    from django.db.models import Exists

    from assets.access import Caller
    from assets.models import Asset, ShareLink
    from mediaportal.accounts.models import User

StorageClaim = Callable[[Collection[UUID]], dict[UUID, set[str]]]
Estimator = Callable[["Asset"], float | None]
WorkLock = Callable[[UUID], None]
UploadBar = Callable[["User"], str]
Veil = Callable[["User"], "Exists | None"]
PlaybackPart = Callable[["Asset", "Caller"], dict[str, Any]]


@dataclass(frozen=True)
class Panel:
    """A part of the asset page, served as an htmx fragment by its own app.

    `url_name` takes the asset's id. `order` sorts panels, `place` is where they stand: `main`, below what is said of
    the asset, or `stage`, under the player of what has a time. `changers_only`: shown to those who may change the
    asset. `readers` tells for whom it is at all; None: for everybody.
    """

    name: str
    title: str | Promise
    url_name: str
    order: int = 100
    place: str = "main"
    changers_only: bool = False
    readers: Callable[["Caller"], bool] | None = None


@dataclass(frozen=True)
class ReviewDesk:
    """What an upper room has for those who review: `open_to` tells who they are, `waiting` counts what waits for one of
    them, up to a hundred, and `url_name` is the page that lists it.
    """

    open_to: Callable[["Caller"], bool]
    waiting: Callable[["Caller"], int]
    url_name: str


@dataclass(frozen=True)
class PlacePart:
    """Something of a collection that whoever may change it sets in a dialog of its page, served as an htmx fragment by
    its own app: `url_name` takes the collection's id. `icon` stands on the button.
    """

    name: str
    title: str | Promise
    url_name: str
    icon: str


@dataclass(frozen=True)
class Asked:
    """A request under a good link for something that is no file: `parts` are the named groups of its place, `caller`
    tells callers apart whose tries are counted.
    """

    asset_id: UUID
    parts: dict[str, str]
    body: bytes = field(repr=False)
    caller: str


@dataclass(frozen=True)
class Told:
    """The whole answer to it, which nobody may keep."""

    body: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True)
class NoFile:
    """What an upper room answers itself in the place of a file, to the same links: everything whose storage key
    ends in `pattern`, asked for by `method`. `answer` may ask the database, and raises `Problem`s.
    """

    name: str
    pattern: re.Pattern[str]
    method: str
    answer: Callable[[Asked], Told]


@dataclass(frozen=True)
class BurntSet:
    """A streaming set that was made for one share link, with a name in its pictures: the folder that it lies in (a
    prefix of storage keys), and the file names of its manifests by their formats.
    """

    id: UUID
    prefix: str
    manifests: dict[str, str]


@dataclass(frozen=True)
class BurntState:
    """How far the set of a share link is, in percent, and why there is none, in words. `job_id` is the work on it, once
    it has been ordered; `mendable` whether trying again could help.
    """

    state: Literal["pending", "ready", "failed"]
    progress: int = 0
    job_id: UUID | None = None
    error: str = ""
    mendable: bool = False


@dataclass(frozen=True)
class Burner:
    """Who burns the names of share links into streaming sets of their own.

    `refuses` says why a name cannot be drawn; empty when it can. `settle` has made, or removed, what a link asks for
    now, in its transaction. `set_of` is the set that a link opens, if there is one; `states` tells of all the links
    that want one, by their ids.
    """

    refuses: Callable[[str], str]
    settle: Callable[["ShareLink"], None]
    set_of: Callable[["ShareLink"], BurntSet | None]
    states: Callable[[Iterable["ShareLink"]], dict[UUID, BurntState]]


@dataclass(frozen=True)
class Place:
    """Where inside of an asset something was found: the second, what it is of (speech, text, label), and its words."""

    second: float
    kind: str
    text: str


@dataclass(frozen=True)
class InsideSearch:
    """Who looks for words inside of assets.

    `find` names the assets that the caller may see, among some or among all (None), which have all the terms at one
    place: the best first, each with the number of its best place; `places` tells what stands at these numbers. Each
    asks the database, however many there are.
    """

    find: Callable[[Sequence[Term], "Caller", Iterable[UUID] | None], dict[UUID, int]]
    places: Callable[[Iterable[int]], dict[int, Place]]


_panels: dict[str, Panel] = {}
_review_desks: list[ReviewDesk] = []
_inside_searches: list[InsideSearch] = []
_burners: list[Burner] = []
_no_files: dict[str, NoFile] = {}
_place_parts: dict[str, PlacePart] = {}
_step_words: list[Callable[[], dict[str, str]]] = []
_estimators: list[Estimator] = []
_storage_claims: list[StorageClaim] = []
_work_locks: list[WorkLock] = []
_upload_bars: list[UploadBar] = []
_unmendable: set[str] = set()
_playback_parts: list[PlaybackPart] = []
_veils: list[Veil] = []


def register_panel(panel: Panel) -> None:
    """Add a panel to the asset page; a second one of the same name replaces the first."""
    _panels[panel.name] = panel


def panels(*, changing: bool = True, user: "Caller | None" = None) -> list[Panel]:
    """All panels in their order; those for whom may change the asset only for them (`changing`), and those for some
    readers only where `user` is one of them.
    """
    shown = [
        panel
        for panel in _panels.values()
        if (changing or not panel.changers_only)
        and (panel.readers is None or (user is not None and panel.readers(user)))
    ]
    return sorted(shown, key=lambda panel: (panel.order, panel.name))


def register_review_desk(desk: ReviewDesk) -> None:
    """Name who has something for those who review; another one takes its place."""
    _review_desks[:] = [desk]


def review_desk(user: "Caller") -> ReviewDesk | None:
    """Where this person reviews, if they do."""
    return next((desk for desk in _review_desks if desk.open_to(user)), None)


def register_step_words(words: Callable[[], dict[str, str]]) -> None:
    """Name who knows the steps of jobs in words: by the step's name, in the active language."""
    _step_words.append(words)


def step_words() -> dict[str, str]:
    """What each step of a job is doing, by its name, in the active language."""
    return {name: word for words in _step_words for name, word in words().items()}


def register_unmendable(codes: Iterable[str]) -> None:
    """Name the codes of failures that lie in the bytes, so that working on them again is not offered."""
    _unmendable.update(codes)


def is_mendable(code: str) -> bool:
    """Whether what failed with this code could go better another time."""
    return code not in _unmendable


def register_place_part(part: PlacePart) -> None:
    """Add a dialog to the page of a collection; a second one of the same name replaces the first."""
    _place_parts[part.name] = part


def place_parts() -> list[PlacePart]:
    """All dialogs of the page of a collection."""
    return list(_place_parts.values())


def register_upload_bar(bar: UploadBar) -> None:
    """Name who knows why a person who may upload can send nothing for now: in words, or empty when they can."""
    if bar not in _upload_bars:
        _upload_bars.append(bar)


def upload_bar(user: "User") -> str:
    """Why a person who may upload is kept from it, in the active language; else empty. May ask the database."""
    return next((why for bar in _upload_bars if (why := bar(user))), "")


def register_veil(found: Veil) -> None:
    """Name who knows of which assets a person is not to be told what was decided; another one takes its place."""
    _veils[:] = [found]


def veil(user: "User") -> "Exists | None":
    """Whether a person is not to be told what was decided on an asset, as a condition on its row; None when nothing is
    kept from them.
    """
    return next((found for one in _veils if (found := one(user)) is not None), None)


def register_estimator(estimator: Estimator) -> None:
    """Name who can tell in how many seconds the work on an asset that was just stored will be done, if anybody."""
    if estimator not in _estimators:
        _estimators.append(estimator)


def expected_seconds(asset: "Asset") -> float | None:
    """In how many seconds the work on an asset that was just stored may be done, or None while nobody can tell.

    May ask the database.
    """
    return next((found for estimator in _estimators if (found := estimator(asset)) is not None), None)


def register_storage_claim(claim: StorageClaim) -> None:
    """Name who knows which objects of these assets are in use though no row of `assets` names them: keys, or prefixes
    of folders, by the asset's id.
    """
    if claim not in _storage_claims:
        _storage_claims.append(claim)


def storage_claims(asset_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """The keys and prefixes that upper rooms say are in use, by the asset's id. Asks the database."""
    found: dict[UUID, set[str]] = {}
    for claim in _storage_claims:
        for asset_id, keys in claim(asset_ids).items():
            found.setdefault(asset_id, set()).update(keys)
    return found


def register_work_lock(lock: WorkLock) -> None:
    """Name who locks the rows of an asset's work until the end of the transaction. Everybody locks them before the
    asset's own row, so nobody waits for another one who waits for him.
    """
    if lock not in _work_locks:
        _work_locks.append(lock)


def lock_work(asset_id: UUID) -> None:
    """Lock the rows of an asset's work, before its own row is locked or changed. Must run in a transaction."""
    for lock in _work_locks:
        lock(asset_id)


def register_playback(part: PlaybackPart) -> None:
    """Name who knows a part of what a player is told (the playback document) of an asset that the caller may play.

    What it returns takes the place of the fields of these names.
    """
    if part not in _playback_parts:
        _playback_parts.append(part)


def playback_parts(asset: "Asset", user: "Caller") -> dict[str, Any]:
    """The fields of the playback document that upper rooms know. May ask the database."""
    return {name: value for part in _playback_parts for name, value in part(asset, user).items()}


def register_no_file(found: NoFile) -> None:
    """Add something that is answered in the place of a file; a second one of the same name replaces the first."""
    _no_files[found.name] = found


def no_file_at(key: str) -> tuple[NoFile, dict[str, str]] | None:
    """Who answers for a storage key in the place of a file, if anybody, and the named groups of its pattern."""
    for one in _no_files.values():
        if match := one.pattern.search(key):
            return one, match.groupdict()
    return None


def register_burner(found: Burner) -> None:
    """Name who burns the names of share links into pictures; another one takes its place."""
    _burners[:] = [found]


def burner() -> Burner:
    """Who burns the names of share links into pictures; raises `LookupError` where no upper room does."""
    return _burners[0]


def register_inside_search(found: InsideSearch) -> None:
    """Name who looks for words inside of assets; another one takes its place."""
    _inside_searches[:] = [found]


def inside_search() -> InsideSearch | None:
    """Who looks for words inside of assets, if anybody."""
    return _inside_searches[0] if _inside_searches else None
