"""Looking through the library: filters, orders, pages."""

import pytest

from assets.services.browse import Filters, browse
from tests.factories import AssetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sort", ["newest", "oldest", "title", "longest", "largest"])
def test_pages_hold_every_file_once_in_every_order(sort: str) -> None:
    user = UserFactory()
    for number in range(7):
        AssetFactory(
            uploaded_by=user,
            title=f"Clip {number % 3}",
            duration=None if number % 2 else number,
            file_size=number + 1,
        )
    seen, after = [], ""
    for _turn in range(4):
        page = browse(user=user, filters=Filters(sort=sort), after=after, size=2)
        seen += [asset.pk for asset in page.assets]
        after = page.after
    assert not after
    assert len(seen) == len(set(seen)) == 7


def test_a_file_that_comes_in_moves_no_page() -> None:
    user = UserFactory()
    AssetFactory.create_batch(4, uploaded_by=user)
    first = browse(user=user, filters=Filters(), size=2)
    AssetFactory(uploaded_by=user)
    second = browse(user=user, filters=Filters(), after=first.after, size=2)
    assert not {a.pk for a in first.assets} & {a.pk for a in second.assets}


@pytest.mark.parametrize("mark", ["x", "e30=", "W10=", "WzEsMl0=", "a" * 2000])
def test_a_mark_that_means_nothing_starts_at_the_beginning(mark: str) -> None:
    user = UserFactory()
    AssetFactory(uploaded_by=user)
    for sort in ("newest", "title", "largest"):
        assert len(browse(user=user, filters=Filters(sort=sort), after=mark).assets) == 1


def test_filters_narrow_and_unknown_ones_do_not() -> None:
    user, other = UserFactory(), UserFactory()
    ours = AssetFactory(uploaded_by=user, title="Harbour at dusk", published=True)
    sound = AssetFactory(uploaded_by=other, audio=True, title="Harbour horn", published=True)
    failed = AssetFactory(uploaded_by=user, title="Broken", failed=True)

    def found(**query: str) -> set[object]:
        return {asset.pk for asset in browse(user=user, filters=Filters.from_query(query)).assets}

    unscanned = AssetFactory(uploaded_by=user, title="Unread", failed=True, scan_verdict="unscannable")

    assert found() == {ours.pk, sound.pk, failed.pk, unscanned.pk}
    assert found(q="harbour") == {ours.pk, sound.pk}
    assert found(q="harbour dusk") == {ours.pk}
    assert found(kind="audio") == {sound.pk}
    assert found(status="failed") == {failed.pk}
    assert found(status="held") == {unscanned.pk}
    assert found(status="ready", mine="1") == {ours.pk}
    assert found(kind="hologram", status="?", sort="?") == found()


def test_what_others_keep_for_themselves_is_not_there() -> None:
    AssetFactory(published=True, visibility="private")
    assert browse(user=UserFactory(), filters=Filters()).assets == []
