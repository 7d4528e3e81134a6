"""The admin over all apps: who comes in, what is found, that nothing moves past the services, and quick lists."""

import json
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analysis.models import Analysis, CollectionSetting, Moment, Order
from assets.models import Asset, Tag
from assets.services.shelves import tag_named
from mediaportal.accounts.models import User
from mediaportal.audit.models import Entry
from mediaportal.audit.services.log import record
from mediaportal.core.ids import new_id
from notifications.services import news
from processing.admin import PresetAdmin
from processing.ffmpeg.ladder import Ladder
from processing.models import ContentKey, Job, Preset, Step
from processing.services import keys
from tests.factories import (
    PASSWORD,
    AssetFactory,
    CollectionFactory,
    GuestLinkFactory,
    PackageFactory,
    ShareLinkFactory,
    UploadSessionFactory,
    UserFactory,
    VariantFactory,
)
from tests.notifications.conftest import job_of

pytestmark = pytest.mark.django_db
LISTS = [
    "accounts_user",
    "audit_entry",
    "assets_asset",
    "assets_uploadsession",
    "assets_collection",
    "assets_tag",
    "assets_guestlink",
    "assets_sharelink",
    "processing_job",
    "processing_step",
    "processing_preset",
    "processing_package",
    "analysis_order",
    "analysis_analysis",
    "analysis_moment",
    "analysis_collectionsetting",
    "notifications_event",
    "notifications_notification",
]


def list_url(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def page_of(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def signed_in(client: Client, role: str = "administrator", **fields: Any) -> User:
    user = UserFactory(role=role, **fields)
    client.force_login(user)
    return user


def lived_in() -> Job:
    """An asset with everything that can hang on it."""
    session = UploadSessionFactory()
    asset = AssetFactory(failed=True, passed_gate=True, title="<b>Harbour</b>", uploaded_by=session.user)
    session.status, session.asset = "accepted", asset
    session.save()
    VariantFactory(asset=asset)
    GuestLinkFactory(title="<b>Festival</b>")
    ShareLinkFactory(title="<b>Client</b>", asset=asset)
    collection = CollectionFactory(parent=CollectionFactory())
    asset.collections.add(collection)
    CollectionSetting.objects.create(collection=collection, types=["shots"])
    order = Order.objects.create(asset=asset, types=["text"])
    analysis = Analysis.objects.create(order=order, asset=asset, type="text", status="completed")
    Moment.objects.create(
        asset=asset, analysis=analysis, kind="text", start=1.0, end=2.0, text="<b>Exit</b>", confidence=0.9
    )
    asset.tags.add(tag_named(f"tag {asset.pk}"))
    job = job_of(asset, status="failed", error_code="processing_failed", error_detail="It is broken.")
    Step.objects.filter(job=job, name="probe").update(
        status="failed",
        error_code="processing_failed",
        error_detail="It is broken.",
        log="ffprobe: <moov> not found",
    )
    keys.provide(package=PackageFactory(asset=asset, job=job), labels=["SD", "AUDIO"])
    news.tell_of_job(job=job, durable=True)
    record(action="asset.uploaded", target=asset, actor=asset.uploaded_by)
    return job


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("viewer", False),
        ("contributor", False),
        ("moderator", False),
        ("manager", True),
        ("administrator", True),
    ],
)
def test_the_role_opens_the_admin(client: Client, role: str, expected: bool) -> None:
    user = signed_in(client, role)
    assert user.is_staff is expected
    assert (client.get(reverse("admin:index")).status_code == 200) is expected
    user.set_role("viewer")
    assert user.is_staff is False
    assert client.get(reverse("admin:index")).status_code != 200


def test_a_superuser_stays_staff_whatever_the_role() -> None:
    user = User.objects.create_superuser("root@example.org", PASSWORD)
    user.set_role("viewer")
    assert user.is_staff


def test_managers_see_work_but_not_people(client: Client) -> None:
    signed_in(client, "manager")
    for name in LISTS:
        hidden = name in {"accounts_user", "notifications_event", "notifications_notification"}
        assert client.get(list_url(name)).status_code == (403 if hidden else 200), name


