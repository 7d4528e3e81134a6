"""People who consent, faces that are kept of them, and an album that keeps what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from analysis.engines import Face, Result
from analysis.engines.findings import Box
from analysis.models import (
    Analysis,
    CollectionSetting,
    Moment,
    Order,
    Person,
    PersonConsent,
    PersonPicture,
)
from analysis.services import moments, naming, wording
from analysis.services.people import Consent
from assets.models import Asset
from tests.factories import CollectionFactory

COLLECTION = "people"


@dataclass
class FakeAlbum:
    """Keeps faces by key; `errors` are raised, one for each call."""

    kept: dict[str, str] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    during: Any = None

    def price(self) -> Decimal:
        return Decimal("0.001")

    def keep(self, picture: bytes, *, collection: str, key: str) -> str:
        self._fail()
        assert picture.startswith(b"\xff\xd8"), "a JPEG"
        if self.during:
            self.during()
        self.kept[f"face-{key[:8]}"] = key
        return f"face-{key[:8]}"

    def faces_of(self, key: str, *, collection: str) -> list[str]:
        self._fail()
        return [face for face, known in self.kept.items() if known == key]

    def forget(self, face_ids: Sequence[str], *, collection: str) -> None:
        self._fail()
        for face in face_ids:
            self.kept.pop(face, None)
            self.forgotten.append(face)

    def _fail(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


def consent(**traits: Any) -> Consent:
    """A consent of today, without end."""
    return Consent(
        **{
            "given_by": "Lina Haddad",
            "given_on": timezone.localdate(),
            "how": "Signed form, folder 12",
            "scope": "Films of the harbour festival",
            **traits,
        }
    )


def person_of(name: str = "Lina Haddad", *, consents: bool = True, **traits: Any) -> Person:
    """Somebody, who consents unless it is said otherwise; `traits` are of the consent."""
    made = Person.objects.create(name=name)
    if consents:
        told: dict[str, Any] = {
            "given_by": name,
            "given_on": date(2026, 1, 1),
            "how": "form",
            "scope": "all",
            **traits,
        }
        PersonConsent.objects.create(person=made, **told)
    return made


def kept_picture(person: Person, **traits: Any) -> PersonPicture:
    """A picture by which somebody is known."""
    told: dict[str, Any] = {
        "image": b"\xff\xd8",
        "mime_type": "image/jpeg",
        "prepared": True,
        "status": "kept",
    }
    return PersonPicture.objects.create(
        person=person, **{**told, "collection": COLLECTION, "face_id": "face-1", **traits}
    )


def wanting(asset: Asset) -> CollectionSetting:
    """Put an asset into a collection in which people are named."""
    collection = CollectionFactory(created_by=asset.uploaded_by)
    asset.collections.add(collection)
    setting: CollectionSetting = CollectionSetting.objects.create(collection=collection, names_people=True)
    return setting


def found_face(key: str, start: float = 1.0) -> Result:
    """That an engine found a face like the one under a key."""
    detail = {"at": start, "similarity": 0.97}
    return Result((Face(start, start + 1, 0.99, Box(0.1, 0.1, 0.2, 0.3), detail=detail, who=key),))


def named_moment(asset: Asset, picture: PersonPicture) -> Moment:
    """A moment of a face as it is written when the engine has told whose it is."""
    order = Order.objects.create(asset=asset, types=["faces"])
    Analysis.objects.filter(asset=asset, type="faces").update(is_current=False)
    analysis = Analysis.objects.create(
        order=order, asset=asset, type="faces", engine="aws", status="completed", is_current=True
    )
    (row,) = moments.rows_of(analysis, asset, naming.named(asset, found_face(picture.pk.hex)))
    wording.write([row], analysis=analysis)
    return Moment.objects.get(pk=row.pk)


def yesterday() -> date:
    """The day before today."""
    return timezone.localdate() - timedelta(days=1)
