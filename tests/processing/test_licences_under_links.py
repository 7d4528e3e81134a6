"""Every address of an encrypted package asks the same question: whoever may not have a segment has no key either."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from assets import access, delivery
from assets.callers import Visitor
from assets.delivery import standings, tokens
from assets.delivery.tokens import Link
from assets.doors import files
from assets.models import Asset, Variant
from assets.services import links, sharing
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core.doors import App
from processing.models import Package
from processing.services import keys
from tests.asgi import Answer, request
from tests.factories import (
    AssetFactory,
    PackageFactory,
    ShareLinkFactory,
    UserFactory,
    VariantFactory,
    put_file,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_cache")]
PLACES = ("manifest", "segment", "key", "license")


@dataclass
class Set:
    """An encrypted package in the storage, and who watches it."""

    asset: Asset
    package: Package
    manifest: Variant
    viewer: User

    @property
    def kid(self) -> UUID:
        """The id of its key."""
        return self.package.keys.get().kid

    def urls(self) -> dict[str, str]:
        """Every address as the viewer has them."""
        document = links.playback(asset=self.asset, user=self.viewer)
        base = document["hls_url"].rpartition("/")[0]
        uri = keys.hls_key_uri(package_id=self.package.pk, kid=self.kid)
        return {
            "manifest": document["hls_url"],
            "segment": f"{base}/video/1.m4s",
            # Beside the playlist of a stream, where its EXT-X-KEY names it.
            "key": f"{base}/video/{uri}",
            "license": document["license_url"],
        }

    def body(self) -> bytes:
        """What a player sends for a licence."""
        return json.dumps({"kids": [_b64(self.kid.bytes)], "type": "temporary"}).encode()


@pytest.fixture
def app() -> App:
    """A server that remembers nothing of other tests."""
    return files.files_app()


@pytest.fixture
def made() -> Set:
    return _set(visibility="internal")


def _set(**traits: object) -> Set:
    asset = AssetFactory(**({"published": True} | traits))
    package = PackageFactory(asset=asset)
    keys.provide(package=package, labels=["ALL"])
    manifest = VariantFactory(asset=asset, hls=True, content=b"#EXTM3U\n")
    put_file(f"{manifest.storage_key.rpartition('/')[0]}/video/1.m4s", b"segment")
    return Set(asset, package, manifest, UserFactory())


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def ask(app: App, made: Set, name: str, url: str) -> Answer:
    """Ask for one of the addresses as a player does."""
    if name == "license":
        return request(app, "POST", url, body=(made.body(),))
    return request(app, "GET", url)


def statuses(app: App, made: Set, change: Callable[[str], str] = str) -> dict[str, int]:
    """What each address answers, after it was changed."""
    return {name: ask(app, made, name, change(url)).status for name, url in made.urls().items()}


def same(status: int) -> dict[str, int]:
    """The same answer everywhere."""
    return dict.fromkeys(PLACES, status)


def with_token(change: Callable[[Link], Link]) -> Callable[[str], str]:
    """Sign what a token says anew, changed: what nobody but the portal can do."""

    def changed(url: str) -> str:
        _empty, _files, token, rest = url.split("/", 3)
        return f"{tokens.PREFIX}{tokens.sign(change(tokens.read(token)))}/{rest}"

    return changed


def tampered(url: str) -> str:
    """Another token of the same length."""
    _empty, _files, token, rest = url.split("/", 3)
    other = ("B" if token[20] == "A" else "A") + token[21:]
    return f"{tokens.PREFIX}{token[:20]}{other}/{rest}"


# --- Whoever may ----------------------------------------------------------------------------------------------------
def test_who_may_play_has_everything(app: App, made: Set) -> None:
    assert statuses(app, made) == same(200)
    urls, key = made.urls(), keys.opened(made.package)["ALL"]
    answer = ask(app, made, "key", urls["key"])
    assert (answer.body, answer.headers["content-type"]) == (key.key, "application/octet-stream")
    assert answer.headers["cache-control"] == "no-store"
    answer = ask(app, made, "license", urls["license"])
    assert answer.json()["keys"] == [{"kty": "oct", "kid": _b64(key.kid.bytes), "k": _b64(key.key)}]
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_in_particular_plays_what_is_public(app: App) -> None:
    made = _set(visibility="public")
    made.viewer = AnonymousUser()  # type: ignore[assignment]  # whoever watches
    assert statuses(app, made) == same(200)


def test_whoever_came_by_a_share_link_plays_until_it_is_revoked(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _set(visibility="private")
    share = ShareLinkFactory(asset=made.asset)
    made.viewer = Visitor(share)  # type: ignore[assignment]  # whoever watches
    urls = made.urls()
    assert statuses(app, made) == same(200)
    for other in (uuid4(), ShareLinkFactory().pk):
        assert statuses(app, made, with_token(partial(replace, share_id=other))) == same(404)
    sharing.revoke(user=made.asset.uploaded_by, link=share)
    monkeypatch.setattr(standings, "CHECK_SECONDS", 0.0)
    assert {name: ask(app, made, name, url).status for name, url in urls.items()} == same(404)


def test_a_token_that_is_bound_to_an_address_is_good_for_it_alone(app: App, made: Set, settings: Any) -> None:
    settings.LINKS_BOUND_TO_ADDRESS = True
    asked = tokens.asked_from.set("192.0.2.1")
    try:
        urls = made.urls()
        assert {name: ask(app, made, name, url).status for name, url in urls.items()} == same(200)
        tokens.asked_from.set("192.0.2.2")
        assert {name: ask(app, made, name, url).status for name, url in urls.items()} == same(404)
    finally:
        tokens.asked_from.reset(asked)


# --- And whoever may not ----------------------------------------------------------------------------------------------
def test_a_tampered_token(app: App, made: Set) -> None:
    assert statuses(app, made, tampered) == same(404)


def test_an_expired_token(app: App, made: Set) -> None:
    assert statuses(app, made, with_token(lambda link: replace(link, expires=1))) == same(403)


def test_a_token_of_another_asset(app: App, made: Set) -> None:
    other = AssetFactory(published=True)
    assert statuses(app, made, with_token(lambda link: replace(link, asset_id=other.pk))) == same(404)


def test_a_token_of_somebody_who_may_not(app: App, made: Set) -> None:
    Asset.objects.update(visibility="private")
    made.asset.refresh_from_db()
    owner = made.asset.uploaded_by
    stranger = made.viewer
    made.viewer = owner
    assert statuses(app, made) == same(200)
    assert statuses(app, made, with_token(lambda link: replace(link, user_id=stranger.pk))) == same(404)
    assert statuses(app, made, with_token(lambda link: replace(link, user_id=None))) == same(404)
    assert statuses(app, made, with_token(lambda link: replace(link, user_id=uuid4()))) == same(404)


def _end_links_of_asset(made: Set) -> None:
    delivery.revoke_asset_links(asset=Asset.objects.get(pk=made.asset.pk))


def _end_links_of_person(made: Set) -> None:
    delivery.revoke_user_links(user=User.objects.get(pk=made.viewer.pk))


def _block(made: Set) -> None:
    Asset.objects.update(publication="blocked")


def _trash(made: Set) -> None:
    Asset.objects.update(deleted_at="2026-01-01T00:00:00Z")


def _hide(made: Set) -> None:
    Asset.objects.update(visibility="private")


def _close_account(made: Set) -> None:
    User.objects.filter(pk=made.viewer.pk).update(is_active=False)


@pytest.mark.parametrize(
    "revoke", [_end_links_of_asset, _end_links_of_person, _block, _trash, _hide, _close_account]
)
def test_what_is_taken_back_has_stopped_within_seconds(
    app: App, made: Set, monkeypatch: pytest.MonkeyPatch, revoke: Callable[[Set], None]
) -> None:
    urls = made.urls()
    assert {name: ask(app, made, name, url).status for name, url in urls.items()} == same(200)
    revoke(made)
    monkeypatch.setattr(standings, "CHECK_SECONDS", 0.0)
    assert {name: ask(app, made, name, url).status for name, url in urls.items()} == same(404)


# --- Other keys -------------------------------------------------------------------------------------------------------
def test_a_key_that_the_package_does_not_have(app: App, made: Set) -> None:
    url = made.urls()["key"].replace(str(made.kid), str(uuid4()))
    assert request(app, "GET", url).status == 404


def test_keys_of_other_packages(app: App, made: Set) -> None:
    other = _set(visibility="internal")
    own, foreign = made.urls(), other.urls()
    # Another asset's package below our own token, and another package's key in our own package.
    kid = str(made.kid)
    there = keys.hls_key_uri(package_id=other.package.pk, kid=other.kid)
    mixed = keys.hls_key_uri(package_id=made.package.pk, kid=other.kid)
    base = own["manifest"].rpartition("/")[0]
    assert request(app, "GET", f"{base}/video/{there}").status == 404
    assert request(app, "GET", f"{base}/video/{mixed}").status == 404
    assert request(app, "POST", own["license"], body=(other.body(),)).status == 404
    assert request(app, "POST", foreign["license"], body=(made.body(),)).status == 404
    assert kid in own["key"]


def test_keys_of_other_sets_of_the_same_asset(app: App, made: Set) -> None:
    later = PackageFactory(asset=made.asset, prefixes=[f"{asset_folder(made.asset.pk)}/packaging/later"])
    keys.provide(package=later, labels=["ALL"])
    other, base = keys.opened(later)["ALL"], made.urls()["manifest"].rpartition("/")[0]
    uri = keys.hls_key_uri(package_id=later.pk, kid=other.kid)
    wanted = json.dumps({"kids": [_b64(other.kid.bytes)]}).encode()
    licence = f"packages/{later.pk}/license"
    # Neither below the token of the set, nor below that of the licence of the first one.
    own = f"{tokens.PREFIX}{tokens.sign(_link_to(made, f'packages/{made.package.pk}/'))}"
    for place in (base, f"{base}/video", own, f"{own}/packages/{made.package.pk}"):
        assert request(app, "GET", f"{place}/{uri}").status == 404
        assert request(app, "POST", f"{place}/{licence}", body=(wanted,)).status == 404
    # Whoever is given the later one has its keys, and no longer needs the first one's.
    document = links.playback(asset=made.asset, user=made.viewer)
    answer = request(app, "POST", document["license_url"], body=(wanted,))
    assert answer.json()["keys"][0]["k"] == _b64(other.key)
    there = f"{tokens.PREFIX}{tokens.sign(_link_to(made, 'packaging/later/'))}"
    assert request(app, "GET", f"{there}/video/{uri}").body == other.key
    assert ask(app, made, "key", made.urls()["key"]).status == 200, "the one before lives on with its links"


def _link_to(made: Set, scope: str) -> Link:
    """A token for a folder, for whoever watches."""
    return Link(asset_id=made.asset.pk, scope=scope, expires=4_000_000_000, user_id=made.viewer.pk)


def test_a_licences_token_opens_no_file(app: App, made: Set) -> None:
    base = made.urls()["license"].rpartition("/")[0]
    for name in ("master.m3u8", "../cmaf/master.m3u8", "video/1.m4s"):
        assert request(app, "GET", f"{base}/{name}").status == 404


def _kids(made: Set, package: Package) -> bytes:
    """A request for the key of a package."""
    kid = package.keys.get().kid
    return json.dumps({"kids": [_b64(kid.bytes)], "type": "temporary"}).encode()


def test_who_came_by_a_link_with_a_name_has_the_keys_of_its_set_alone(app: App, made: Set) -> None:
    burnt = ShareLinkFactory(asset=made.asset, watermark="burnt", created_by=made.asset.uploaded_by)
    plain = ShareLinkFactory(asset=made.asset, created_by=made.asset.uploaded_by)
    own = PackageFactory(
        asset=made.asset, share=burnt, prefixes=[f"{asset_folder(made.asset.pk)}/marked/one"]
    )
    keys.provide(package=own, labels=["ALL"])
    Asset.objects.filter(pk=made.asset.pk).update(encryption="cbcs")
    asset = Asset.objects.get(pk=made.asset.pk)

    def answered(user: access.Caller, package: Package) -> int:
        url = delivery.place_url(asset, f"packages/{package.pk}/", "license", user=user, seconds=1)
        return request(app, "POST", url, body=(_kids(made, package),)).status

    assert [answered(Visitor(burnt), one) for one in (own, made.package)] == [200, 404]
    assert answered(Visitor(plain), made.package) == answered(made.viewer, made.package) == 200
    document = links.playback(asset=asset, user=Visitor(burnt))
    assert str(own.pk) not in document["license_url"]  # it stands in the token
    assert request(app, "POST", document["license_url"], body=(_kids(made, own),)).status == 200
    # The key of the set of everybody, asked for where the set of the link lies.
    base = document["hls_url"].rpartition("/")[0]
    stolen = keys.hls_key_uri(package_id=made.package.pk, kid=made.kid)
    mine = keys.hls_key_uri(package_id=own.pk, kid=own.keys.get().kid)
    assert [request(app, "GET", f"{base}/video/{uri}").status for uri in (mine, stolen)] == [200, 404]