def test_nobody_signed_in_comes_to_the_portals_own_sign_in(client: Client) -> None:
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("sign-in"))
    signed_in(client, "viewer")
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_lists_do_not_ask_more_for_more_rows(client: Client, name: str) -> None:
    signed_in(client, is_superuser=True)
    lived_in()
    client.get(list_url(name))  # content types and the like are remembered from now on
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get(list_url(name)).status_code == 200
    for _row in range(3):
        lived_in()
    with CaptureQueriesContext(connection) as many:
        assert client.get(list_url(name)).status_code == 200
    assert len(many) <= len(one) + (1 if name == "accounts_user" else 0)
    assert "<b>Harbour</b>" not in client.get(list_url(name)).content.decode()


def test_an_asset_is_found_by_anything_that_an_operator_has(client: Client) -> None:
    signed_in(client)
    job = lived_in()
    other = AssetFactory(title="Elsewhere")
    asset = job.asset
    variant, upload = asset.variants.get(), asset.upload
    words = [
        asset.pk,
        job.pk,
        variant.pk,
        upload.pk,
        asset.uploaded_by_id,
        "Harbour",
        asset.original_filename,
    ]
    words += [asset.uploaded_by.email, asset.sha256, asset.sha256[:12], "corrupt_media"]
    for word in words:
        page = client.get(list_url("assets_asset"), {"q": str(word)}).content.decode()
        assert str(asset.pk) in page, word
        assert str(other.pk) not in page, word
    assert "Harbour" not in client.get(list_url("assets_asset"), {"q": str(new_id())}).content.decode()


def test_the_page_of_an_asset_shows_files_jobs_and_why_a_step_failed(client: Client) -> None:
    signed_in(client)
    job = lived_in()
    with CaptureQueriesContext(connection) as few:
        page = client.get(page_of(job.asset)).content.decode()
    assert "/files/" in page
    assert "It is broken." in page
    assert "ffprobe: &lt;moov&gt; not found" in page
    assert "&lt;b&gt;Harbour" in page and "<b>Harbour" not in page
    for _variant in range(4):
        VariantFactory(asset=job.asset, filename=f"{new_id()}.mp4")
    with CaptureQueriesContext(connection) as many:
        client.get(page_of(job.asset))
    assert len(many) <= len(few)


def test_files_that_the_gate_has_not_passed_have_no_link(client: Client) -> None:
    signed_in(client)
    variant = VariantFactory(asset=AssetFactory())
    assert "/files/" not in client.get(page_of(variant.asset)).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_every_page_opens(client: Client, name: str) -> None:
    signed_in(client, is_superuser=True)
    lived_in()
    model = next(m for m in admin.site._registry if f"{m._meta.app_label}_{m._meta.model_name}" == name)
    row = model._default_manager.first()
    assert client.get(page_of(row)).status_code == 200


