"""The page of cases: what waits, for those who review, in as many questions for many as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analysis.models import ModeratorSetting
from analysis.moderationviews import queue
from analysis.services.moderation import claiming
from mediaportal.accounts.models import User
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator() -> User:
    return UserFactory(role="moderator")


@pytest.fixture
def page(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/review/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_line_says_what_why_and_until_when(page: Client) -> None:
    asset = AssetFactory(published=True, title="<i>Sea")
    VariantFactory(asset=asset, poster=True)
    case(asset, severity=4, source="report", due_at=timezone.now() + timedelta(hours=5), reach=321)
    overdue = case(due_at=timezone.now() - timedelta(days=3, hours=1))
    claiming.claim(user=UserFactory(role="moderator", name="Badr"), case_id=overdue.pk)
    text = shown(page)
    assert "&lt;i&gt;Sea" in text and "A report" in text and "321" in text
    assert 'data-severity="4"' in text and "Critical" in text
    assert "5 h left" in text
    assert "3 days overdue" in text and "Taken by <bdi>Badr</bdi>" in text
    assert "review-lines blurred" in text and text.count("<picture>") == 1


def test_pictures_are_plain_for_who_chose_so(page: Client, moderator: User) -> None:
    ModeratorSetting.objects.create(user=moderator, blur=False)
    case()
    assert "review-lines blurred" not in shown(page)


def test_tabs_count_the_queues_and_keep_the_filters(page: Client) -> None:
    case()
    case(queue="second")
    text = shown(page, "?severity=2&queue=second&after=")
    assert (
        '<a href="?severity=2&amp;queue=second" aria-current="true">Second look<span class="figures quiet">1</span>'
        in text
    )
    assert '<a href="?severity=2">All<span class="figures quiet">2</span>' in text
    assert "Senior" not in text.split("review-first")[1].split("</nav>")[0]


def test_nothing_waiting_and_nothing_matching_are_different(page: Client) -> None:
    assert "No case is waiting" in shown(page)
    case()
    text = shown(page, "?policy=nothing")
    assert "No case matches" in text and "Show everything" in text


def test_further_pages_are_linked_and_made_up_ones_are_not_found(page: Client) -> None:
    for _one in range(51):
        case()
    text = shown(page)
    assert text.count('class="review-of"') == 50
    place = text.split("?after=")[1].split('"')[0]
    text = shown(page, f"?after={place}")
    assert text.count('class="review-of"') == 1 and "To the beginning" in text
    assert page.get("/review/?after=nothing").status_code == 404


def test_only_those_who_review_come_in() -> None:
    for role, status in (("contributor", 403), ("moderator", 200), ("manager", 200)):
        client = Client()
        client.force_login(UserFactory(role=role))
        assert client.get("/review/").status_code == status
    assert Client().get("/review/").status_code in {302, 401, 403}


def test_the_links_are_those_that_somebody_may_open(page: Client) -> None:
    manager = Client()
    manager.force_login(UserFactory(role="manager"))
    assert "/review/dashboard/" in shown(manager) and "/held/" in shown(manager)
    plain = shown(page)
    assert "/review/dashboard/" not in plain and "/held/" not in plain
    assert "/review/policies/" in plain and "/review/strikes/" in plain
    assert queue.address("no-such-page") == ""


def test_decided_cases_are_not_decided_again(page: Client) -> None:
    case(status="decided", ruling="rejected", decided_at=timezone.now())
    text = shown(page, "?status=decided")
    assert "held-check" not in text and "Rejected" in text
    assert "held-check" not in shown(page)
    case()
    assert "held-check" in shown(page)


def test_the_page_asks_as_often_for_many_as_for_few(page: Client) -> None:
    counts = []
    for number in (1, 6):
        for _one in range(number):
            asset = AssetFactory(published=True)
            VariantFactory(asset=asset, poster=True)
            case(asset, of=policy(f"bare-{number}-{_one}"))
        with CaptureQueriesContext(connection) as captured:
            shown(page)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 14
