"""Lists of hashes of what is known: made, changed and searched by those who may, and by nobody else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from analysis import access
from analysis.exceptions.moderation import HashListExists
from analysis.models import HashEntry, HashHit, HashKind, HashList, HashLoad
from analysis.services import fingerprints
from analysis.services.moderation import judging
from assets.access import Caller
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

TASK = "analysis.match_hash_list"
MOST_ENTRIES = 1_000_000
"""So many hashes in one list."""

PICTURE_DIGITS = 16

_FORMS = {HashKind.SHA256: re.compile(r"[0-9a-f]{64}"), HashKind.PICTURE: re.compile(r"[0-9a-f]{16}")}
_INTO = """
INSERT INTO analysis_hashentry (hash_list_id, kind, value, note, keys, created_at)
SELECT %s, kind, value, note, keys, now() FROM hashes_sent
ON CONFLICT (hash_list_id, kind, value) DO NOTHING
"""


@dataclass(frozen=True)
class Entry:
    """A hash as it is sent: 64 hex digits of the bytes, or 16 of how a picture looks."""

    kind: str
    value: str
    note: str = ""


def require_manager(user: Caller) -> User:
    """Who may see lists and change them; raises `NotPermitted` for everybody else."""
    if not isinstance(user, User) or not access.can_manage_hash_lists(user):
        raise NotPermitted
    return user


def listed(*, user: Caller) -> QuerySet[HashList]:
    """All lists, each with its `size`. Raises `NotPermitted`."""
    require_manager(user)
    return (
        HashList.objects.select_related("created_by").annotate(size=Count("entries")).order_by("name", "id")
    )


def one(*, user: Caller, list_id: UUID) -> HashList:
    """A list with its `size`; raises `NotPermitted` and `NotFound`."""
    found: HashList | None = listed(user=user).filter(pk=list_id).first()
    if found is None:
        raise NotFound
    return found


def make(*, user: Caller, name: str, source: str = "") -> HashList:
    """Make an empty list, in use. Raises `NotPermitted`, `InvalidInput`, `HashListExists`."""
    actor = require_manager(user)
    try:
        with transaction.atomic():
            made = HashList.objects.create(name=_name(name), source=_words(source), created_by=actor)
    except IntegrityError:
        raise HashListExists from None
    record(action="hash_list.made", target=made, actor=actor, name=made.name)
    return made


def change(
    *,
    user: Caller,
    list_id: UUID,
    name: str | None = None,
    source: str | None = None,
    is_active: bool | None = None,
) -> HashList:
    """Rename a list, or take it in or out of use; None leaves a value. Raises as `make`, and `NotFound`."""
    actor = require_manager(user)
    wanted = {
        "name": None if name is None else _name(name),
        "source": None if source is None else _words(source),
        "is_active": is_active,
    }
    try:
        with transaction.atomic():
            row = _locked(list_id)
            moved = {
                key: value
                for key, value in wanted.items()
                if value is not None and value != getattr(row, key)
            }
            if moved:
                # What has come in while it was out of use is matched, too.
                again = {"matched": 0} if moved.get("is_active") else {}
                HashList.objects.filter(pk=row.pk).update(**moved, **again)
                row.refresh_from_db()
                record(
                    action="hash_list.changed", target=row, actor=actor, name=row.name, fields=sorted(moved)
                )
            if "is_active" in moved:
                _judge_hit(row)
                _search_library(row)
    except IntegrityError:
        raise HashListExists from None
    return row


@transaction.atomic
def delete(*, user: Caller, list_id: UUID) -> None:
    """Delete a list with its hashes; what nobody has decided on is open no more. Raises `NotPermitted`, `NotFound`."""
    actor = require_manager(user)
    # First what is being read, as whoever reads it does.
    list(HashLoad.objects.select_for_update().filter(hash_list=list_id).values_list("pk"))
    row = _locked(list_id)
    record(action="hash_list.deleted", target=row, actor=actor, name=row.name)
    _judge_hit(row)
    HashHit.objects.filter(entry__hash_list=row).delete()
    of_list = HashEntry.objects.filter(hash_list=row)
    of_list._raw_delete(of_list.db)  # a million rows that nothing else hangs on are not brought here
    row.delete()


def entries(*, user: Caller, list_id: UUID, value: str = "") -> QuerySet[HashEntry]:
    """The hashes of a list, those alone that begin with `value`. Raises `NotPermitted`, `NotFound`."""
    found = HashEntry.objects.filter(hash_list=one(user=user, list_id=list_id)).order_by("-id")
    return found.filter(value__startswith=value.strip().lower()) if value.strip() else found


def exported(*, user: Caller, hash_list: HashList) -> QuerySet[HashEntry]:
    """All hashes of a list, the oldest first; that somebody has them is written down. Raises `NotPermitted`."""
    actor = require_manager(user)
    record(action="hash_list.exported", target=hash_list, actor=actor, name=hash_list.name)
    return HashEntry.objects.filter(hash_list=hash_list).order_by("id")


def add(*, user: Caller, list_id: UUID, entry: Entry) -> HashEntry:
    """Add one hash; adding it again changes nothing. Raises `NotPermitted`, `NotFound`, `InvalidInput`."""
    sound = checked(entry)
    load(user=user, list_id=list_id, entries=[sound])
    return HashEntry.objects.get(hash_list=list_id, kind=sound.kind, value=sound.value)


@transaction.atomic
def load(*, user: Caller, list_id: UUID, entries: Iterable[Entry]) -> int:
    """Add many hashes, all or none; those that are there already stay as they are. Returns how many are new.

    Whatever the iterator raises is raised, and nothing is kept. Raises `NotPermitted`, `NotFound`, and `InvalidInput`
    for more than a list holds.
    """
    actor = require_manager(user)
    row = _locked(list_id)  # so that numbers of hashes are never seen out of their order
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE hashes_sent (kind text, value text, note text, keys int[]) ON COMMIT DROP"
        )
        with cursor.copy("COPY hashes_sent (kind, value, note, keys) FROM STDIN") as copy:
            for sent in entries:
                copy.write_row((sent.kind, sent.value, sent.note, keys_of(sent.kind, sent.value)))
        cursor.execute(_INTO, [row.pk])
        new = int(cursor.rowcount)
        cursor.execute("DROP TABLE hashes_sent")
    if HashEntry.objects.filter(hash_list=row).count() > MOST_ENTRIES:
        detail = _("A list holds at most %(most)d hashes.") % {"most": MOST_ENTRIES}
        raise InvalidInput(detail, errors=[FieldProblem("entries", "too_many", detail)])
    if new:
        record(action="hash_list.added", target=row, actor=actor, name=row.name, hashes=new)
        _search_library(row)
    return new


@transaction.atomic
def remove(*, user: Caller, list_id: UUID, entry_id: int) -> None:
    """Take a hash off a list. Raises `NotPermitted`, `NotFound`."""
    actor = require_manager(user)
    row = _locked(list_id)
    entry = HashEntry.objects.filter(hash_list=row, pk=entry_id).first()
    if entry is None:
        raise NotFound
    hit = list(HashHit.objects.filter(entry=entry).values_list("asset", flat=True))
    record(
        action="hash_list.removed", target=row, actor=actor, name=row.name, kind=entry.kind, value=entry.value
    )
    entry.delete()
    judging.mark(asset_ids=hit)


def checked(entry: Entry) -> Entry:
    """A hash as it is kept: in small letters, its note on one line. Raises `InvalidInput`."""
    value = entry.value.strip().lower()
    if entry.kind not in HashKind.values:
        detail = _("Must be one of: %s.") % ", ".join(HashKind.values)
        raise InvalidInput(detail, errors=[FieldProblem("kind", "invalid", detail)])
    if not _FORMS[HashKind(entry.kind)].fullmatch(value):
        detail = _("A SHA-256 has 64 hexadecimal digits, the hash of a picture 16.")
        raise InvalidInput(detail, errors=[FieldProblem("value", "invalid", detail)])
    return Entry(str(entry.kind), value, _words(entry.note))


def keys_of(kind: str, value: str) -> list[int]:
    """What a picture's hash is found by."""
    return fingerprints.picture_keys(int(value, 16)) if kind == HashKind.PICTURE else []


