"""The websocket with real people, real Redis and the real access rules."""

import asyncio
import json
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken

from analysis.services.moderation import claiming, deciding
from analysis.services.moderation.verdicts import Verdict
from assets.exceptions import UploadBroken
from assets.models import Asset
from assets.services import library, uploads
from mediaportal.accounts.authentication import websocket_door
from mediaportal.accounts.models import User
from mediaportal.core.threads import in_database
from notifications.consumers import SIGN_IN_AGAIN, Limits, events_app
from notifications.models import Event
from notifications.services import broadcast, news, sight
from notifications.services import listening as listening_service
from tests.analysis.moderating import case, policy
from tests.factories import AssetFactory, UploadSessionFactory, UserFactory
from tests.notifications.conftest import Ear, Listening, job_of, session_of, wire_of

pytestmark = pytest.mark.django_db(transaction=True)


async def made(factory: Any, **traits: Any) -> Any:
    """Make a row from inside the event loop."""
    return await in_database(lambda: factory(**traits))


async def test_job_topic_gives_a_snapshot_then_progress_then_the_end(listening: Listening) -> None:
    asset = await made(AssetFactory)
    job = await in_database(job_of, asset)
    async with listening(asset.uploaded_by) as ear:
        snapshot = await ear.open(f"job:{job.pk}")
        assert snapshot["type"] == "snapshot"
        assert snapshot["data"]["status"] == "processing"
        assert [step["name"] for step in snapshot["data"]["steps"]] == ["upload", "probe", "transcoding"]
        await in_database(news.tell_of_job, job=job, durable=False)
        moved = await ear.hear()
        assert (moved["type"], moved["seq"], moved["id"]) == ("job.progress", None, None)
        job.status = "completed"
        await in_database(news.tell_of_job, job=job, durable=True)
        ended = await ear.hear()
        assert ended["type"] == "job.completed"
        assert ended["topic"] == f"job:{job.pk}"
        assert ended["seq"] > snapshot["seq"]
        assert set(ended) == {"type", "topic", "id", "seq", "at", "data"}


async def test_asset_topic_hears_of_its_asset_its_job_and_its_files(listening: Listening) -> None:
    asset = await made(AssetFactory)
    job = await in_database(job_of, asset)
    async with listening(asset.uploaded_by) as ear:
        snapshot = await ear.open(f"asset:{asset.pk}")
        assert snapshot["data"]["title"] == asset.title
        assert snapshot["data"]["state"] == "checking"
        assert snapshot["data"]["job"]["job_id"] == str(job.pk)
        await in_database(news.tell_of_asset, event_type="asset.published", asset=asset)
        await in_database(news.tell_of_job, job=job, durable=False)
        assert (await ear.hear())["type"] == "asset.published"
        assert (await ear.hear())["type"] == "job.progress"


async def test_upload_topic(listening: Listening) -> None:
    session = await made(UploadSessionFactory)
    async with listening(session.user) as ear:
        snapshot = await ear.open(f"upload:{session.pk}")
        assert snapshot["data"]["bytes_total"] == 1_000
        await in_database(news.tell_of_upload, session_id=session.pk, bytes_received=250, bytes_total=1_000)
        moved = await ear.hear()
        assert moved["type"] == "upload.progress"
        assert moved["data"] == {
            "upload_id": str(session.pk),
            "bytes_received": 250,
            "bytes_total": 1_000,
            "progress": 25,
        }


async def test_an_upload_that_ends_is_told(listening: Listening) -> None:
    session = await made(UploadSessionFactory)
    async with listening(session.user) as ear:
        await ear.open(f"upload:{session.pk}")
        await in_database(uploads.fail, upload_id=session.pk, problem=UploadBroken())
        ended = await ear.hear()
        assert ended["type"] == "upload.failed"
        assert (ended["data"]["status"], ended["data"]["error"]["code"]) == ("failed", "upload_incomplete")


@pytest.mark.parametrize("kind", ["job", "asset", "upload"])
async def test_strangers_are_refused_alike_for_hidden_and_missing_things(
    listening: Listening, kind: str
) -> None:
    session = await made(UploadSessionFactory)
    asset = await made(AssetFactory)
    job = await in_database(job_of, asset)
    hidden = {"job": job.pk, "asset": asset.pk, "upload": session.pk}[kind]
    async with listening(await made(UserFactory, role="viewer")) as ear:
        for object_id in (hidden, uuid.uuid4()):
            answer = await ear.open(f"{kind}:{object_id}")
            assert answer == {"type": "error", "code": "not_permitted", "topic": f"{kind}:{object_id}"}
        await in_database(news.tell_of_job, job=job, durable=False)
        await in_database(news.tell_of_asset, event_type="asset.stored", asset=asset)
        await in_database(news.tell_of_upload, session_id=session.pk, bytes_received=1, bytes_total=None)
        assert await ear.hear_nothing()


