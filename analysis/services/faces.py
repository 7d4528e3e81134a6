"""Taking the faces of people in where an engine keeps them, and removing them there: by a worker, tried until it is
done. A consent is asked for before, and once more when the engine has answered.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from analysis import engines
from analysis.engines import Album, EngineAway, FaceRefused, Failure
from analysis.models import FaceExpense, FaceRemoval, Person, PersonPicture, PictureStatus
from analysis.services import budget, forgetting, naming
from analysis.services.facepictures import NotReadable, NotReadNow, jpeg_of
from mediaportal.audit.services.log import record

logger = logging.getLogger(__name__)
_Row = TypeVar("_Row", bound=Model)
TASK, QUEUE = "analysis.people", "upkeep"
_AT_ONCE = 100
# Whoever was taking one in has died by then.
_LOST = timedelta(minutes=15)
_MOST_WAIT_MINUTES = 60
_LONGEST_ERROR = 500
_AWAY = gettext_noop("The engine does not answer.")
_NOT_READ = gettext_noop("The picture cannot be read now.")


def wake() -> None:
    """Tell a worker, once the present transaction has committed, that there is something to be done."""
    send = partial(current_app.send_task, TASK, queue=QUEUE, retry=False)
    transaction.on_commit(send, robust=True)


def sweep() -> None:
    """Bring what an engine keeps to what people consent to. Safe to run at any time, and by several at once."""
    for part in (forgetting.lapse, remove_due, take_in):
        try:
            part()
        except Exception:  # a face that cannot be taken in keeps no other from being removed
            logger.exception("what is kept of people is not as they consent")


def take_in() -> int:
    """Take in the pictures that wait, of those who consent; returns how many were tried."""
    album = engines.album()
    if album is None or not naming.is_on():
        return 0
    now = timezone.now()
    ready = Q(status=PictureStatus.WAITING, again_at__lte=now)
    lost = Q(status=PictureStatus.SENDING, tried_at__lt=now - _LOST)
    waiting = PersonPicture.objects.filter(ready | lost, person__in=Person.objects.consenting())
    found = list(waiting.order_by("again_at", "pk").defer("image")[:_AT_ONCE])
    return sum(_each(found, partial(_take, album=album)))


def remove_due() -> int:
    """Remove the faces that are to be removed, each until the engine confirms it; returns how many have gone."""
    album = engines.album()
    if album is None:
        return 0
    due = FaceRemoval.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    return sum(_each(list(due[:_AT_ONCE]), partial(_remove, album=album)))


def _each(rows: Iterable[_Row], act: Callable[[_Row], bool]) -> Iterator[bool]:
    """What became of each row; one that fails keeps no other waiting."""
    for row in rows:
        try:
            yield act(row)
        except Exception:
            logger.exception("%s could not be seen to", row.pk)


def _take(picture: PersonPicture, album: Album) -> bool:
    """Take one picture in; False when somebody else does, or it must not be now."""
    expense = _claim(picture, album.price())
    if expense is None:
        return False
    try:
        jpeg = jpeg_of(picture)
        face_id = album.keep(jpeg, collection=picture.collection, key=picture.pk.hex)
    except FaceRefused as error:
        if error.passes:
            _wait(picture, expense, error, error.failure)
        else:
            _refuse(picture, error.failure, error.log)
    except NotReadable as error:
        _refuse(picture, error.failure, error.log)
    except EngineAway as error:
        _wait(picture, expense, error, Failure("engine_away", _AWAY))
    except NotReadNow as error:
        _wait(picture, expense, error, Failure("storage_away", _NOT_READ))
    else:
        _keep(picture, face_id)
    return True


@transaction.atomic
def _claim(picture: PersonPicture, price: Decimal) -> FaceExpense | None:
    """Let it be this worker that takes a picture in, if there is a consent, money, and nothing under its key that is to
    be removed first. What it costs counts from now, whatever becomes of the picture and the person.
    """
    if not Person.objects.consenting().filter(pk=picture.person_id).exists():
        return None
    if FaceRemoval.objects.filter(key=picture.pk.hex).exists() or not budget.purse().takes(price):
        return None
    now = timezone.now()
    mine = PersonPicture.objects.filter(pk=picture.pk, status=picture.status, tried_at=picture.tried_at)
    claimed = mine.update(
        status=PictureStatus.SENDING,
        collection=settings.ANALYSIS_FACE_COLLECTION,
        face_id="",
        tried_at=now,
        tries=F("tries") + 1,
        cost=F("cost") + price,
    )
    if not claimed:
        return None
    picture.refresh_from_db()
    return FaceExpense.objects.create(picture=picture.pk, cost=price)


@transaction.atomic
def _wait(picture: PersonPicture, expense: FaceExpense, error: Exception, failure: Failure) -> None:
    """Let a picture wait that could not be taken in through no fault of its own, longer each time: nothing counts as
    paid. Its collection stays with it: the engine may have kept the face and not come to say so.
    """
    logger.warning("The picture %s waits: %s", picture.pk, error)
    mine = PersonPicture.objects.filter(
        pk=picture.pk, status=PictureStatus.SENDING, tried_at=picture.tried_at
    )
    mine.update(
        status=PictureStatus.WAITING,
        again_at=timezone.now() + _pause(picture.tries - 1),
        cost=F("cost") - expense.cost,
        error_code=failure.code,
        error_detail=failure.detail,
    )
    expense.delete()


def _pause(tries: int) -> timedelta:
    """How long to wait after so many tries before: a minute, two, four, and at most an hour."""
    return timedelta(minutes=min(_MOST_WAIT_MINUTES, 2 ** min(tries, 10)))


@transaction.atomic
def _keep(picture: PersonPicture, face_id: str) -> None:
    """Note the face, if it may still be kept; otherwise have it removed again."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=picture.person_id).first()
    mine = PersonPicture.objects.filter(
        pk=picture.pk, status=PictureStatus.SENDING, tried_at=picture.tried_at
    )
    consents = person is not None and Person.objects.consenting().filter(pk=person.pk).exists()
    kept = consents and mine.update(
        status=PictureStatus.KEPT, face_id=face_id, error_code="", error_detail=""
    )
    if not kept:
        mine.update(status=PictureStatus.WAITING, collection="", tried_at=None, again_at=timezone.now())
        FaceRemoval.objects.get_or_create(
            collection=picture.collection,
            key=picture.pk.hex,
            face_id=face_id,
            defaults={"person_id": picture.person_id, "due_at": timezone.now()},
        )
        return
    record(
        action="person.face_kept",
        target=Person(pk=picture.person_id),
        picture=str(picture.pk),
        collection=picture.collection,
    )


