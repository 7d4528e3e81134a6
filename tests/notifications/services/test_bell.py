"""Who is told what, once."""

import pytest

from analysis.models import Match, ReferenceWork
from analysis.signals import work_matched
from mediaportal.accounts.models import User
from notifications.models import Event, Notification
from notifications.services import bell, news
from notifications.services.wording import words_of
from processing.models import Status
from tests.factories import AssetFactory, GuestLinkFactory, UserFactory
from tests.notifications.conftest import job_of

pytestmark = pytest.mark.django_db


def kinds(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("created_at").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("asset.published", "asset.ready"),
        ("asset.held", "asset.held"),
        ("asset.blocked", "asset.blocked"),
        ("asset.rejected", "asset.rejected"),
    ],
)
def test_the_owner_alone_is_told(event_type: str, kind: str) -> None:
    asset = AssetFactory(published=True)
    UserFactory(role="administrator")
    news.tell_of_asset(event_type=event_type, asset=asset)  # type: ignore[arg-type]
    line = Notification.objects.get()
    assert (line.user, line.kind, line.data["title"]) == (asset.uploaded_by, kind, asset.title)
    assert Event.objects.get(type="notification.new").topics == [f"user:{asset.uploaded_by_id}"]


def test_what_happens_all_the_time_does_not_ring() -> None:
    asset = AssetFactory()
    news.tell_of_asset(event_type="asset.stored", asset=asset)
    news.tell_of_job(job=job_of(asset, status=Status.COMPLETED), durable=True)
    asset.publication = "published"
    assert kinds(asset.uploaded_by) == ["asset.held"]


def test_a_refusal_that_ends_the_job_rings_once() -> None:
    asset = AssetFactory(failed=True)
    job = job_of(asset, status=Status.FAILED, error_code="corrupt_media")
    news.tell_of_asset(event_type="asset.rejected", asset=asset, error=("corrupt_media", "It is broken."))
    news.tell_of_job(job=job, durable=True)
    line = Notification.objects.get()
    assert line.kind == "asset.rejected"
    assert line.data["error"] == {"code": "corrupt_media", "detail": "It is broken."}


def test_malware_rings_once_as_a_refusal() -> None:
    asset = AssetFactory(infected=True)
    news.tell_of_asset(event_type="asset.blocked", asset=asset)
    news.tell_of_asset(event_type="asset.rejected", asset=asset, error=("malware_found", "Malware."))
    assert kinds(asset.uploaded_by) == ["asset.rejected"]


def test_a_cancelled_job_does_not_ring() -> None:
    asset = AssetFactory(failed=True)
    news.tell_of_job(job=job_of(asset, status=Status.CANCELLED), durable=True)
    assert Event.objects.get().type == "job.failed"
    assert kinds(asset.uploaded_by) == []


def test_a_failed_job_rings() -> None:
    asset = AssetFactory(failed=True)
    news.tell_of_job(job=job_of(asset, status=Status.FAILED, error_code="packager_failed"), durable=True)
    assert kinds(asset.uploaded_by) == ["asset.failed"]


def test_reading_one_and_all() -> None:
    owner, other = UserFactory(), UserFactory()
    for user in (owner, owner, owner, other):
        news.tell_of_asset(event_type="asset.published", asset=AssetFactory(uploaded_by=user, published=True))
    first = bell.lines_of(user=owner)[0]
    foreign = bell.lines_of(user=other)[0]
    assert bell.unread_count(user=owner) == 3
    assert bell.mark_read(user=owner, ids=[first.pk, foreign.pk]) == 1
    assert bell.mark_read(user=owner, ids=[first.pk]) == 0
    assert bell.unread_count(user=owner) == 2
    assert bell.mark_read(user=owner) == 2
    assert bell.unread_count(user=other) == 1


def test_an_asset_that_is_in_work_again_is_not_held_for_anybody() -> None:
    asset = AssetFactory(passed_gate=True, processing_verdict="running")
    news.tell_of_asset(event_type="asset.held", asset=asset)
    assert kinds(asset.uploaded_by) == []


def test_what_comes_through_a_guest_link_is_told_to_those_who_decide_and_counted() -> None:
    link = GuestLinkFactory(title="Film days")
    other = UserFactory(role="administrator")
    for role in ("contributor", "moderator"):
        UserFactory(role=role)
    UserFactory(role="manager", inactive=True)
    for title in ("A", "B", "C"):
        asset = AssetFactory(guest_link=link, uploaded_by=link.created_by, title=title)
        news.tell_of_asset(event_type="asset.stored", asset=asset)
    lines = list(Notification.objects.all())
    assert {line.user for line in lines} == {link.created_by, other}
    assert {line.kind for line in lines} == {"guest.arrived"}
    assert {words_of(line).text for line in lines} == {"3 files arrived through \u2068Film days\u2069."}
    bell.mark_read(user=other)
    news.tell_of_asset(event_type="asset.stored", asset=AssetFactory(guest_link=link, title="<b>D"))
    fresh = bell.unread(user=other).get()
    assert words_of(fresh).html == "<bdi>&lt;b&gt;D</bdi> arrived through <bdi>Film days</bdi>."
    assert Event.objects.filter(type="notification.new").count() == 3


def test_the_maker_of_a_guest_link_is_told_once_that_a_file_waits() -> None:
    link = GuestLinkFactory()
    asset = AssetFactory(
        guest_link=link, uploaded_by=link.created_by, passed_gate=True, policy_verdict="review"
    )
    news.tell_of_asset(event_type="asset.stored", asset=asset)
    news.tell_of_job(job=job_of(asset, status=Status.COMPLETED), durable=True)
    assert kinds(link.created_by) == ["guest.arrived"]


def test_managers_alone_are_told_of_what_is_alike_to_a_protected_work() -> None:
    copy, protected = AssetFactory(published=True, title="Copy"), AssetFactory(visibility="private")
    manager, administrator = UserFactory(role="manager"), UserFactory(role="administrator")
    work = ReferenceWork.objects.create(asset=protected, title="The Harbour")
    match = Match.objects.create(
        asset=copy, other=protected, work=work, kind="picture", start=0.0, end=9.0, other_start=0.0,
        other_end=9.0, offset=0.0, score=0.9,
    )  # fmt: skip
    work_matched.send(sender=Match, match=match)
    lines = Notification.objects.all()
    assert {line.user for line in lines} == {manager, administrator}
    assert (
        "\u2068Copy\u2069 is alike to the protected work \u2068The Harbour\u2069." in words_of(lines[0]).text
    )
    assert Event.objects.get(type="work.matched").topics == []
    match.work = None
    work_matched.send(sender=Match, match=match)
    assert Event.objects.filter(type="work.matched").count() == 1