def test_words_change_by_the_service_and_are_written_down(client: Client) -> None:
    signed_in(client, "manager")
    asset = AssetFactory(published=True)
    form = {"title": "New title", "description": "", "visibility": "public", "age_rating": "all"}
    form |= {"allow_download": ""}
    inlines = {
        f"{name}-{end}": "0"
        for name in ("variants", "captions", "upload", "jobs")
        for end in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    answer = client.post(page_of(asset), form | inlines | {"publication": "blocked"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    asset.refresh_from_db()
    assert (asset.title, asset.visibility, asset.publication) == ("New title", "public", "published")
    assert not asset.allow_download
    assert Entry.objects.get(action="asset.edited").detail["fields"] == [
        "allow_download",
        "title",
        "visibility",
    ]


def test_trash_and_back(client: Client) -> None:
    signed_in(client, "manager")
    asset = AssetFactory(published=True)
    chosen = {"_selected_action": [str(asset.pk)]}
    client.post(list_url("assets_asset"), {"action": "to_trash", **chosen})
    assert Asset.objects.get().deleted_at is not None
    client.post(list_url("assets_asset"), {"action": "out_of_trash", **chosen})
    assert Asset.objects.get().deleted_at is None


def test_jobs_are_told_to_go_on_or_stop_and_say_when_they_cannot(client: Client) -> None:
    signed_in(client, "manager")
    job = lived_in()
    chosen = {"_selected_action": [str(job.pk)]}
    client.post(list_url("processing_job"), {"action": "retry", **chosen})
    assert Job.objects.get().status == "pending"
    answer = client.post(list_url("processing_job"), {"action": "retry", **chosen}, follow=True)
    assert Job.objects.get().status == "pending"
    assert b"Harbour" in answer.content
    client.post(list_url("processing_job"), {"action": "cancel", **chosen})
    assert Job.objects.get().status == "cancelled"


@pytest.mark.parametrize(
    "name",
    ["processing_job", "processing_step", "processing_package", "audit_entry", "notifications_event"],
)
def test_statuses_and_logs_cannot_be_edited(client: Client, name: str) -> None:
    signed_in(client, is_superuser=True)
    lived_in()
    model = next(m for m in admin.site._registry if f"{m._meta.app_label}_{m._meta.model_name}" == name)
    row = model._default_manager.first()
    assert row is not None
    assert client.post(page_of(row), {"status": "completed", "action": "x"}).status_code == 403
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_a_package_is_found_by_a_key_and_shows_its_id_alone(client: Client) -> None:
    signed_in(client, "manager")
    lived_in()
    key = ContentKey.objects.filter(label="SD").get()
    found = client.get(list_url("processing_package"), {"q": str(key.kid)}).content.decode()
    assert found.count(page_of(key.package)) >= 1
    assert "Harbour" not in client.get(list_url("processing_package"), {"q": str(new_id())}).content.decode()
    page = client.get(page_of(key.package)).content.decode()
    assert str(key.kid) in page and "AUDIO" in page
    assert keys.opened(key.package)["SD"].key.hex() not in page
    assert bytes(key.sealed).hex() not in page


def test_collections_and_tags_change_by_their_services(client: Client) -> None:
    manager = signed_in(client, "manager")
    top, shelf = CollectionFactory(name="Top"), CollectionFactory(name="Events")
    CollectionFactory(name="Inside", parent=shelf)
    form = {"name": "Feasts", "parent": str(top.pk)}
    assert client.post(page_of(shelf), form).status_code == 302
    shelf.refresh_from_db()
    assert (shelf.name, shelf.parent) == ("Feasts", top)
    answer = client.post(page_of(top), {"name": "Top", "parent": str(shelf.pk)})
    assert b"cannot be moved into itself" in answer.content
    tag = tag_named("sea")
    tag_named("harbour")
    assert client.post(page_of(tag), {"name": "ocean"}).status_code == 302
    assert b"tag" in client.post(page_of(tag), {"name": "HARBOUR"}).content
    client.post(reverse("admin:assets_tag_delete", args=[tag.pk]), {"post": "yes"})
    assert list(Tag.objects.values_list("name", flat=True)) == ["harbour"]
    acts = Entry.objects.filter(actor=manager).order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["collection.changed", "tag.renamed", "tag.deleted"]
    assert client.get(reverse("admin:assets_collection_add")).status_code == 403


def test_jobs_by_queue(client: Client) -> None:
    signed_in(client)
    lived_in()
    found = client.get(list_url("processing_job"), {"queue": "ingest"}).content.decode()
    assert "Harbour" in found
    assert "Harbour" not in client.get(list_url("processing_job"), {"queue": "analysis"}).content.decode()


def test_a_recipe_that_no_job_could_follow_is_refused(client: Client) -> None:
    signed_in(client, "manager")
    preset = Preset.objects.get(is_default=True)
    answer = client.post(page_of(preset), {"title": "T", "description": "", "recipe": '{"levels": 5}'})
    assert answer.status_code == 200
    assert b"The recipe does not have the form of a ladder" in answer.content
    second = Preset.objects.exclude(pk=preset.pk).first()
    assert second is not None
    client.post(list_url("processing_preset"), {"action": "make_default", "_selected_action": [second.pk]})
    assert list(Preset.objects.filter(is_default=True)) == [second]


def test_presets_are_made_changed_and_deleted_by_the_services(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = signed_in(client, "manager")
    level = {"name": "360p", "width": 640, "height": 360, "max_rate": 750_000, "max_rate_fast": 1_125_000}
    said = {"slug": "own", "title": "Own", "description": "", "recipe": json.dumps({"levels": [level]})}
    assert client.post(reverse("admin:processing_preset_add"), said).status_code == 302
    made = Preset.objects.get(slug="own")
    # As jobs read it: with everything that was not said.
    assert made.recipe == Ladder.from_data({"levels": [level]}).as_data() != {"levels": [level]}
    said |= {"title": "Mine", "recipe": json.dumps(made.recipe)}
    assert client.post(page_of(made), said).status_code == 302
    assert Preset.objects.get(slug="own").title == "Mine"
    default = Preset.objects.get(is_default=True)
    # It has become the default after the page was opened.
    monkeypatch.setattr(PresetAdmin, "has_delete_permission", lambda *_: True)
    for preset in (default, made):
        gone = client.post(reverse("admin:processing_preset_delete", args=[preset.pk]), {"post": "yes"})
        assert gone.status_code == 302
    assert Preset.objects.filter(is_default=True).get() == default
    assert not Preset.objects.filter(slug="own").exists()
    acts = Entry.objects.filter(actor=manager).order_by("pk").values_list("action", "detail")
    assert list(acts) == [
        ("preset.made", {"name": "own"}),
        ("preset.changed", {"fields": ["title"]}),
        ("preset.deleted", {"name": "own"}),
    ]


def test_people_and_roles(client: Client) -> None:
    asking = signed_in(client)
    client.post(
        reverse("admin:accounts_user_add"),
        {
            "email": "New@example.org",
            "name": "N",
            "language": "ar",
            "role": "moderator",
            "usable_password": "true",
            "password1": "a long enough one",
            "password2": "a long enough one",
        },
    )
    user = User.objects.get(email__iexact="new@example.org")
    assert (user.role, user.is_staff) == ("moderator", False)
    form = {"email": user.email, "name": "N", "language": "ar", "role": "manager", "is_active": "on"}
    form |= {"age_limit": "18"}
    assert client.post(page_of(user), form).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.role, user.is_staff) == ("manager", True)
    assert Entry.objects.get(action="user.role_changed").actor == asking
    own = {"email": asking.email, "name": "x", "language": "en", "role": "viewer", "is_active": "on"}
    assert b"cannot change your own role" in client.post(page_of(asking), own).content
    own |= {"role": "administrator"}
    own.pop("is_active")
    assert b"cannot switch off your own account" in client.post(page_of(asking), own).content


def test_a_person_is_given_another_room(client: Client) -> None:
    signed_in(client)
    user = UserFactory()
    form = {"email": user.email, "name": "N", "language": "en", "role": "contributor", "is_active": "on"}
    form |= {"age_limit": "18"}
    client.post(page_of(user), form | {"quota_bytes": "5000"})
    user.refresh_from_db()
    assert user.quota_bytes == 5000
    assert Entry.objects.get(action="user.quota_changed").detail == {"before": None, "after": 5000}
    client.post(page_of(user), form)
    user.refresh_from_db()
    assert user.quota_bytes is None


def test_an_administrator_cannot_touch_a_superuser_or_become_one(client: Client) -> None:
    asking = signed_in(client)
    root = User.objects.create_superuser("root@example.org", PASSWORD)
    form = {"email": root.email, "name": "x", "language": "en", "role": "viewer", "is_active": "on"}
    assert client.post(page_of(root), form).status_code == 403
    new = {"password1": "hacked by mallory", "password2": "hacked by mallory"}
    assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), new).status_code == 403
    assert (
        client.post(reverse("admin:accounts_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403
    )
    own = {"email": asking.email, "name": "x", "language": "en", "role": "administrator", "is_active": "on"}
    client.post(page_of(asking), own | {"is_superuser": "on", "is_staff": "on"})
    asking.refresh_from_db()
    root.refresh_from_db()
    assert (asking.is_superuser, root.is_superuser, root.check_password(PASSWORD)) == (False, True, True)


def test_only_the_admin_has_the_looser_policy(client: Client) -> None:
    signed_in(client)
    assert "'unsafe-eval'" in client.get(reverse("admin:index")).headers["Content-Security-Policy"]
    for url in (reverse("library"), reverse("bell"), "/api/v1/me/"):
        assert "unsafe-eval" not in client.get(url).headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_secret_in_an_imports_address_is_not_shown(client: Client) -> None:
    signed_in(client)
    session = UploadSessionFactory(source="url", origin="https://films.example/sea.mp4?signature=s3cr3t")
    page = client.get(page_of(session)).content.decode()
    assert "https://films.example/sea.mp4" in page
    assert "s3cr3t" not in page