async def test_library_tells_each_only_of_what_they_may_see(listening: Listening) -> None:
    owner = await made(UserFactory)
    hidden = await made(AssetFactory, uploaded_by=owner)
    shown = await made(AssetFactory, published=True)
    people = {
        "owner": (owner, {hidden.pk, shown.pk}),
        "viewer": (await made(UserFactory, role="viewer"), {shown.pk}),
        "moderator": (await made(UserFactory, role="moderator"), {hidden.pk, shown.pk}),
    }
    for user, expected in people.values():
        async with listening(user) as ear:
            snapshot = await ear.open("library")
            assert snapshot["data"]["counts"]["assets"] == len(expected)
            await in_database(news.tell_of_asset, event_type="asset.stored", asset=hidden)
            await in_database(news.tell_of_asset, event_type="asset.published", asset=shown)
            heard = {uuid.UUID((await ear.hear())["data"]["asset_id"]) for _asset in expected}
            assert heard == expected
            assert await ear.hear_nothing()


async def test_library_progress_goes_to_owner_and_staff_only(listening: Listening) -> None:
    asset = await made(AssetFactory)
    job = await in_database(job_of, asset)
    stranger, staff = await made(UserFactory), await made(UserFactory, role="manager")
    async with listening(asset.uploaded_by) as his, listening(stranger) as hers, listening(staff) as theirs:
        for ear in (his, hers, theirs):
            await ear.open("library")
        await in_database(news.tell_of_job, job=job, durable=False)
        for ear in (his, theirs):
            heard = await ear.hear()
            assert (heard["type"], heard["topic"]) == ("job.progress", "library")
            assert await ear.hear_nothing(0.1)
        assert await hers.hear_nothing()


async def test_watchers_are_told_when_an_asset_is_hidden_and_hear_no_more(listening: Listening) -> None:
    asset = await made(AssetFactory, published=True)
    job = await in_database(job_of, asset)
    await in_database(news.tell_of_asset, event_type="asset.published", asset=asset)
    viewer = await made(UserFactory, role="viewer")
    async with listening(viewer) as ear:
        for topic in (f"asset:{asset.pk}", "library"):
            assert (await ear.open(topic))["type"] == "snapshot"

        def hide() -> None:
            Asset.objects.filter(pk=asset.pk).update(visibility="private")
            asset.refresh_from_db()
            news.tell_of_access(asset=asset)

        await in_database(hide)
        heard = [await ear.hear() for _message in range(3)]
        gone = [message for message in heard if message["type"] == "asset.removed"]
        assert {message["topic"] for message in gone} == {f"asset:{asset.pk}", "library"}
        assert all(message["data"] == {"asset_id": str(asset.pk)} for message in gone)
        assert {"type": "error", "code": "not_permitted", "topic": f"asset:{asset.pk}"} in heard
        await in_database(news.tell_of_job, job=job, durable=False)
        await in_database(news.tell_of_asset, event_type="asset.changed", asset=asset)
        assert await ear.hear_nothing()


async def test_a_decision_is_not_sent_to_who_is_to_look_again(listening: Listening) -> None:
    first, second = await made(UserFactory, role="moderator"), await made(UserFactory, role="moderator")
    asset = await made(AssetFactory, published=True)
    job = await in_database(job_of, asset)

    def reject() -> None:
        one = case(asset, of=policy("twice", double=1.0))
        claiming.claim(user=first, case_id=one.pk)
        deciding.decide(user=first, case_id=one.pk, verdict=Verdict("reject", "sexual"))

    topics = {f"asset:{asset.pk}", f"job:{job.pk}", "library"}
    async with listening(second) as hers, listening(first) as his:
        for topic in sorted(topics):
            await hers.open(topic)
            await his.open(topic)
        await in_database(reject)
        for ear, kind, state in ((hers, "asset.changed", "held"), (his, "asset.blocked", "blocked")):
            heard = [await ear.hear() for _topic in topics]
            assert {(one["topic"], one["type"], one["data"]["state"]) for one in heard} == {
                (topic, kind, state) for topic in topics
            }
        await in_database(job.refresh_from_db)
        await in_database(news.tell_of_job, job=job, durable=False)
        moved = [await hers.hear() for _topic in topics]  # she listens on
        assert {(one["type"], one["data"]["state"]) for one in moved} == {("job.progress", "held")}


