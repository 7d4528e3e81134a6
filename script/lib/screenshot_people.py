"""Scenes of people who may be named: nobody, some, one of them, and a new one."""

from datetime import timedelta

from django.utils import timezone
from screenshot_studio import Studio

from analysis.models import Person, PersonConsent
from mediaportal.accounts.models import User

SCOPE = "To be named wherever she is seen in the archive of the programme."


def people(studio: Studio, owner: User) -> None:
    """The list, the page of somebody, and the form."""
    with studio.page() as page:
        page.goto("/people/")
        studio.shoot(page, "80-people-none")
    person = named(owner)
    for page, name in studio.dressed():
        page.goto("/people/")
        studio.shoot(page, f"80-people{name}", whole=True)
        page.goto(f"/people/{person.pk}/")
        studio.shoot(page, f"80-person{name}", whole=True)
        page.locator("[data-opens=withdraw]").click()
        studio.shoot(page, f"80-person-withdraw{name}")
        page.goto("/people/new/")
        studio.shoot(page, f"80-person-new{name}", whole=True)


def named(owner: User) -> Person:
    """Some people, of whom one has consented, one no more, and one never has."""
    today = timezone.localdate()
    for name, begun, ends, withdrawn in (
        ("ليلى حداد", 90, 275, None),
        ("Abdulrahman ibn Muhammad al-Qahtani of the Third Channel", 400, None, None),
        ("Omar Said", 400, None, timezone.now() - timedelta(days=3)),
        ("Mona Farid", 500, -20, None),
    ):
        person = Person.objects.create(name=name, added_by=owner)
        PersonConsent.objects.create(
            person=person,
            given_by=name,
            given_on=today - timedelta(days=begun),
            how="On paper, in the archive, folder 12",
            scope=SCOPE,
            expires_on=today + timedelta(days=ends) if ends else None,
            withdrawn_at=withdrawn,
            recorded_by=owner,
        )
    Person.objects.create(name="Samir Aziz", note="Has been asked.", added_by=owner)
    return Person.objects.get(name="ليلى حداد")
