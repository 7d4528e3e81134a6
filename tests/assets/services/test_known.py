"""Whether a file is here already, told only of what the person may see."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from assets.services.known import MOST, known
from mediaportal.core.problems import InvalidInput
from tests.factories import AssetFactory, CollectionFactory, UserFactory, VariantFactory

pytestmark = pytest.mark.django_db
HASH = "ab" * 32


def test_the_same_bytes_and_the_same_name_are_found_in_two_queries(django_assert_num_queries: Any) -> None:
    user = UserFactory()
    same = AssetFactory(sha256=HASH, published=True)
    VariantFactory(asset=same, poster=True)
    named = AssetFactory(uploaded_by=user, original_filename="Sea.MP4")
    AssetFactory(uploaded_by=user)
    user.has_perm("assets.see_all_assets")  # asked once for each request
    with django_assert_num_queries(2):
        found = known(user=user, sha256=HASH.upper(), filename="sea.mp4")
    assert (found.same, found.same_name) == ([same], [named])


def test_what_has_the_same_bytes_is_not_named_twice() -> None:
    user = UserFactory()
    both = AssetFactory(uploaded_by=user, sha256=HASH, original_filename="sea.mp4")
    found = known(user=user, sha256=HASH, filename="sea.mp4")
    assert (found.same, found.same_name) == ([both], [])


def test_what_a_person_may_not_see_is_not_told() -> None:
    AssetFactory(sha256=HASH)
    AssetFactory(sha256=HASH, published=True, visibility="private")
    trashed = AssetFactory(sha256=HASH, trashed=True)
    for user in (UserFactory(), trashed.uploaded_by, AnonymousUser()):
        assert known(user=user, sha256=HASH).same == []


def test_a_name_is_looked_for_where_the_file_would_lie() -> None:
    user, collection = UserFactory(), CollectionFactory()
    there = AssetFactory(published=True, original_filename="a.mp4")
    there.collections.add(collection)
    AssetFactory(published=True, original_filename="a.mp4")
    assert known(user=user, filename="a.mp4").same_name == []
    assert known(user=user, filename="a.mp4", collection=collection.pk).same_name == [there]


def test_at_most_a_few_are_told_the_newest_first() -> None:
    user = UserFactory()
    assets = AssetFactory.create_batch(MOST + 7, uploaded_by=user, sha256=HASH, original_filename="a.mp4")
    fresh = AssetFactory.create_batch(MOST + 7, uploaded_by=user, original_filename="a.mp4")
    found = known(user=user, sha256=HASH, filename="a.mp4")
    assert found.same == assets[::-1][:MOST]
    assert found.same_name == fresh[::-1][:MOST]


def test_nothing_asked_nothing_found() -> None:
    asset = AssetFactory(sha256="")
    assert known(user=asset.uploaded_by).same == []


@pytest.mark.parametrize("sha256", ["x", "ab" * 31, "zz" * 32, "ab" * 32 + "\n"])
def test_a_hash_that_is_none_is_refused(sha256: str) -> None:
    with pytest.raises(InvalidInput):
        known(user=UserFactory(), sha256=sha256)
