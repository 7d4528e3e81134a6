"""What managers do with guest links: make, change and end them, and see what each has brought."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assets import access
from assets.models import Collection, GuestLink, Kind
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, NotPermitted

LONGEST = timedelta(days=366)
Code = Literal["open", "used_up", "expired", "ended"]
_LARGEST_COUNT = 2**31 - 1
_LARGEST_SIZE = 2**63 - 1
# Translated when shown. "Open" is a state here, and a thing to do elsewhere: other languages have two words.
_LABELS: dict[Code, Promise] = {
    "open": pgettext_lazy("guest link", "Open"),
    "used_up": gettext_lazy("Used up"),
    "expired": gettext_lazy("Expired"),
    "ended": gettext_lazy("Ended"),
}
ICONS: dict[Code, str] = {"open": "circle-check", "used_up": "inbox", "expired": "clock", "ended": "ban"}


@dataclass(frozen=True)
class Standing:
    """How a link stands, as it is shown: a stable code, its word in the reader's language, an icon."""

    code: Code
    label: str
    icon: str


def standing_of(link: Any) -> Standing:
    """How a link stands that was loaded `with_use`."""
    code: Code = "open"
    if link.ended_at is not None or not link.maker_may:
        code = "ended"
    elif link.expires_at <= timezone.now():
        code = "expired"
    elif is_used_up(link, files=link.files, size=link.size):
        code = "used_up"
    return Standing(code, str(_LABELS[code]), ICONS[code])


def is_used_up(link: GuestLink, *, files: int, size: int) -> bool:
    """Whether a link that has brought so many files and bytes takes nothing more."""
    return (link.most_files is not None and files >= link.most_files) or (
        link.most_bytes is not None and size >= link.most_bytes
    )


def require_manager(user: access.Caller) -> User:
    """The person, if they may make guest links and decide on what arrives; raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_manage_guest_links(user):
        raise NotPermitted
    return user


@transaction.atomic
def make(*, user: access.Caller, **wanted: Any) -> GuestLink:
    """Make a link. `wanted` are title and expires_at, and optionally message, kinds, most_files, most_bytes and
    collection (an id).

    Raises `NotPermitted`, or `InvalidInput` with every field that is wrong.
    """
    maker = require_manager(user)
    facts = _checked({"title": "", "expires_at": None} | wanted)
    link = GuestLink.objects.create(created_by=maker, **facts)
    record(action="guest_link.made", target=link, actor=maker, title=link.title)
    return link


@transaction.atomic
def change(*, user: access.Caller, link: GuestLink, **wanted: Any) -> GuestLink:
    """Change what is named of a link. Raises `NotPermitted`, `InvalidInput`, or `Conflict` for one that was ended."""
    actor = require_manager(user)
    row = GuestLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if row.ended_at is not None:
        raise Conflict(_("This link was ended. Make a new one."))
    facts = _checked(wanted)
    changes = {name: value for name, value in facts.items() if getattr(row, name) != value}
    if changes:
        GuestLink.objects.filter(pk=row.pk).update(**changes)
        record(action="guest_link.changed", target=row, actor=actor, fields=sorted(changes))
    link.refresh_from_db()
    return link


@transaction.atomic
def end(*, user: access.Caller, link: GuestLink) -> GuestLink:
    """End a link for good; uploads on their way through it are not accepted any more. Ending it again changes
    nothing. Raises `NotPermitted`.
    """
    actor = require_manager(user)
    if GuestLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=timezone.now()):
        record(action="guest_link.ended", target=link, actor=actor, title=link.title)
    link.refresh_from_db()
    return link


# --- Checking -----------------------------------------------------------------------------------------------------
def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from what was asked for; raises `InvalidInput`."""
    checks: dict[str, Callable[[Any], Any]] = {
        "title": _title,
        "message": _message,
        "kinds": _kinds,
        "most_files": lambda value: _number(value, _LARGEST_COUNT),
        "most_bytes": lambda value: _number(value, _LARGEST_SIZE),
        "expires_at": _expiry,
        "collection": _collection,
    }
    found: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, value in wanted.items():
        try:
            found[name] = checks[name](value)
        except ValueError as error:
            problems.append(FieldProblem(name, "invalid", str(error)))
    if problems:
        raise InvalidInput(errors=problems)
    return found


def _title(value: str) -> str:
    longest = GuestLink._meta.get_field("title").max_length or 0
    title = safe_words(value).strip()
    if not 0 < len(title) <= longest:
        raise ValueError(_("A title has 1 to %d characters.") % longest)
    return title


def _message(value: str) -> str:
    longest = GuestLink._meta.get_field("message").max_length or 0
    message = safe_words(value).strip()
    if len(message) > longest:
        raise ValueError(_("Must have at most %d characters.") % longest)
    return message


def _kinds(value: Iterable[str]) -> list[str]:
    """In the order of the kinds; all of them are none, which takes everything."""
    asked = set(value)
    if asked - set(Kind.values):
        raise ValueError(_("Must be video, audio or image."))
    return [] if asked == set(Kind.values) else [kind for kind in Kind.values if kind in asked]


def _number(value: int | None, largest: int) -> int | None:
    if value is not None and not 0 < value <= largest:
        raise ValueError(_("Must be at least 1, or empty."))
    return value


def _expiry(value: datetime | None) -> datetime:
    now = timezone.now()
    if value is None or not now < value <= now + LONGEST:
        raise ValueError(_("Must lie in the future, at most a year from now."))
    return value


def _collection(value: UUID | None) -> Collection | None:
    if value is None:
        return None
    found = Collection.objects.filter(pk=value).first()
    if found is None:
        raise ValueError(_("There is no such collection."))
    return found
