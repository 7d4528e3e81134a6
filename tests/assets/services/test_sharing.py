"""Share links are made, changed and revoked by those who may change the asset, and written down."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.utils import timezone

from assets.models import ShareLink
from assets.services import sharing
from mediaportal.audit.models import Entry
from mediaportal.core.problems import Conflict, InvalidInput, NotPermitted
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory

pytestmark = pytest.mark.django_db


def acts() -> list[tuple[str, str, dict[str, Any]]]:
    """What was written down, on what."""
    return [(entry.action, entry.object_id, entry.detail) for entry in Entry.objects.order_by("pk")]


def test_an_owner_makes_a_link() -> None:
    asset, ends = AssetFactory(published=True), timezone.now() + timedelta(days=3)
    link = sharing.make(
        user=asset.uploaded_by,
        asset=asset,
        title=" Mona\0 &  sons ",
        password="let me in",
        expires_at=ends,
        watermark="overlay",
    )
    link.refresh_from_db()
    assert (link.title, link.expires_at, link.created_by, link.watermark) == (
        "Mona & sons",
        ends,
        asset.uploaded_by,
        "overlay",
    )
    assert "let me in" not in link.password
    assert check_password("let me in", link.password)
    assert acts() == [("share_link.made", str(asset.pk), {"title": "Mona & sons"})]
    assert sharing.path_of(link) == f"/s/{link.pk}/"


def test_the_secret_is_not_written_down() -> None:
    link = ShareLinkFactory()
    owner = link.created_by
    sharing.change(user=owner, link=link, password="secret word")
    sharing.revoke(user=owner, link=link)
    made = sharing.make(user=owner, asset=link.asset)
    kept = str([(entry.object_id, entry.detail) for entry in Entry.objects.all()])
    assert not any(word in kept for word in (str(link.pk), str(made.pk), "secret word"))


@pytest.mark.parametrize("role", ["viewer", "contributor", "moderator"])
def test_others_may_not(role: str) -> None:
    link, user = ShareLinkFactory(asset__visibility="internal"), UserFactory(role=role)
    with pytest.raises(NotPermitted):
        sharing.make(user=user, asset=link.asset)
    with pytest.raises(NotPermitted):
        sharing.change(user=user, link=link, title="x")
    with pytest.raises(NotPermitted):
        sharing.revoke(user=user, link=link)
    assert ShareLink.objects.count() == 1


def test_who_manages_all_shares_all() -> None:
    asset, manager = AssetFactory(published=True), UserFactory(role="manager")
    assert sharing.make(user=manager, asset=asset).created_by == manager


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({"title": "x" * 121, "password": "short"}, {"title", "password"}),
        ({"password": "x" * 129}, {"password"}),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, {"expires_at"}),
        ({"watermark": "burnt"}, {"watermark_text"}),
        ({"watermark": "burnt", "title": "名前"}, {"watermark_text"}),
        ({"watermark": "smoke"}, {"watermark"}),
        ({"watermark": "overlay"}, {"watermark_text"}),
        ({"watermark": "overlay", "title": "x", "allow_download": True}, {"allow_download"}),
    ],
)
def test_what_is_not_good_is_told_by_field(wanted: dict[str, Any], fields: set[str]) -> None:
    asset = AssetFactory(published=True)
    with pytest.raises(InvalidInput) as caught:
        sharing.make(user=asset.uploaded_by, asset=asset, **wanted)
    assert {error.field for error in caught.value.errors} == fields
    assert not ShareLink.objects.exists()


def test_facts_must_agree_after_a_change_too() -> None:
    link = ShareLinkFactory(allow_download=True)
    with pytest.raises(InvalidInput):
        sharing.change(user=link.created_by, link=link, watermark="overlay")
    sharing.change(user=link.created_by, link=link, watermark="overlay", allow_download=False)
    assert (link.watermark, link.allow_download) == ("overlay", False)


@pytest.mark.parametrize(
    ("wanted", "ends"),
    [
        ({"title": "Other"}, False),
        ({"allow_download": True}, False),
        ({"password": "another one"}, True),
        ({"password": ""}, True),
        ({"watermark": "overlay"}, True),
        ({"title": "Client"}, False),
    ],
)
def test_a_change_ends_what_was_given_out_where_it_must(wanted: dict[str, Any], ends: bool) -> None:
    link = ShareLinkFactory(title="Client", password="hashed")
    sharing.change(user=link.created_by, link=link, **wanted)
    assert link.link_epoch == int(ends)


def test_changing_nothing_is_not_written_down() -> None:
    link = ShareLinkFactory()
    sharing.change(user=link.created_by, link=link, title=link.title, allow_download=False)
    assert acts() == []


def test_a_change_is_written_down() -> None:
    link = ShareLinkFactory(title="Client")
    sharing.change(user=link.created_by, link=link, allow_download=True, password="secret word")
    detail = {"title": "Client", "fields": ["allow_download", "password"]}
    assert acts() == [("share_link.changed", str(link.asset_id), detail)]


def test_revoking_is_for_good() -> None:
    link = ShareLinkFactory(title="Client")
    for _time in range(2):
        sharing.revoke(user=link.created_by, link=link)
    assert link.revoked_at is not None and link.link_epoch == 1
    assert acts() == [("share_link.revoked", str(link.asset_id), {"title": "Client"})]
    with pytest.raises(Conflict):
        sharing.change(user=link.created_by, link=link, title="Other")


def test_how_a_link_stands() -> None:
    assert sharing.standing_of(ShareLinkFactory()).code == "open"
    assert sharing.standing_of(ShareLinkFactory(expired=True)).code == "expired"
    assert sharing.standing_of(ShareLinkFactory(revoked=True, expired=True)).code == "revoked"
    assert sharing.standing_of(ShareLinkFactory(asset=AssetFactory())).code == "waiting"
    gone = ShareLinkFactory(created_by=UserFactory(role="manager", inactive=True))
    assert sharing.standing_of(gone).code == "revoked"


def test_who_finds_which_links() -> None:
    link = ShareLinkFactory()
    seen = ShareLink.objects.visible_to
    assert list(seen(link.created_by)) == [link]
    assert list(seen(UserFactory(role="manager"))) == [link]
    assert not seen(UserFactory(role="moderator")).exists()
    link.asset.deleted_at = timezone.now()
    link.asset.save()
    assert not seen(link.created_by).exists()
