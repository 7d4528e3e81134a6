"""The people who may be named, and their consents: kept by managers, every act of theirs written down.

The audit log has ids and no names: what is deleted here leaves no name there.
"""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.exceptions import NamingOff, NoConsent
from analysis.models import CollectionSetting, Moment, Person, PersonConsent
from analysis.services import faces, forgetting, naming, wording
from assets import access
from assets.access import Caller
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core import fulltext
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted

_LONGEST = {"name": 200, "given_by": 200, "how": 300, "scope": 5_000, "note": 5_000}


@dataclass(frozen=True)
class Consent:
    """Who consented (`given_by`: the person, or who may speak for them) and when, `how` that was told, to what
    (`scope`), and until when; None: without end.
    """

    given_by: str
    given_on: date
    how: str
    scope: str
    expires_on: date | None = None


def may_manage(user: Caller) -> bool:
    """May this person say who may be named, and see whose pictures are kept?"""
    return isinstance(user, User) and user.is_active and user.has_perm("analysis.manage_people")


@transaction.atomic
def add(*, user: Caller, name: str, note: str = "", consent: Consent) -> Person:
    """Add a person with a consent. Raises `NotPermitted`, `NamingOff` and `InvalidInput`."""
    actor = manager(user)
    if not naming.is_on():
        raise NamingOff
    words = _words(name=name, note=note)
    person = Person.objects.create(**words, added_by=actor)
    record(action="person.added", target=person, actor=actor)
    _write(person, consent, actor)
    return person


@transaction.atomic
def change(*, user: Caller, person: Person, name: str | None = None, note: str | None = None) -> Person:
    """Change the name, also in the moments that bear it, or the note. Raises `NotPermitted`, `NotFound` and
    `InvalidInput`.
    """
    actor = manager(user)
    told = {key: value for key, value in {"name": name, "note": note}.items() if value is not None}
    words = _words(**told)
    held = _held(person)
    changed = sorted(key for key, value in words.items() if getattr(held, key) != value)
    if not changed:
        return held
    Person.objects.filter(pk=held.pk).update(**words)
    held.refresh_from_db()
    if "name" in changed:
        named = Moment.objects.filter(person=held)
        named.update(label=held.name, vector=fulltext.vector_of(held.name))
        wording.index_words(list(named.order_by().values_list("analysis", flat=True).distinct()))
    record(action="person.changed", target=held, actor=actor, fields=changed)
    return held


@transaction.atomic
def consented(*, user: Caller, person: Person, consent: Consent) -> PersonConsent:
    """Write down a further consent; it counts beside those that are in force. Raises as `change`, and `NamingOff`."""
    actor = manager(user)
    if not naming.is_on():
        raise NamingOff
    return _write(_held(person), consent, actor)


@transaction.atomic
def withdraw(*, user: Caller, person: Person) -> None:
    """Withdraw every consent of a person: from now on nobody finds the name in any moment, and the faces are removed
    where they are kept. Raises `NotPermitted`, `NotFound`, and `NoConsent` when nothing is left to be withdrawn.
    """
    actor = manager(user)
    held = _held(person)
    if not PersonConsent.objects.filter(person=held, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise NoConsent
    gone = forgetting.forget(person=held)
    record(
        action="person.consent_withdrawn",
        target=held,
        actor=actor,
        moments=gone["moments"],
        faces=gone["faces"],
    )
    faces.wake()


@transaction.atomic
def remove(*, user: Caller, person: Person) -> None:
    """Delete a person with consents and pictures; the faces are removed where they are kept, however long that takes.
    Raises `NotPermitted` and `NotFound`.
    """
    actor = manager(user)
    held = _held(person)
    gone = forgetting.forget(person=held)
    record(action="person.deleted", target=held, actor=actor, moments=gone["moments"], faces=gone["faces"])
    held.delete()
    faces.wake()


@transaction.atomic
def choose_collection(*, user: User, setting: CollectionSetting) -> None:
    """Write down that somebody has chosen whether people are named in a collection; where they are not any more, the
    names go.
    """
    record(
        action="collection.people_named" if setting.names_people else "collection.people_not_named",
        target=setting.collection,
        actor=user,
    )
    if not setting.names_people:
        faces.wake()


def manager(user: Caller) -> User:
    """Whoever may manage people; raises `NotPermitted`."""
    actor = access.person(user)
    if actor is None or not may_manage(actor):
        raise NotPermitted
    return actor


def _held(person: Person) -> Person:
    """The person's row, locked: what names, and what takes names away, take turns. Raises `NotFound`."""
    found = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise NotFound
    return found


def _write(person: Person, consent: Consent, actor: User) -> PersonConsent:
    """Write a consent down, and have waiting pictures taken in."""
    words = _words(given_by=consent.given_by, how=consent.how, scope=consent.scope)
    if consent.given_on > timezone.localdate():
        _refuse("given_on", "in_the_future", _("A consent cannot be given in the future."))
    if consent.expires_on is not None and consent.expires_on < max(consent.given_on, timezone.localdate()):
        _refuse("expires_on", "over", _("This day is over."))
    made = PersonConsent.objects.create(person=person, recorded_by=actor, **{**asdict(consent), **words})
    until = consent.expires_on.isoformat() if consent.expires_on else None
    record(
        action="person.consent_recorded", target=person, actor=actor, consent=str(made.pk), expires_on=until
    )
    faces.wake()
    return made


def _words(**told: str) -> dict[str, str]:
    """Words as they are kept, checked; only a note may be empty."""
    words = {name: value.replace("\0", "").strip() for name, value in told.items()}
    for name, value in words.items():
        if not value and name != "note":
            _refuse(name, "required", _("Say something here."))
        if len(value) > _LONGEST[name]:
            said = _("At most %(most)d characters.") % {"most": _LONGEST[name]}
            _refuse(name, "too_long", said)
    return words


def _refuse(field: str, code: str, detail: str) -> None:
    raise InvalidInput(detail, errors=[FieldProblem(field, code, detail)])