async def test_the_owner_hears_what_changed_when_others_lose_sight(listening: Listening) -> None:
    asset = await made(AssetFactory, published=True)
    await in_database(news.tell_of_asset, event_type="asset.published", asset=asset)
    async with listening(asset.uploaded_by) as ear:
        await ear.open("library")

        def hide() -> None:
            Asset.objects.filter(pk=asset.pk).update(visibility="private")
            asset.refresh_from_db()
            news.tell_of_access(asset=asset)

        await in_database(hide)
        heard = await ear.hear()
        assert (heard["type"], heard["data"]["title"]) == ("asset.changed", asset.title)
        assert await ear.hear_nothing()


async def test_trash_and_back_on_the_owners_other_screens(listening: Listening) -> None:
    asset = await made(AssetFactory, passed_gate=True)
    user = asset.uploaded_by
    async with listening(user) as ear:
        await ear.open("library")
        await in_database(library.trash, user=user, asset=asset)
        gone = await ear.hear()
        assert (gone["type"], gone["data"]) == ("asset.removed", {"asset_id": str(asset.pk)})
        await in_database(library.restore, user=user, asset=asset)
        back = await ear.hear()
        assert (back["type"], back["data"]["title"]) == ("asset.changed", asset.title)
        assert await ear.hear_nothing()


async def test_since_replays_what_was_missed_in_order(listening: Listening) -> None:
    asset = await made(AssetFactory)
    async with listening(asset.uploaded_by) as ear:
        before = (await ear.open(f"asset:{asset.pk}"))["seq"]
    for event_type in ("asset.stored", "asset.held", "asset.published"):
        await in_database(news.tell_of_asset, event_type=event_type, asset=asset)
    await in_database(news.tell_of_asset, event_type="asset.stored", asset=await made(AssetFactory))
    async with listening(asset.uploaded_by) as ear:
        assert (await ear.open(f"asset:{asset.pk}", since=before))["type"] == "snapshot"
        missed = [await ear.hear() for _message in range(3)]
        assert [message["type"] for message in missed] == ["asset.stored", "asset.held", "asset.published"]
        numbers = [message["seq"] for message in missed]
        assert numbers == sorted(numbers) and numbers[0] > before
        assert await ear.hear_nothing()
        await ear.open(f"asset:{asset.pk}", since=numbers[1])
        assert (await ear.hear())["seq"] == numbers[2]
        assert await ear.hear_nothing()


async def test_me_hears_the_bell(listening: Listening) -> None:
    asset = await made(AssetFactory)
    async with listening(asset.uploaded_by) as ear:
        assert (await ear.open("me"))["data"] == {"unread": 0}
        await in_database(news.tell_of_asset, event_type="asset.published", asset=asset)
        heard = await ear.hear()
        assert (heard["type"], heard["topic"]) == ("notification.new", "me")
        assert heard["data"]["kind"] == "asset.ready"
        assert heard["data"]["unread"] == 1


async def test_unsubscribe_and_ping(listening: Listening) -> None:
    asset = await made(AssetFactory)
    async with listening(asset.uploaded_by) as ear:
        await ear.open("library")
        await ear.say(action="unsubscribe", topic="library")
        assert (await ear.hear()) == {"type": "unsubscribed", "topic": "library"}
        await in_database(news.tell_of_asset, event_type="asset.stored", asset=asset)
        assert await ear.hear_nothing()
        await ear.say(action="ping")
        assert (await ear.hear())["type"] == "pong"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_message"),
        ("[]", "invalid_message"),
        ("[" * 4_000, "invalid_message"),
        ("{}", "unknown_action"),
        ('{"action": "shout", "topic": "library"}', "unknown_action"),
        ('{"action": ["subscribe"], "topic": "library"}', "unknown_action"),
        ('{"action": "subscribe", "topic": "\\ud800"}', "unknown_topic"),
        ('{"action": "subscribe"}', "unknown_topic"),
        ('{"action": "subscribe", "topic": "moon"}', "unknown_topic"),
        ('{"action": "subscribe", "topic": "asset:1"}', "unknown_topic"),
        ('{"action": "subscribe", "topic": "library:1"}', "unknown_topic"),
        ('{"action": "subscribe", "topic": "library", "since": "x"}', "invalid_message"),
        ('{"action": "subscribe", "topic": "library", "since": -1}', "invalid_message"),
    ],
)
async def test_nonsense_is_answered_and_the_line_stays(listening: Listening, text: str, code: str) -> None:
    async with listening(await made(UserFactory)) as ear:
        await ear.say_text(text)
        answer = await ear.hear()
        assert (answer["type"], answer["code"]) == ("error", code)
        await ear.say(action="ping")
        assert (await ear.hear())["type"] == "pong"


