"""Who may be named where: in an installation that allows it, in collections that want it, with a consent in force."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from analysis import engines
from analysis.engines import Face, People, Result
from analysis.models import CollectionSetting, Moment, Person, PersonPicture, PictureStatus
from assets.models import Asset


def is_on() -> bool:
    """Whether this installation names people: it has a collection of faces, and an engine that can."""
    return is_allowed() and is_able()


def is_wanted(asset: Asset) -> bool:
    """Whether one of an asset's collections wants people named."""
    return CollectionSetting.objects.filter(collection__assets=asset, names_people=True).exists()


def people_for(asset: Asset) -> People | None:
    """Among whom the faces of an asset are looked for; None where nobody is to be named, or nobody could be."""
    if not settings.ANALYSIS_FACE_COLLECTION or not is_wanted(asset):
        return None
    kept = _kept().filter(person__in=Person.objects.consenting())
    if not kept.exists() or engines.album() is None:
        return None
    return People(settings.ANALYSIS_FACE_COLLECTION, settings.ANALYSIS_FACE_MATCH)


def named(asset: Asset, result: Result) -> Result:
    """A result whose faces have the names of those who consent now, each with the person's id in `who`; all others are
    nameless. Must run in a transaction: until it ends nobody of them can withdraw, and whoever has done so before is
    not named.
    """
    keys = {one.who for one in result.findings if isinstance(one, Face) and one.who}
    known = _people_of(asset, keys) if keys else {}
    findings = tuple(_face(one, known) if isinstance(one, Face) else one for one in result.findings)
    return replace(result, findings=findings)


def beyond() -> QuerySet[Moment]:
    """The moments that name somebody who must not be named there (any more)."""
    named_now = Moment.objects.filter(person__isnull=False)
    if not is_allowed():
        return named_now
    wanted = Asset.objects.filter(collections__analysis_setting__names_people=True).values("pk")
    right = named_now.filter(asset__in=wanted, person__in=Person.objects.consenting())
    return named_now.exclude(pk__in=right.values("pk"))


def is_able() -> bool:
    """Whether an engine can say now whose a face is."""
    return engines.album() is not None


def is_allowed() -> bool:
    """Whether the operator of this installation allows that people are named."""
    return bool(settings.ANALYSIS_FACE_COLLECTION)


def _kept() -> QuerySet[PersonPicture]:
    """The pictures by which people are known now."""
    return PersonPicture.objects.filter(
        status=PictureStatus.KEPT, collection=settings.ANALYSIS_FACE_COLLECTION
    )


def _people_of(asset: Asset, keys: Iterable[str]) -> dict[str, Person]:
    """The people who consent, by the keys of their pictures. Their rows stay locked."""
    if people_for(asset) is None:
        return {}
    pictures = _kept().filter(pk__in=[found for key in keys if (found := _id_of(key)) is not None])
    owners = {picture.hex: person for picture, person in pictures.values_list("pk", "person_id")}
    people = Person.objects.filter(pk__in=set(owners.values()))
    locked = {one.pk: one for one in people.select_for_update(no_key=True).order_by("pk")}
    # Asked only now: who has withdrawn before the lock was had is not among them.
    consenting = set(Person.objects.consenting().filter(pk__in=locked).values_list("pk", flat=True))
    return {key: locked[person] for key, person in owners.items() if person in consenting}


def _id_of(key: str) -> UUID | None:
    """The id of a picture out of its key; None for what is no key of ours."""
    try:
        return UUID(hex=key)
    except ValueError:
        return None


def _face(face: Face, known: dict[str, Person]) -> Face:
    """A face with its name, or without one and without how alike it was to anybody."""
    person = known.get(face.who)
    if person is None:
        detail = {name: value for name, value in face.detail.items() if name != "similarity"}
        return replace(face, name="", who="", detail=detail)
    return replace(face, name=person.name, who=str(person.pk))
