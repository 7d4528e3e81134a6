"""The dashboard shows every number as a picture with a name and as a table."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.analysis.deciding import decided
from tests.analysis.moderating import case, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(UserFactory(role="manager", name="Salma"))
    return client


def fill() -> None:
    """Cases in every condition."""
    under = policy()
    amal, badr = UserFactory(role="moderator", name="Amal"), UserFactory(role="moderator", name="<b>Badr")
    for _one in range(3):
        decided(("first", "reject", amal), ("second", "reject", badr), of=under)
    decided(("first", "reject", amal), ("second", "approve", badr), of=under, days=3)
    case(of=under)


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/review/dashboard/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_chart_has_a_name_a_description_and_a_table(manager: Client) -> None:
    fill()
    text = shown(manager)
    pictures = re.findall(r'<svg class="chart" role="img".*?</svg>', text)
    assert len(pictures) == 4
    for picture in pictures:
        names = re.search(r'aria-labelledby="([^"]+)"', picture)
        assert names is not None
        for name in names[1].split():
            assert re.search(rf'id="{name}">[^<]+<', picture), name
    assert text.count("As a table") == len(pictures)
    assert len(set(re.findall(r'\bid="([^"]+)"', text))) == len(re.findall(r'\bid="([^"]+)"', text))


def test_numbers_are_written_out(manager: Client) -> None:
    fill()
    text = shown(manager)
    assert "Amal" in text and "&lt;b&gt;Badr" in text
    assert "Bare" in text and "nudity" in text
    assert re.search(r"In all, 3 of 4 agree; kappa", text)
    assert "Too little is known for a suggestion" in text
    assert "not to compare people" in text


def test_a_suggestion_leads_to_the_policy(manager: Client) -> None:
    under = policy()
    for _one in range(20):
        decided(("first", "reject", None), of=under, score=0.9)
    text = shown(manager)
    assert "Look from 0.90 on" in text and "Now: look from 0.60, block from 0.95." in text


def test_the_period_can_be_chosen(manager: Client) -> None:
    decided(("first", "reject", None), days=20)
    assert '<a href="?days=30" aria-current="true">' in shown(manager)
    text = shown(manager, "?days=7")
    assert '<a href="?days=7" aria-current="true">' in text and "Nothing has been moderated yet" in text
    assert '<a href="?days=30" aria-current="true">' in shown(manager, "?days=8")


def test_an_empty_portal_says_so(manager: Client) -> None:
    text = shown(manager)
    assert "Nothing has been moderated yet" in text and '<svg class="chart"' not in text


def test_only_those_who_may_see_it_come_in() -> None:
    for role, status in (("contributor", 403), ("moderator", 403), ("manager", 200)):
        client = Client()
        client.force_login(UserFactory(role=role))
        assert client.get("/review/dashboard/").status_code == status


def test_the_page_asks_as_often_for_many_as_for_few(manager: Client) -> None:
    counts = []
    for number in (1, 4):
        for _one in range(number):
            decided(("first", "reject", None), ("second", "reject", None), of=policy(f"bare-{number}-{_one}"))
        with CaptureQueriesContext(connection) as captured:
            shown(manager)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 22
