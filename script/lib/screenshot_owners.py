"""Scenes of those who do not moderate: reporting, a decision about what is theirs, an appeal, and what counts."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page
from screenshot_review import OTHER, SENDER, case, moderated
from screenshot_studio import Studio, newest, opened

from analysis.models import Action, Decision, Reason, Report
from analysis.services.moderation import appeals, claiming, deciding, settling
from analysis.services.moderation.verdicts import Restriction, Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role

REJECTED, RESTRICTED, REPORTED = "Podcast", "Deep zoom", "Aurora"
WHY = "The glass holds water. المشهد تصوير لمشروب غير كحولي، كما يظهر في النص."


def owners(studio: Studio, owner: User) -> None:
    """What the owner of the files is shown, what whoever reports is shown, and the strikes."""
    decisions = decided(owner)
    for page, name in studio.dressed(person=SENDER):
        page.goto(f"/review/decisions/{decisions[RESTRICTED].pk}/")
        studio.shoot(page, f"89-own-decision{name}", whole=True)
        page.goto(f"/review/decisions/{decisions[REJECTED].pk}/")
        studio.shoot(page, f"89-own-appeal{name}", whole=True)
        page.goto("/account/")
        page.wait_for_selector(".own-strikes")
        page.locator(".own-strikes").scroll_into_view_if_needed()
        studio.shoot(page, f"89-own-strikes{name}")
    for page, name in studio.dressed():
        _reporting(studio, page, name)
        page.goto("/review/strikes/")
        studio.shoot(page, f"90-strikes{name}", whole=True)
    with studio.page(person=SENDER) as page:
        page.goto("/review/reports/mine/")
        studio.shoot(page, "90-my-reports-none")


def decided(owner: User) -> dict[str, Decision]:
    """Decisions against two files of the sender, told to them, of which one is appealed against; by their titles."""
    sender = moderated(SENDER, "Samir Aziz")
    other = moderated(OTHER, "Omar Said", role=Role.MODERATOR)
    Asset.objects.filter(pk__in=[newest(one).pk for one in (REJECTED, RESTRICTED, REPORTED)]).update(
        uploaded_by=sender
    )
    limits = Restriction(rating="18", cap="internal", regions=("SA", "KW"))
    made = {
        REJECTED: _against(REJECTED, other, Verdict(Action.REJECT, Reason.CULTURAL)),
        RESTRICTED: _against(
            RESTRICTED, other, Verdict(Action.RESTRICT, Reason.CULTURAL, restriction=limits)
        ),
    }
    long_ago = timezone.now() - timedelta(hours=2)
    Decision.objects.filter(pk__in=[one.pk for one in made.values()]).update(made_at=long_ago)
    settling.sweep()
    appeals.appeal(user=sender, case_id=made[REJECTED].case_id, text=WHY)
    for title, outcome, words in (
        ("Deep zoom", "restricted", ""),
        ("Evening", "", "At 0:13 a glass is shown."),
        ("Bulb", "approved", ""),
    ):
        told = {"outcome": outcome, "answered_at": timezone.now() if outcome else None}
        Report.objects.create(asset=newest(title), reporter=owner, reason=Reason.CULTURAL, note=words, **told)
    return made


def _against(title: str, person: User, verdict: Verdict) -> Decision:
    """A decision of a person against an asset, on a case of its own."""
    opened_case = case(newest(title), 1)
    claiming.claim(user=person, case_id=opened_case.pk)
    return deciding.decide(user=person, case_id=opened_case.pk, verdict=verdict)


def _reporting(studio: Studio, page: Page, name: str) -> None:
    """The dialog that reports, and what one has reported."""
    opened(page, REPORTED)
    page.locator(".report [data-opens=report]").click()
    page.wait_for_selector("#report[open]")
    studio.shoot(page, f"90-report{name}")
    page.goto("/review/reports/mine/")
    studio.shoot(page, f"90-my-reports{name}", whole=True)
