"""What stands in a topic and what was missed, without a websocket."""

import uuid

import pytest

from analysis.services.moderation import claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import NotPermitted
from notifications.events import Topic
from notifications.models import Event
from notifications.services import listening, news, outbox
from processing.models import Job
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UserFactory
from tests.notifications.conftest import job_of

pytestmark = pytest.mark.django_db
LIBRARY = Topic("library")


def test_too_much_missed_is_said_and_not_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "REPLAYED_AT_MOST", 2)
    asset = AssetFactory(published=True)
    for _turn in range(3):
        news.tell_of_asset(event_type="asset.changed", asset=asset)
    outbox.relay()
    opening = listening.open_topic(user=asset.uploaded_by, topic=LIBRARY, since=0)
    assert (opening.complete, opening.missed) == (False, [])
    last = opening.seq
    opening = listening.open_topic(user=asset.uploaded_by, topic=LIBRARY, since=last - 2)
    assert opening.complete
    assert [told["seq"] for told in opening.missed][-1] == last


def test_the_replay_tells_each_only_what_they_may_know_now() -> None:
    asset = AssetFactory(published=True)
    news.tell_of_asset(event_type="asset.published", asset=asset)
    hidden = AssetFactory()
    news.tell_of_asset(event_type="asset.stored", asset=hidden)
    outbox.relay()
    asset.visibility = "private"
    asset.save()
    told = listening.open_topic(user=UserFactory(), topic=LIBRARY, since=0).missed
    assert [(one["type"], one["data"]) for one in told] == [("asset.removed", {"asset_id": str(asset.pk)})]


def test_missed_since_covers_several_topics_each_from_its_own_number() -> None:
    asset = AssetFactory()
    user, name = asset.uploaded_by, f"asset:{asset.pk}"
    first = news.tell_of_asset(event_type="asset.stored", asset=asset)
    outbox.relay()
    first.refresh_from_db()
    assert first.seq is not None
    news.tell_of_asset(event_type="asset.published", asset=asset)
    outbox.relay()
    missed = listening.missed_since(user=user, topics={name: first.seq, "library": 0, "me": 0})
    found = [(told["topic"], told["type"]) for told in missed.told]
    assert sorted(found) == sorted([
        ("library", "asset.stored"),
        ("library", "asset.published"),
        (name, "asset.published"),
        ("me", "notification.new"),
    ])  # fmt: skip
    assert listening.missed_since(user=user, topics={"library": missed.seq}).told == []


@pytest.mark.parametrize("kind", ["job", "asset", "upload"])
def test_what_does_not_exist_is_not_permitted(kind: str) -> None:
    with pytest.raises(NotPermitted):
        listening.open_topic(user=UserFactory(), topic=Topic(kind, uuid.uuid4()), since=None)  # type: ignore[arg-type]


def rejected_once(first: User) -> Asset:
    """An asset with a job, rejected by somebody, and to be looked at a second time."""
    asset: Asset = AssetFactory(published=True)
    job_of(asset)
    one = case(asset, of=policy("twice", double=1.0))
    claiming.claim(user=first, case_id=one.pk)
    deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))
    outbox.relay()
    asset.refresh_from_db()
    assert asset.publication == "blocked"
    return asset


@pytest.mark.parametrize("kind", ["asset", "job"])
def test_a_snapshot_keeps_a_decision_from_who_is_to_look_again(kind: str) -> None:
    first = UserFactory(role="moderator")
    asset = rejected_once(first)
    topic = Topic(kind, asset.pk if kind == "asset" else asset.job_id)  # type: ignore[arg-type]
    for person, state in ((UserFactory(role="moderator"), "held"), (first, "blocked")):
        snapshot = listening.open_topic(user=person, topic=topic, since=None).snapshot
        assert snapshot["state"] == state
        assert kind == "job" or snapshot["job"]["state"] == state


@pytest.mark.parametrize("kind", ["asset", "job", "library"])
def test_the_replay_keeps_a_decision_from_who_is_to_look_again(kind: str) -> None:
    first = UserFactory(role="moderator")
    asset = rejected_once(first)
    news.tell_of_asset(event_type="asset.blocked", asset=asset, error=("policy_violation", "sexual"))
    outbox.relay()
    topic = Topic(kind, {"asset": asset.pk, "job": asset.job_id}.get(kind))  # type: ignore[arg-type]
    told = listening.open_topic(user=UserFactory(role="moderator"), topic=topic, since=0).missed
    assert {one["type"] for one in told} == {"asset.changed"}
    assert {one["data"]["state"] for one in told} == {"held"} and not any(
        "error" in one["data"] for one in told
    )
    known = listening.open_topic(user=first, topic=topic, since=0).missed
    assert [one["type"] for one in known][-1] == "asset.blocked" and known[-1]["data"]["error"]


def test_what_somebody_does_who_is_to_look_again_tells_others_how_it_stands() -> None:
    asset = rejected_once(UserFactory(role="moderator"))
    blind = UserFactory(role="manager")
    row = Asset.objects.visible_to(blind).get(pk=asset.pk)
    assert row.veiled
    assert news.tell_of_asset(event_type="asset.changed", asset=row).data["state"] == "blocked"
    job = Job.objects.visible_to(blind).with_steps(user=blind).get()
    job.status = "completed"
    news.tell_of_job(job=job, durable=True)
    assert Event.objects.get(type="job.completed").data["state"] == "blocked"