async def test_too_big_a_message_ends_the_line(listening: Listening) -> None:
    async with listening(await made(UserFactory)) as ear:
        await ear.say_text('{"action": "ping", "x": "' + "é" * 9_000 + '"}')
        assert (await ear.hear())["code"] == "message_too_large"
        assert await ear.closed_with() == 1009


async def test_subscriptions_are_limited(listening: Listening) -> None:
    async with listening(await made(UserFactory), subscriptions=1) as ear:
        assert (await ear.open("library"))["type"] == "snapshot"
        assert (await ear.open("me"))["code"] == "too_many_subscriptions"
        assert (await ear.open("library"))["type"] == "snapshot"


async def test_a_client_that_asks_too_much_waits(listening: Listening) -> None:
    async with listening(await made(UserFactory), messages_at_once=3, messages_per_second=10) as ear:
        began = time.monotonic()
        for _turn in range(8):
            await ear.say(action="ping")
        for _turn in range(8):
            assert (await ear.hear())["type"] == "pong"
        assert time.monotonic() - began >= 0.4


async def test_one_person_has_a_limited_number_of_lines() -> None:
    user = await made(UserFactory)
    app = websocket_door(events_app(Limits(connections=1)))
    communicator: Any = ApplicationCommunicator  # it has no types
    wires = [communicator(app, wire_of(await in_database(session_of, user)).scope) for _line in range(2)]
    for wire in wires:
        await wire.send_input({"type": "websocket.connect"})
        assert (await wire.receive_output(timeout=30))["type"] == "websocket.accept"
    assert await Ear(wires[1]).closed_with() == 1013
    await wires[0].send_input({"type": "websocket.disconnect", "code": 1000})
    for wire in wires:
        await wire.wait(timeout=30)


async def test_nobody_signed_in_is_closed_with_4401() -> None:
    wire = wire_of(None)
    await wire.send_input({"type": "websocket.connect"})
    assert (await wire.receive_output(timeout=30))["type"] == "websocket.accept"
    assert await Ear(wire).closed_with() == SIGN_IN_AGAIN
    await wire.wait(timeout=30)


async def test_a_foreign_page_is_refused() -> None:
    user = await made(UserFactory)
    wire = wire_of(await in_database(session_of, user), headers=((b"origin", b"https://evil.example"),))
    await wire.send_input({"type": "websocket.connect"})
    assert (await wire.receive_output(timeout=30))["type"] == "websocket.close"
    await wire.wait(timeout=30)


async def test_a_bearer_token_serves_as_well() -> None:
    user = await made(UserFactory)
    token = await in_database(lambda: str(AccessToken.for_user(user)))
    wire = wire_of(None, headers=((b"authorization", f"Bearer {token}".encode()),))
    await wire.send_input({"type": "websocket.connect"})
    assert (await wire.receive_output(timeout=30))["type"] == "websocket.accept"
    assert (await Ear(wire).open("me"))["type"] == "snapshot"
    await wire.send_input({"type": "websocket.disconnect", "code": 1000})
    await wire.wait(timeout=30)


async def test_signing_out_ends_the_line(listening: Listening) -> None:
    user = await made(UserFactory)
    async with listening(user, care_seconds=0.2) as ear:
        await ear.open("library")
        await in_database(lambda: Session.objects.all().delete())
        assert await ear.closed_with() == SIGN_IN_AGAIN


async def test_switching_an_account_off_ends_the_line(listening: Listening) -> None:
    user = await made(UserFactory)
    async with listening(user, care_seconds=0.2) as ear:
        await in_database(lambda: User.objects.filter(pk=user.pk).update(is_active=False))
        assert await ear.closed_with() == SIGN_IN_AGAIN


