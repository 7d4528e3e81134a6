"""Age ratings: what owners declare, what decisions impose, and that list and single rule agree on who sees what."""

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from assets import access
from assets.access import Visitor
from assets.models import Asset
from assets.services import library, wishes
from assets.services.browse import Filters, browse
from assets.services.restrictions import restrictions
from mediaportal.accounts.ages import AgeRating, rank
from mediaportal.audit.models import Entry
from mediaportal.core.problems import InvalidInput
from tests.factories import AssetFactory, ShareLinkFactory, UserFactory
from tests.processing.api.test_views import signed_in

pytestmark = pytest.mark.django_db
RATINGS = list(AgeRating.values)
CAPS = ["", "internal", "private"]
SEEN = ["private", "internal", "public"]


def stock() -> dict[Any, Asset]:
    """A published asset of every visibility, cap, and pair of ratings."""
    owner = UserFactory()
    return {
        (visibility, cap, declared, imposed): AssetFactory(
            published=True,
            uploaded_by=owner,
            visibility=visibility,
            visibility_cap=cap,
            age_rating=declared,
            imposed_rating=imposed,
        )
        for visibility, cap, declared, imposed in product(SEEN, CAPS, RATINGS, ["all", "12", "18"])
    }


def agree(user: Any, made: dict[Any, Asset]) -> set[Any]:
    """Which of them somebody sees, by the rule for one and by that for a list alike."""
    listed = set(Asset.objects.visible_to(user).values_list("pk", flat=True))
    by_list = {key for key, asset in made.items() if asset.pk in listed}
    assert by_list == {key for key, asset in made.items() if access.can_see(user, asset)}
    return by_list


def test_everybody_sees_by_list_what_they_see_one_by_one(settings: Any) -> None:
    made = stock()
    owner = next(iter(made.values())).uploaded_by
    for limit in RATINGS:
        viewer = UserFactory(role="viewer", age_limit=limit)
        seen = agree(viewer, made)
        assert {(d, i) for _v, _c, d, i in seen} == {
            (d, i) for d, i in product(RATINGS, ["all", "12", "18"]) if max(rank(d), rank(i)) <= rank(limit)
        }
        assert {(v, c) for v, c, _d, _i in seen} == set(product(["internal", "public"], ["", "internal"]))
        assert len(agree(UserFactory(role="moderator", age_limit=limit), made)) == len(made)
        settings.PUBLIC_AGE_LIMIT = limit
        strangers = agree(AnonymousUser(), made)
        assert {(v, c) for v, c, _d, _i in strangers} == {("public", "")}
        assert {max(rank(d), rank(i)) for _v, _c, d, i in strangers} == set(range(rank(limit) + 1))
    owner.age_limit = "all"
    owner.save()
    assert len(agree(owner, made)) == len(made)


def test_visitors_with_links_see_what_strangers_of_that_age_may(settings: Any) -> None:
    made = stock()
    links = {key: ShareLinkFactory(asset=asset) for key, asset in made.items() if key[0] != "internal"}
    for limit in ("all", "12", "18"):
        settings.PUBLIC_AGE_LIMIT = limit
        for key, link in links.items():
            _visibility, cap, declared, imposed = key
            fit = cap == "" and max(rank(declared), rank(imposed)) <= rank(limit)
            assert agree(Visitor(link), {key: made[key]}) == ({key} if fit else set())


def test_search_and_moments_tell_nothing_more() -> None:
    asset = AssetFactory(published=True, title="Harbour", age_rating="18", kind="video")
    young = UserFactory(role="viewer", age_limit="16")
    found = browse(user=young, filters=Filters.from_query({"q": "harbour"}), after="")
    assert list(found.assets) == []
    assert signed_in(young).get("/api/v1/assets/?q=harbour").json()["results"] == []
    assert signed_in(young).get(f"/api/v1/assets/{asset.pk}/moments/").status_code == 404
    assert len(signed_in(UserFactory(role="viewer")).get("/api/v1/assets/?q=harbour").json()["results"]) == 1


# --- Declaring ------------------------------------------------------------------------------------------------------
def test_an_owner_declares_for_whom_it_is_and_never_below_a_decision() -> None:
    asset = AssetFactory(published=True)
    api = signed_in(asset.uploaded_by)
    address = f"/api/v1/assets/{asset.pk}/"
    assert api.patch(address, {"age_rating": "12"}, format="json").json()["age_rating"] == "12"
    assert Entry.objects.get(action="asset.edited").detail["fields"] == ["age_rating"]
    Asset.objects.update(imposed_rating="16")
    refused = api.patch(address, {"age_rating": "7"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "below_imposed")
    assert api.patch(address, {"age_rating": "18"}, format="json").status_code == 200
    assert api.patch(address, {"age_rating": "21"}, format="json").status_code == 400
    with pytest.raises(InvalidInput):
        library.edit(user=asset.uploaded_by, asset=asset, age_rating="21")


def test_an_upload_says_for_whom_it_is() -> None:
    told = wishes.parse({"metadata": '{"age_rating": "16"}'})
    assert told.metadata == {"age_rating": "16"}
    with pytest.raises(InvalidInput):
        wishes.parse({"metadata": '{"age_rating": "old"}'})


@pytest.mark.parametrize(
    ("traits", "told"),
    [
        ({}, []),
        ({"age_rating": "18"}, ["Shown from 18"]),
        ({"age_rating": "12", "imposed_rating": "16"}, ["Shown from 16, by a decision"]),
        ({"visibility_cap": "private"}, ["Shown to you alone, by a decision"]),
        ({"visibility_cap": "internal"}, ["Not outside this portal, by a decision"]),
        ({"blocked_regions": ["SA", "AE"]}, ["Not in SA, AE, by a decision"]),
    ],
)
def test_an_owner_reads_what_is_restricted(client: Client, traits: dict[str, Any], told: list[str]) -> None:
    asset = AssetFactory(published=True, **traits)
    assert restrictions(asset) == told
    client.force_login(asset.uploaded_by)
    shown = client.get(f"/assets/{asset.pk}/").content.decode()
    assert all(line in shown for line in told)
    client.force_login(UserFactory(role="viewer"))
    answer = client.get(f"/assets/{asset.pk}/").content.decode()
    assert not any(line in answer for line in told)


def test_administrators_say_up_to_what_age_somebody_sees(client: Client) -> None:
    child = UserFactory(role="viewer")
    client.force_login(UserFactory(role="administrator"))
    page = f"/admin/accounts/user/{child.pk}/change/"
    sent = {"email": child.email, "name": child.name, "language": "en", "is_active": "on", "role": "viewer"}
    answer = client.post(page, sent | {"age_limit": "12", "quota_bytes": ""})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    child.refresh_from_db()
    assert child.age_limit == "12"
    entry = Entry.objects.get(action="user.age_limit_changed")
    assert entry.detail == {"before": "18", "after": "12"}
    assert signed_in(child).get("/api/v1/me/").json()["age_limit"] == "12"
    assert (
        signed_in(child).patch("/api/v1/me/", {"age_limit": "18"}, format="json").json()["age_limit"] == "12"
    )
