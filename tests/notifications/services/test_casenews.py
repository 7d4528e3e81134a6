"""What is told of cases: to those who moderate as far as they may read them, and to owners what holds for theirs."""

from typing import Any

import pytest

from analysis.models import Case, Policy
from analysis.services.moderation import claiming, comments, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.services import library
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted
from notifications.events import MODERATION, Told, Topic
from notifications.models import Event, Notification
from notifications.services import audience, broadcast, casenews, listening, outbox
from notifications.services.wording import words_of
from tests.analysis.moderating import case, policy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
CASES = Topic("moderation")


def decided(one: Case, action: str = "reject", reason: str = "spam", user: User | None = None) -> Any:
    """Somebody claims it and decides."""
    person = user or UserFactory(role="moderator", name="Mona Secret")
    claiming.claim(user=person, case_id=one.pk)
    return deciding.decide(user=person, case_id=one.pk, verdict=Verdict(action, reason))


def heard(user: User, topic: Topic = CASES) -> list[tuple[str, Any]]:
    """The durable events of a topic that a person is told."""
    outbox.relay()
    told = listening.open_topic(user=user, topic=topic, since=0).missed
    return [(one["type"], one["data"].get("ruling")) for one in told if one["type"].startswith("case.")]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    """What was sent without being written down."""
    found: list[Told] = []
    monkeypatch.setattr(broadcast, "send", lambda parcels: found.extend(told for _group, told in parcels))
    return found


def test_who_moderates_hears_of_cases_and_the_owner_what_holds() -> None:
    one = case()
    decided(one)
    assert heard(UserFactory(role="moderator")) == [("case.opened", None), ("case.decided", "rejected")]
    assert heard(one.owner, Topic("me")) == [("case.decided", "rejected")]
    assert heard(one.owner, Topic("asset", one.asset_id)) == [("case.decided", "rejected")]
    assert heard(UserFactory(role="manager"), Topic("asset", one.asset_id)) == []
    (told,) = Event.objects.filter(type="case.decided").exclude(topics=[MODERATION])
    assert "Mona" not in str(told.data)


def test_taking_back_is_told_and_saying_the_same_again_is_not() -> None:
    one = case(of=policy("twice", double=1.0))
    first = UserFactory(role="moderator")
    decision = decided(one, user=first)
    deciding.undo(user=first, decision_id=decision.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "spam"))
    decided(Case.objects.get())
    told = [("case.decided", "rejected"), ("case.decided", None), ("case.decided", "rejected")]
    assert heard(one.owner, Topic("me")) == told


def test_before_a_second_look_nothing_tells_of_the_first() -> None:
    one = case(of=policy("twice", double=1.0))
    decided(one)
    assert heard(UserFactory(role="moderator")) == [("case.opened", None), ("case.decided", None)]
    assert casenews.case_data(Case.objects.get())["ruling"] is None
    decided(Case.objects.get())
    assert heard(UserFactory(role="moderator"))[-1] == ("case.decided", "rejected")


def test_a_file_in_the_trash_does_not_tell_what_its_second_look_must_not_know(
    sent: list[Told], django_capture_on_commit_callbacks: Any
) -> None:
    one = case(of=policy("twice", double=1.0))
    decided(one)
    with django_capture_on_commit_callbacks(execute=True):
        library.trash(user=one.owner, asset=one.asset)
    told = [message["data"] for message in sent if message["type"] == "case.changed"]
    assert [(data["status"], data["ruling"]) for data in told] == [("away", None)]


def test_own_and_restricted_cases_are_not_heard_of() -> None:
    mine, secret = case(), case(of=policy("secret", restricted=True))
    owner = mine.owner
    owner.set_role("moderator")
    people = {
        UserFactory(role="viewer"): None,
        UserFactory(role="contributor"): None,
        UserFactory(role="moderator"): 1,
        owner: 0,
        UserFactory(role="manager"): 2,
        UserFactory(role="administrator"): 2,
    }
    for person, count in people.items():
        if count is None:
            with pytest.raises(NotPermitted):
                heard(person)
        else:
            assert len(heard(person)) == count, person.role
    assert secret.policy.restricted


def test_claims_are_sent_to_those_who_may_read_the_case(
    sent: list[Told], django_capture_on_commit_callbacks: Any
) -> None:
    one, person = case(), UserFactory(role="moderator", name="Mona")
    with django_capture_on_commit_callbacks(execute=True):
        claiming.take_next(user=person)
        claiming.renew(user=person, case_id=one.pk)
        claiming.release(user=person, case_id=one.pk)
    told = [message for message in sent if message["type"] == "case.changed"]
    assert [(one["data"]["status"], (one["data"]["assignee"] or {}).get("name")) for one in told] == [
        ("claimed", "Mona"),
        ("claimed", "Mona"),
        ("waiting", None),
    ]
    assert audience.told_to(UserFactory(role="moderator"), told[0], None) == told[0]
    assert audience.told_to(one.owner, told[0], None) is None
    assert audience.told_to(UserFactory(role="viewer"), told[0], None) is None
    assert not Event.objects.filter(type="case.changed").exists()


def test_the_snapshot_counts_what_waits() -> None:
    person = UserFactory(role="moderator")
    case(of=policy("loud"))
    one, _two = case(), case(of=policy("quiet", restricted=True))
    claiming.claim(user=person, case_id=one.pk)
    told = listening.open_topic(user=person, topic=CASES, since=None).snapshot
    assert told == {"waiting": {"first": 1, "second": 0, "appeal": 0}, "mine": [str(one.pk)]}
    everything = listening.open_topic(user=UserFactory(role="manager"), topic=CASES, since=None).snapshot
    assert everything["waiting"] == {"first": 2, "second": 0, "appeal": 0, "senior": 0}


def test_who_is_named_is_told_by_the_bell() -> None:
    one = case(of=Policy.objects.get(slug="house-rules"))
    author, named = UserFactory(role="moderator", name="Mona"), UserFactory(role="manager")
    comments.add(user=author, case_id=one.pk, text="Look", mentions=[named.pk, author.pk])
    (line,) = Notification.objects.filter(kind="case.mentioned")
    assert line.user == named
    assert line.data["case_id"] == str(one.pk)
    assert "\u2068Mona\u2069 has named you" in words_of(line).text
    assert Event.objects.get(type="case.mentioned").topics == []
