"""Taking names away: from the moments that bear them, and from where an engine keeps faces."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Func, JSONField, Q, QuerySet
from django.utils import timezone

from analysis.models import FaceRemoval, Moment, Person, PersonPicture, PictureStatus
from analysis.services import naming, wording
from mediaportal.audit.services.log import record

logger = logging.getLogger(__name__)

# Those whose faces an engine may keep: also what it has not answered for.
_OUT = Q(status__in=[PictureStatus.KEPT, PictureStatus.SENDING]) | Q(
    status=PictureStatus.WAITING, collection__gt=""
)
_AT_ONCE = 200
# A call that takes a face in has ended by then, whatever became of it.
_IN_FLIGHT = timedelta(minutes=10)


def unname(moments: QuerySet[Moment]) -> int:
    """Take the names from moments, and what search finds them by; returns from how many. Must run in a transaction."""
    nameless = Func(F("detail"), template="%(expressions)s - 'similarity'", output_field=JSONField())
    analyses = list(moments.order_by().values_list("analysis", flat=True).distinct())
    unnamed = moments.update(person=None, label="", vector=None, detail=nameless)
    wording.index_words(analyses)
    return unnamed


def let_go(pictures: QuerySet[PersonPicture]) -> int:
    """Have the faces of these pictures removed where they are kept; the pictures wait to be taken in again, if that is
    ever allowed. Must run in the transaction that takes the ground away; returns how many faces there are.
    """
    now = timezone.now()
    out = pictures.select_for_update().filter(_OUT)
    rows = list(out.only("pk", "person_id", "status", "collection", "face_id"))
    FaceRemoval.objects.bulk_create(
        [
            FaceRemoval(
                collection=row.collection,
                key=row.pk.hex,
                face_id=row.face_id,
                person_id=row.person_id,
                due_at=now + _IN_FLIGHT if row.status == PictureStatus.SENDING else now,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
    PersonPicture.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=PictureStatus.WAITING,
        collection="",
        face_id="",
        tried_at=None,
        tries=0,
        again_at=now,
        error_code="",
        error_detail="",
    )
    return len(rows)


def forget(*, person: Person) -> dict[str, int]:
    """Take a person's name away everywhere, and have the faces removed; returns of how many moments and faces. Must run
    in a transaction that holds the person's row.
    """
    return {
        "moments": unname(Moment.objects.filter(person=person)),
        "faces": let_go(PersonPicture.objects.filter(person=person)),
    }


def lapse() -> int:
    """Forget whoever does not consent any more, and let go what is kept where it is not allowed (any more); returns of
    how many people. Safe to run at any time.
    """
    out = PersonPicture.objects.filter(_OUT).values("person")
    known = Q(pk__in=out) | Q(moments__isnull=False)
    gone = (
        Person.objects.not_consenting().filter(known).order_by("pk").values_list("pk", flat=True).distinct()
    )
    people = [person for person in list(gone[:_AT_ONCE]) if _lapse_alone(person)]
    _retire()
    return len(people)


def _lapse_alone(person_id: UUID) -> bool:
    """Forget one person, whatever became of the others."""
    try:
        return _lapse(person_id)
    except Exception:
        logger.exception("%s could not be forgotten", person_id)
        return False


@transaction.atomic
def _lapse(person_id: UUID) -> bool:
    """Forget one person whose consent has ended; False when it has been given anew meanwhile."""
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None or Person.objects.consenting().filter(pk=person_id).exists():
        return False
    _told("person.consent_lapsed", person, forget(person=person))
    return True


@transaction.atomic
def _retire() -> None:
    """Take away the names that stand where nobody is to be named, and the faces that lie in another collection than the
    one that is set.
    """
    by_person: dict[UUID, int] = {}
    for person_id in list(
        naming.beyond().order_by().values_list("person_id", flat=True).distinct()[:_AT_ONCE]
    ):
        by_person[person_id] = unname(naming.beyond().filter(person=person_id))
    for person_id, count in by_person.items():
        if count:
            _told("person.unnamed", Person(pk=person_id), {"moments": count, "faces": 0})
    elsewhere = PersonPicture.objects.exclude(collection=settings.ANALYSIS_FACE_COLLECTION)
    out = elsewhere.filter(_OUT)
    for person_id in list(out.order_by().values_list("person_id", flat=True).distinct()[:_AT_ONCE]):
        faces = let_go(elsewhere.filter(person=person_id))
        if faces:
            _told("person.unnamed", Person(pk=person_id), {"moments": 0, "faces": faces})


def _told(action: str, person: Person, counts: dict[str, Any]) -> None:
    """Write down what the portal did by itself."""
    record(action=action, target=person, **counts)
