"""Scenes of review: what waits, a case in every dress, many at once, and the figures."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect
from screenshot_studio import PASSWORD, Studio, newest

from analysis.models import (
    OPEN_CASE,
    Case,
    CaseComment,
    CaseQueue,
    CaseSource,
    CaseStatus,
    Decision,
    Policy,
    Reason,
    Report,
)
from analysis.rules import Band, Hit, Outcome, Sighting
from analysis.services.moderation import claiming, deciding, opening
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role

SENDER, OTHER = "samir@example.org", "omar@example.org"
FLAGS = [
    ("Alcohol", Band.BLOCK, 0.96, 13.0, 15.5),
    ("Drinking", Band.REVIEW, 0.81, 8.0, 11.0),
    ("Gambling", Band.REVIEW, 0.64, 2.0, 4.5),
]
TITLES = ("Evening", "Deep zoom", "Aurora", "Podcast", "Bulb")
# What was decided in the last weeks: how sure the engine was, and whether it was right.
DECIDED = [
    (0.62, False),
    (0.66, True),
    (0.71, False),
    (0.78, True),
    (0.83, True),
    (0.88, True),
    (0.93, True),
] * 4


def review(studio: Studio, owner: User) -> None:
    """The list of cases, the cockpit, and the figures, in every dress."""
    cases = waiting(owner)
    for page, name in studio.dressed():
        page.goto("/review/")
        studio.shoot(page, f"81-review-queue{name}", whole=True)
        _many(studio, page, name)
        _cockpit(studio, page, cases, name)
        page.goto("/review/dashboard/")
        studio.shoot(page, f"85-review-dashboard{name}", whole=True)
        page.goto("/review/?policy=guests")
        studio.shoot(page, f"81-review-none{name}")


def waiting(owner: User) -> dict[str, Case]:
    """Cases of every kind by the beginnings of their titles, and those of the weeks before."""
    sender = moderated(SENDER, "Samir Aziz")
    other = moderated(OTHER, "Omar Said", role=Role.MODERATOR)
    Asset.objects.filter(pk__in=[newest(title).pk for title in TITLES]).update(uploaded_by=sender)
    _weeks(newest("Aurora"), other)
    cases = {title: case(newest(title), place) for place, title in enumerate(TITLES)}
    for person, reason, words in (
        (other, Reason.CULTURAL, "Drinks are shown while children watch."),
        (owner, Reason.CULTURAL, "مشهد شرب واضح."),
    ):
        asset = cases["Evening"].asset
        Report.objects.create(
            asset=asset, case=cases["Evening"], reporter=person, reason=reason, note=words, second=13
        )
    CaseComment.objects.create(case=cases["Evening"], author=other, text="The second glass is at 0:08.")
    decided = cases["Aurora"]
    claiming.claim(user=other, case_id=decided.pk)
    deciding.decide(user=other, case_id=decided.pk, verdict=Verdict("approve", Reason.CONTEXT))
    Case.objects.filter(pk=cases["Bulb"].pk).update(queue=CaseQueue.SECOND)
    Case.objects.filter(pk=cases["Podcast"].pk).update(due_at=timezone.now() - timedelta(hours=3))
    return cases


def moderated(email: str, name: str, **traits: str) -> User:
    """A person of these scenes, made once."""
    return User.objects.filter(email=email).first() or User.objects.create_user(
        email, PASSWORD, name=name, **traits
    )


def case(asset: Asset, place: int, *, under: str = "house-rules", rule: str = "alcohol") -> Case:
    """An open case of an asset, the one that it has or a new one, the worse the earlier its place."""
    policy = Policy.objects.select_related("current").get(slug=under)
    standing = Case.objects.filter(asset=asset, policy=policy, status__in=OPEN_CASE).first()
    if standing is not None:
        return standing
    timed = asset.duration or 0.0
    hits = tuple(
        Hit(rule, band, Sighting("moderation", score, start, end, label, "Customs"))
        for label, band, score, start, end in FLAGS
        if end < timed or not timed
    )
    made = opening.open_case(
        asset=asset,
        policy=policy,
        version=policy.current,
        source=CaseSource.POLICY,
        outcome=Outcome(Band.REVIEW, frozenset(), hits),
    )
    Case.objects.filter(pk=made.pk).update(severity=max(1, 4 - place), reach=420 >> place)
    made.refresh_from_db()
    return made


def _many(studio: Studio, page: Page, name: str) -> None:
    """All that stand on the page are chosen, and what a decision on them would do is shown."""
    page.locator("#all").check()
    studio.shoot(page, f"81-review-chosen{name}")
    page.locator("#decide-many").click()
    studio.shoot(page, f"86-bulk{name}")
    page.locator("#many [name=action][value=reject]").check(force=True)
    page.locator("#many-look").click()
    expect(page.locator("#many-preview")).to_be_visible()
    page.locator("#many-preview summary").click()
    studio.shoot(page, f"86-bulk-preview{name}")


def _cockpit(studio: Studio, page: Page, cases: dict[str, Case], name: str) -> None:
    """A film that is covered, with a decision on its way; a picture that is looked at blindly; and nothing at all."""
    page.goto(f"/review/cases/{cases['Evening'].pk}/")
    expect(page.locator("#timeline .timeline-mark").first).to_be_visible()
    if page.locator("#case").get_attribute("data-lease") != "mine":
        page.locator(".lease-notice:visible [data-claim]").click()
        expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    studio.shoot(page, f"82-review-case{name}", whole=True)
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("o")
    page.keyboard.press("s")
    page.keyboard.press("8")
    studio.shoot(page, f"82-review-case-restricted{name}", whole=True)
    page.locator("[data-opens=care]").click()
    studio.shoot(page, f"83-review-care{name}")
    page.keyboard.press("Escape")
    page.goto(f"/review/cases/{cases['Bulb'].pk}/")
    studio.shoot(page, f"84-review-second-look{name}")
    page.goto(f"/review/cases/{cases['Podcast'].pk}/")
    studio.shoot(page, f"84-review-sound{name}")


def _weeks(asset: Asset, person: User) -> None:
    """What was decided on an asset in the weeks before, so that the figures say something."""
    for place, (score, right) in enumerate(DECIDED):
        at = timezone.now() - timedelta(days=1 + place, hours=place % 7)
        past = case(asset, place % 4, under="unsafe", rule="nudity")
        made = Decision.objects.create(
            case=past,
            policy=past.policy,
            version=past.version,
            stage=CaseQueue.FIRST,
            action="reject" if right else "approve",
            reason=Reason.CULTURAL if right else Reason.FINE,
            seconds=20.0 + 3 * place,
            made_by=person,
        )
        Decision.objects.filter(pk=made.pk).update(made_at=at, settled_at=at)
        Case.objects.filter(pk=past.pk).update(
            status=CaseStatus.DECIDED,
            ruling="rejected" if right else "approved",
            opened_at=at - timedelta(hours=1 + place % 30),
            decided_at=at,
            considered={"nudity": score},
        )
