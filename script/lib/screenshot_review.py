"""Scenes of review: what waits, a case in every dress, what is kept from who looks blindly, and the figures."""

from playwright.sync_api import Page, expect
from screenshot_studio import PHONE, WIDE, Studio, newest

from analysis.models import Case, CaseComment, CaseQueue, CaseSource, Policy, Reason, Report
from analysis.rules import Band, Hit, Outcome, Sighting
from analysis.services.moderation import claiming, deciding, opening
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role

FLAGS = [
    ("Alcohol", Band.BLOCK, 0.96, 13.0, 15.5),
    ("Drinking", Band.REVIEW, 0.81, 8.0, 11.0),
    ("Gambling", Band.REVIEW, 0.64, 2.0, 4.5),
]


def review(studio: Studio, owner: User) -> None:
    """The list of cases, the cockpit, and the figures, in every dress."""
    sender = User.objects.create_user("samir@example.org", "only for these pictures", name="Samir Aziz")
    other = User.objects.create_user(
        "omar@example.org", "only for these pictures", name="Omar Said", role=Role.MODERATOR
    )
    titles = ("Evening", "Deep zoom", "Aurora", "Podcast", "Bulb")
    Asset.objects.filter(pk__in=[newest(title).pk for title in titles]).update(uploaded_by=sender)
    cases = {title: _case(newest(title), place) for place, title in enumerate(titles)}
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
    for size, theme, language, name in (
        (WIDE, "light", "en", ""),
        (WIDE, "dark", "ar", "-arabic-dark"),
        (PHONE, "light", "ar", "-phone-arabic"),
    ):
        with studio.page(size, theme=theme, language=language) as page:
            page.goto("/review/")
            studio.shoot(page, f"81-review-queue{name}", whole=True)
            _cockpit(studio, page, cases, name)
            page.goto("/review/dashboard/")
            studio.shoot(page, f"85-review-dashboard{name}", whole=True)


def _cockpit(studio: Studio, page: Page, cases: dict[str, Case], name: str) -> None:
    """A film that is covered, with a decision on its way; a picture that is looked at blindly; and nothing at all."""
    page.goto(f"/review/cases/{cases['Evening'].pk}/")
    expect(page.locator("#timeline .timeline-mark").first).to_be_visible()
    page.locator(".lease-notice:visible [data-claim]").click()
    expect(page.locator("#case")).to_have_attribute("data-lease", "mine")
    studio.shoot(page, f"82-review-case{name}")
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


def _case(asset: Asset, place: int) -> Case:
    """A waiting case of an asset, the worse the earlier its place."""
    policy = Policy.objects.select_related("current").get(slug="house-rules")
    timed = asset.duration or 0.0
    hits = tuple(
        Hit("alcohol", band, Sighting("moderation", score, start, end, label, "Customs"))
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
