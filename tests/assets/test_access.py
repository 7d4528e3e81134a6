"""Who may see, change and play an asset; the list form must agree with the rule for one."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import access
from assets.access import Visitor
from assets.models import Asset, ShareLink
from assets.services import links
from mediaportal.accounts.models import User
from mediaportal.accounts.roles import Role
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db

STATES = {
    "in work": {},
    "published private": {"published": True, "visibility": "private"},
    "published internal": {"published": True, "visibility": "internal"},
    "published public": {"published": True, "visibility": "public"},
    "failed public": {"failed": True, "visibility": "public"},
    "blocked public": {"blocked": True, "visibility": "public"},
    "trashed public": {"published": True, "visibility": "public", "trashed": True},
}
# caller -> the states that it may see
SEEN = {
    "anonymous": {"published public"},
    "inactive": {"published public"},
    "viewer": {"published internal", "published public"},
    "contributor": {"published internal", "published public"},
    "owner": set(STATES) - {"trashed public"},
    "moderator": set(STATES) - {"trashed public"},
    "manager": set(STATES) - {"trashed public"},
}


def caller(name: str, owner: User) -> access.Caller:
    """The person of a row of the table."""
    if name == "anonymous":
        return AnonymousUser()
    if name == "owner":
        return owner
    if name == "inactive":
        return UserFactory(inactive=True, role="manager")
    return UserFactory(role=name)


@pytest.mark.parametrize("name", SEEN)
def test_seeing_one_agrees_with_the_list(name: str) -> None:
    owner = UserFactory()
    made = {state: AssetFactory(uploaded_by=owner, **traits) for state, traits in STATES.items()}
    user = caller(name, owner)
    assert {state for state, asset in made.items() if access.can_see(user, asset)} == SEEN[name]
    listed = set(Asset.objects.visible_to(user).values_list("pk", flat=True))
    assert {state for state, asset in made.items() if asset.pk in listed} == SEEN[name]


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("anonymous", False),
        ("inactive", False),
        ("viewer", False),
        ("contributor", False),
        ("moderator", False),
        ("owner", True),
        ("manager", True),
        ("administrator", True),
    ],
)
def test_changing(name: str, may: bool) -> None:
    owner = UserFactory()
    asset = AssetFactory(uploaded_by=owner, published=True)
    assert access.can_change(caller(name, owner), asset) is may


def test_nothing_plays_before_the_gate_has_passed_it() -> None:
    asset = AssetFactory()
    assert not access.can_play(asset.uploaded_by, asset)
    asset = AssetFactory(scan_verdict="unscanned")
    assert not access.can_play(asset.uploaded_by, asset)
    asset = AssetFactory(passed_gate=True)
    assert access.can_play(asset.uploaded_by, asset)


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("contributor", True), ("administrator", True)])
def test_uploading(role: str, may: bool) -> None:
    assert access.can_upload(UserFactory(role=role)) is may
    assert not access.can_upload(UserFactory(role=role, inactive=True))
    assert not access.can_upload(AnonymousUser())


# --- Visitors -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asset_is", "link_is", "sees"),
    [
        ({"published": True, "visibility": "private"}, {}, True),
        ({"published": True, "visibility": "public"}, {}, True),
        ({"published": True}, {"expired": True}, False),
        ({"published": True}, {"revoked": True}, False),
        ({"passed_gate": True}, {}, False),
        ({"blocked": True}, {}, False),
        ({"published": True, "trashed": True}, {}, False),
    ],
)
def test_a_visitor_sees_the_one_asset_of_an_open_link(
    asset_is: dict[str, Any], link_is: dict[str, Any], sees: bool
) -> None:
    asset = AssetFactory(**asset_is)
    visitor = Visitor(ShareLinkFactory(asset=asset, **link_is))
    assert access.can_see(visitor, asset) is sees
    assert access.can_play(visitor, asset) is sees
    assert Asset.objects.visible_to(visitor).filter(pk=asset.pk).exists() is sees
    assert not access.can_change(visitor, asset)


def test_a_visitor_whose_name_is_in_the_pictures_has_no_file_without_it() -> None:
    asset = AssetFactory(published=True, visibility="private")
    burnt, plain = (Visitor(ShareLinkFactory(asset=asset, watermark=one)) for one in ("burnt", "overlay"))
    assert access.can_play(burnt, asset) and access.bears_name(burnt)
    assert not access.can_have_plain(burnt, asset) and access.can_have_plain(plain, asset)
    assert not access.bears_name(plain) and not access.bears_name(asset.uploaded_by)
    # Not even where somebody has written down that it may be kept.
    burnt.link.allow_download = True
    assert not access.can_download(burnt, asset)


def test_a_visitor_sees_nothing_else() -> None:
    link = ShareLinkFactory()
    others = [
        AssetFactory(published=True, uploaded_by=link.created_by),
        AssetFactory(published=True, visibility="public"),
    ]
    visitor = Visitor(link)
    assert list(Asset.objects.visible_to(visitor)) == [link.asset]
    assert not any(access.can_see(visitor, other) for other in others)


@pytest.mark.parametrize("what", ["inactive", "sees it no more"])
def test_a_link_is_worth_what_its_maker_may(what: str) -> None:
    maker = UserFactory(role="manager")
    link = ShareLinkFactory(created_by=maker)
    assert access.can_see(Visitor(link), link.asset)
    if what == "inactive":
        maker.is_active = False
        maker.save()
    else:
        maker.set_role(Role.VIEWER)
    link = ShareLink.objects.select_related("created_by").get(pk=link.pk)
    assert not access.can_see(Visitor(link), link.asset)
    assert not Asset.objects.visible_to(Visitor(link)).exists()


@pytest.mark.parametrize(
    ("name", "on", "off"),
    [
        ("anonymous", True, False),
        ("viewer", True, False),
        ("moderator", True, False),
        ("owner", True, True),
        ("manager", True, True),
    ],
)
def test_downloading(name: str, on: bool, off: bool) -> None:
    owner = UserFactory()
    user = caller(name, owner)
    for allowed, may in ((True, on), (False, off)):
        asset = AssetFactory(published=True, visibility="public", uploaded_by=owner, allow_download=allowed)
        assert access.can_download(user, asset) is may
    assert not access.can_download(user, AssetFactory(uploaded_by=owner))


@pytest.mark.parametrize(("asset", "link"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_visitor_keeps_a_copy_where_asset_and_link_say_so(asset: bool, link: bool) -> None:
    shared = ShareLinkFactory(asset__allow_download=asset, allow_download=link)
    assert access.can_download(Visitor(shared), shared.asset) is (asset and link)


@pytest.mark.parametrize(
    ("name", "may"), [("viewer", False), ("moderator", False), ("owner", True), ("manager", True)]
)
def test_sharing(name: str, may: bool) -> None:
    owner = UserFactory()
    asset = AssetFactory(uploaded_by=owner, published=True)
    assert access.can_share(caller(name, owner), asset) is may
    assert not access.can_share(Visitor(ShareLinkFactory(asset=asset)), asset)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("anonymous", False),
        ("viewer", False),
        ("contributor", False),
        ("moderator", False),
        ("owner", True),
        ("manager", True),
    ],
)
@pytest.mark.parametrize("encryption", ["", "cbcs", "cenc"])
def test_what_plays_without_a_key_is_for_those_alone_who_may_change_it_when_it_is_encrypted(
    name: str, plain: bool, encryption: str
) -> None:
    asset = AssetFactory(published=True, visibility="public", encryption=encryption)
    user = caller(name, asset.uploaded_by)
    assert access.can_play(user, asset)
    assert access.can_have_plain(user, asset) == (plain or not encryption)
    assert access.can_download(user, asset) == (plain or not encryption)
    for kind in ("rendition", "audio_only", "derived"):
        variant = VariantFactory.build(asset=asset, variant_type=kind)
        assert bool(links.variant_url(variant=variant, user=user)) == (plain or not encryption)
    preview = VariantFactory.build(asset=asset, variant_type="preview", format="webp")
    assert access.can_have_picture(user, preview) == (plain or not encryption)
    for other in ("poster", "thumbnail", "hls", "dash"):
        assert links.variant_url(variant=VariantFactory.build(asset=asset, **{other: True}), user=user)


def test_a_visitor_has_the_stream_of_what_is_encrypted() -> None:
    asset = AssetFactory(published=True, encryption="cbcs")
    visitor = Visitor(ShareLinkFactory(asset=asset, created_by=asset.uploaded_by, allow_download=True))
    assert access.can_play(visitor, asset)
    assert not access.can_have_plain(visitor, asset) and not access.can_download(visitor, asset)


KINDS = ("poster", "thumbnail", "storyboard", "preview")


@pytest.mark.parametrize(
    ("setting", "given"),
    [("all", KINDS[:3]), ("poster", KINDS[:2]), ("none", ())],
)
def test_the_pictures_of_what_is_encrypted_are_given_as_the_installation_says(
    setting: str, given: tuple[str, ...], settings: Any
) -> None:
    settings.ENCRYPTED_STILLS = setting
    asset = AssetFactory(published=True, visibility="public", encryption="cbcs")
    pictures = [VariantFactory.build(asset=asset, variant_type=kind) for kind in KINDS]
    stream = VariantFactory.build(asset=asset, hls=True)
    for name in ("anonymous", "viewer", "moderator"):
        seen = access.shown(caller(name, asset.uploaded_by), [*pictures, stream])
        assert tuple(one.variant_type for one in seen) == (*given, "manifest")
        for picture in pictures:
            link = links.variant_url(variant=picture, user=caller(name, asset.uploaded_by))
            assert bool(link) == (picture.variant_type in given)
    for name in ("owner", "manager"):
        assert access.shown(caller(name, asset.uploaded_by), pictures) == pictures
    clear = AssetFactory(published=True, visibility="public")
    pictures = [VariantFactory.build(asset=clear, variant_type=kind) for kind in KINDS]
    assert access.shown(AnonymousUser(), pictures) == pictures


def test_a_poster_that_was_chosen_is_seen_whatever_the_installation_says(settings: Any) -> None:
    settings.ENCRYPTED_STILLS = "none"
    asset = AssetFactory(published=True, visibility="public", encryption="cbcs")
    chosen = VariantFactory.build(asset=asset, poster=True, detail={"chosen": "picture"})
    assert access.can_have_picture(AnonymousUser(), chosen)
    hidden = AssetFactory(encryption="cbcs")
    secret = VariantFactory.build(asset=hidden, poster=True, detail={"chosen": "picture"})
    assert not access.can_have_picture(AnonymousUser(), secret)