async def test_a_quiet_line_is_pinged(listening: Listening) -> None:
    async with listening(await made(UserFactory), care_seconds=0.2) as ear:
        assert (await ear.hear(pings=True))["type"] == "ping"


async def test_what_redis_lost_is_found_in_the_outbox(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = await made(AssetFactory)
    async with listening(asset.uploaded_by, care_seconds=0.5) as ear:
        await ear.open(f"asset:{asset.pk}")
        with monkeypatch.context() as away:
            away.setattr(broadcast, "_publish", lambda _ready: None)
            await in_database(news.tell_of_asset, event_type="asset.held", asset=asset)
        await in_database(news.tell_of_asset, event_type="asset.published", asset=asset)
        heard = [await ear.hear(), await ear.hear()]
        # The outbox is looked into now and then, at times also before the second of them is told.
        assert {message["type"] for message in heard} == {"asset.published", "asset.held"}
        assert await ear.hear_nothing(0.1)


async def test_what_a_dead_process_left_behind_is_sent_by_the_listeners(listening: Listening) -> None:
    asset = await made(AssetFactory)
    async with listening(asset.uploaded_by, care_seconds=0.3) as ear:
        await ear.open(f"asset:{asset.pk}")
        row = {"type": "asset.held", "asset_id": asset.pk, "topics": [f"asset:{asset.pk}"], "data": {}}
        left = await in_database(lambda: Event.objects.create(**row))
        await in_database(
            lambda: Event.objects.filter(pk=left.pk).update(at=timezone.now() - timedelta(minutes=1))
        )
        assert (await ear.hear())["type"] == "asset.held"
        assert await ear.hear_nothing(0.1)


async def test_a_new_role_widens_the_library(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "_KEPT_SECONDS", 0.0)
    asset = await made(AssetFactory)
    user = await made(UserFactory)
    async with listening(user, care_seconds=0.3) as ear:
        await ear.open("library")
        await in_database(user.set_role, "moderator")
        assert (await ear.hear())["type"] == "snapshot"
        await in_database(news.tell_of_asset, event_type="asset.stored", asset=asset)
        assert (await ear.hear())["data"]["asset_id"] == str(asset.pk)


async def test_a_client_that_does_not_read_is_closed_and_others_are_not_held_up(listening: Listening) -> None:
    asset = await made(AssetFactory)
    key = await in_database(session_of, asset.uploaded_by)
    closed = asyncio.Event()
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def send(message: Any) -> None:
        if message["type"] == "websocket.close":
            closed.set()
        elif "asset.stored" in message.get("text", ""):
            await asyncio.sleep(60)

    scope = wire_of(key).scope
    door = websocket_door(events_app(Limits(send_seconds=0.3)))
    stuck = asyncio.ensure_future(door(scope, said.get, send))
    await said.put({"type": "websocket.connect"})
    await said.put(
        {"type": "websocket.receive", "text": json.dumps({"action": "subscribe", "topic": "library"})}
    )
    async with listening(asset.uploaded_by) as ear:
        await ear.open("library")
        await in_database(news.tell_of_asset, event_type="asset.stored", asset=asset)
        assert (await ear.hear(0.3))["type"] == "asset.stored"
        await asyncio.wait_for(closed.wait(), 15)
        await asyncio.wait_for(stuck, 15)


async def test_without_redis_a_client_is_asked_to_try_later(settings: Any, tmp_path: Any) -> None:
    backend = settings.CHANNEL_LAYERS["default"]["BACKEND"]
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": backend, "CONFIG": {"hosts": [f"unix://{tmp_path}/none"]}}
    }
    wire = wire_of(await in_database(session_of, await made(UserFactory)))
    await wire.send_input({"type": "websocket.connect"})
    assert (await wire.receive_output(timeout=30))["type"] == "websocket.accept"
    assert await Ear(wire).closed_with() == 1013
    await wire.wait(timeout=30)


async def test_a_topic_that_the_database_cannot_open_may_be_asked_for_again(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_wish: Any) -> None:
        raise OperationalError("the server closed the connection")

    async with listening(await made(UserFactory)) as ear:
        with monkeypatch.context() as broken:
            broken.setattr(listening_service, "open_topic", away)
            assert (await ear.open("library"))["code"] == "unavailable"
        assert (await ear.open("library"))["type"] == "snapshot"