def _refuse(picture: PersonPicture, failure: Failure, log: str) -> None:
    """Let a picture not be taken, with the reason."""
    logger.info("The picture %s was not taken: %s %s", picture.pk, failure.code, log)
    mine = PersonPicture.objects.filter(
        pk=picture.pk, status=PictureStatus.SENDING, tried_at=picture.tried_at
    )
    mine.update(
        status=PictureStatus.REFUSED,
        collection="",
        error_code=failure.code,
        error_detail=failure.detail,
    )


def _remove(removal: FaceRemoval, album: Album) -> bool:
    """Remove one face; what goes wrong is tried again, later each time."""
    collection = removal.collection
    try:
        found = [removal.face_id] if removal.face_id else album.faces_of(removal.key, collection=collection)
        if found:
            album.forget(found, collection=collection)
    except (EngineAway, FaceRefused) as error:
        logger.warning("A face of %s cannot be removed yet: %s", collection, error.log)
        FaceRemoval.objects.filter(pk=removal.pk).update(
            tries=F("tries") + 1,
            due_at=timezone.now() + _pause(removal.tries),
            error=error.log[:_LONGEST_ERROR],
        )
        return False
    with transaction.atomic():
        gone, _rows = FaceRemoval.objects.filter(pk=removal.pk).delete()
        if gone:
            record(
                action="person.face_removed",
                target=Person(pk=removal.person_id),
                picture=removal.key,
                collection=collection,
            )
    return bool(gone)