def has_pictures() -> bool:
    """Whether a list in use has the hash of a picture."""
    return HashEntry.objects.filter(kind=HashKind.PICTURE, hash_list__is_active=True).exists()


def _locked(list_id: UUID) -> HashList:
    """A list that nobody else changes until the end of the transaction, while files may be sent for it; raises
    `NotFound`.
    """
    row = HashList.objects.select_for_update(no_key=True).filter(pk=list_id).first()
    if row is None:
        raise NotFound
    return row


def _judge_hit(row: HashList) -> None:
    """Have what a list has hit judged anew."""
    judging.mark(asset_ids=HashHit.objects.filter(entry__hash_list=row).values_list("asset", flat=True))


def _search_library(row: HashList) -> None:
    """Match what is in the library, after the commit; when the broker is away the sweep does."""
    transaction.on_commit(partial(_send, row.pk), robust=True)


def _send(list_id: UUID) -> None:
    current_app.send_task(TASK, args=[str(list_id)], queue="upkeep", retry=False)


def _name(name: str) -> str:
    """A name of one line; raises `InvalidInput`."""
    name = _words(name)
    longest = HashList._meta.get_field("name").max_length or 0
    if not 0 < len(name) <= longest:
        detail = _("A name has 1 to %d characters.") % longest
        raise InvalidInput(detail, errors=[FieldProblem("name", "invalid", detail)])
    return name


def _words(text: str) -> str:
    """Words on one line, as many as are kept."""
    longest = HashEntry._meta.get_field("note").max_length or 0
    return " ".join(safe_words(text).split())[:longest]
