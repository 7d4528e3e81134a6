"""How people stand, for pages and programs: whether they may be named now, and by which pictures they are known."""

from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analysis.models import (
    CollectionSetting,
    FaceRemoval,
    Moment,
    Person,
    PersonConsent,
    PersonPicture,
    PictureStatus,
)
from analysis.services import naming
from assets.services.reasons import said

STANDINGS = {
    "in_force": pgettext_lazy("consent", "Consent in force"),
    "expired": pgettext_lazy("consent", "Consent expired"),
    "withdrawn": pgettext_lazy("consent", "Consent withdrawn"),
    "none": _("No consent"),
}
"""How a person's consent may stand, in words."""


@dataclass(frozen=True)
class Portrait:
    """A picture and how it stands: `reason` is why it was not taken, in the reader's language."""

    picture: PersonPicture
    reason: str


@dataclass(frozen=True)
class Standing:
    """A person, the consent that counts (in force, or else the newest), and how that stands (one of `STANDINGS`)."""

    person: Person
    consent: PersonConsent | None
    state: str
    portraits: list[Portrait] = field(default_factory=list)

    @property
    def word(self) -> str:
        """How the consent stands, in words."""
        return str(STANDINGS[self.state])

    @property
    def kept(self) -> int:
        """By how many pictures the person is known."""
        return sum(one.picture.status == PictureStatus.KEPT for one in self.portraits)

    @property
    def face(self) -> PersonPicture | None:
        """The first picture that can be shown."""
        return next((one.picture for one in self.portraits if one.picture.prepared), None)

    @property
    def is_busy(self) -> bool:
        """Whether something of the pictures is still to be done, that can be."""
        busy = {PictureStatus.WAITING, PictureStatus.SENDING}
        return (
            self.state == "in_force"
            and naming.is_on()
            and any(one.picture.status in busy for one in self.portraits)
        )


def listed() -> QuerySet[Person]:
    """All people by their names, with what `standing_of` needs (two further queries), and as `removals` how many of
    their faces are still to be removed where they are kept.
    """
    removals = FaceRemoval.objects.filter(person_id=OuterRef("pk")).order_by().values("person_id")
    count = Subquery(removals.annotate(number=Count("pk")).values("number"))
    consents = PersonConsent.objects.order_by("-created_at", "-pk").select_related("recorded_by")
    pictures = PersonPicture.objects.defer("image").order_by("created_at", "pk")
    people = Person.objects.annotate(removals=Coalesce(count, 0))
    return people.prefetch_related(
        Prefetch("consents", queryset=consents), Prefetch("pictures", queryset=pictures)
    ).order_by("name", "pk")


def standing_of(person: Person) -> Standing:
    """How somebody out of `listed` stands."""
    consents = list(person.consents.all())
    counting = next((one for one in consents if _state(one) == "in_force"), None)
    consent = counting or next(iter(consents), None)
    portraits = [Portrait(one, said(one.error_detail)) for one in person.pictures.all()]
    return Standing(person, consent, _state(consent), portraits)


@dataclass(frozen=True)
class House:
    """Whether this installation names people: whether its operator allows it, an engine is able to, and in how many
    collections it is wanted.
    """

    allowed: bool
    able: bool
    collections: int

    @property
    def is_on(self) -> bool:
        """Whether somebody can be named."""
        return self.allowed and self.able


def house() -> House:
    """How this installation stands; one query."""
    collections = CollectionSetting.objects.filter(names_people=True).count()
    return House(naming.is_allowed(), naming.is_able(), collections)


def faces_to_remove() -> int:
    """How many faces are still to be removed where they are kept, also of people who have been deleted here."""
    return FaceRemoval.objects.count()


def named_in(person: Person) -> dict[str, int]:
    """In how many moments of how many files somebody is named now."""
    shown = Moment.objects.filter(person=person).shown()
    return {"moments": shown.count(), "assets": shown.order_by().values("asset").distinct().count()}


def _state(consent: PersonConsent | None) -> str:
    """How a consent stands today."""
    today = timezone.localdate()
    if consent is None:
        return "none"
    if consent.withdrawn_at is not None:
        return "withdrawn"
    if consent.expires_on is not None and consent.expires_on < today:
        return "expired"
    return "in_force"
