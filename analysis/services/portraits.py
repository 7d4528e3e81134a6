"""The pictures that people are known by: sent, or the part of a file in which somebody's face was found. They are shown
to nobody but those who manage people.
"""

from django.db import transaction

from analysis.exceptions import NamingOff, NoConsent, OnlyHere, TooManyPictures
from analysis.models import Moment, MomentKind, Person, PersonPicture
from analysis.services import collected, faces, forgetting, naming, people
from assets import access
from assets.access import Caller
from assets.exceptions import FileTooLarge, UnsupportedMediaType
from assets.models import Asset, Kind
from mediaportal.audit.services.log import record
from mediaportal.core import filetype
from mediaportal.core.problems import NotFound
from processing import pictures

MOST = 10
"""So many pictures of a person."""

MOST_BYTES = 10 * 1024**2
"""So large may one be that is sent."""


def send(*, user: Caller, person: Person, data: bytes) -> PersonPicture:
    """Keep a picture that somebody has sent, and have its face taken in.

    Raises `NotPermitted`, `NotFound`, `NamingOff`, `NoConsent`, `TooManyPictures`, `FileTooLarge` and
    `UnsupportedMediaType`.
    """
    people.manager(user)
    if len(data) > MOST_BYTES:
        raise FileTooLarge
    mime_type = filetype.sniff(data)
    if mime_type not in pictures.MIME_TYPES:
        raise UnsupportedMediaType
    return _add(user, person, PersonPicture(image=data, mime_type=mime_type))


def take(*, user: Caller, person: Person, moment_id: int) -> PersonPicture:
    """Keep the part of a file in which a face was found, and have the face taken in.

    Raises as `send`; `OnlyHere` where nothing may be sent elsewhere; `NotFound` also for a moment that is no face, of a
    file that the caller may not play, or of a film whose engine does not tell where the face is at which second.
    """
    people.manager(user)
    seen = Asset.objects.visible_to(user)
    moment = (
        Moment.objects.filter(pk=moment_id, kind=MomentKind.FACE, box__isnull=False, asset__in=seen)
        .select_related("asset")
        .first()
    )
    if moment is None or not access.can_play(user, moment.asset):
        raise NotFound
    if collected.said_of(moment.asset).only_here:
        raise OnlyHere
    second = None if moment.asset.kind == Kind.IMAGE else moment.detail.get("at")
    if moment.asset.kind != Kind.IMAGE and second is None:
        raise NotFound
    return _add(user, person, PersonPicture(asset=moment.asset, second=second, box=moment.box))


@transaction.atomic
def remove(*, user: Caller, picture: PersonPicture) -> None:
    """Delete a picture; its face is removed where it is kept. Names that it has brought stay. Raises `NotPermitted`."""
    actor = people.manager(user)
    mine = PersonPicture.objects.filter(pk=picture.pk)
    forgetting.let_go(mine)
    gone, _rows = mine.delete()
    if not gone:
        raise NotFound
    record(
        action="person.picture_deleted",
        target=Person(pk=picture.person_id),
        actor=actor,
        picture=str(picture.pk),
    )
    faces.wake()


@transaction.atomic
def _add(user: Caller, person: Person, picture: PersonPicture) -> PersonPicture:
    """Write a picture down, if a consent is in force, and wake a worker."""
    actor = people.manager(user)
    if not naming.is_on():
        raise NamingOff
    if not Person.objects.select_for_update(no_key=True).filter(pk=person.pk).exists():
        raise NotFound
    if not Person.objects.consenting().filter(pk=person.pk).exists():
        raise NoConsent
    if PersonPicture.objects.filter(person=person).count() >= MOST:
        raise TooManyPictures
    picture.person, picture.added_by = person, actor
    picture.save(force_insert=True)
    source = str(picture.asset_id) if picture.asset_id else None
    record(action="person.picture_added", target=person, actor=actor, picture=str(picture.pk), asset=source)
    faces.wake()
    return picture
