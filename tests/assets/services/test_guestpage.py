"""What a guest is shown of a link."""

from typing import Any

import pytest

from assets.services.guestpage import page_of
from tests.factories import AssetFactory, GuestLinkFactory, UploadSessionFactory

pytestmark = pytest.mark.django_db


def test_a_link_without_bounds_takes_everything(settings: Any, django_assert_num_queries: Any) -> None:
    link = GuestLinkFactory()
    with django_assert_num_queries(2):
        page = page_of(link)
    assert [kind.value for kind in page.kinds] == ["video", "audio", "image"]
    assert (page.files_left, page.bytes_left, page.used_up) == (None, None, False)
    assert page.largest == settings.MAX_FILE_SIZE and page.only == ""


def test_what_is_left_is_what_neither_came_nor_is_coming() -> None:
    link = GuestLinkFactory(kinds=["audio"], most_files=3, most_bytes=1_000)
    AssetFactory(guest_link=link, file_size=300)
    UploadSessionFactory(guest_link=link, source="tus", bytes_total=200)
    page = page_of(link)
    assert (page.files_left, page.bytes_left, page.largest, page.used_up) == (1, 500, 1_000, False)
    assert page.accept.startswith("audio/*") and "video" not in page.accept
    assert page.only == "Through this link you may send only: Audio."


@pytest.mark.parametrize("bound", [{"most_files": 1}, {"most_bytes": 300}])
def test_a_link_is_used_up_by_what_arrived_and_not_by_what_is_coming(bound: dict[str, int]) -> None:
    link = GuestLinkFactory(**bound)
    UploadSessionFactory(guest_link=link, source="tus", bytes_total=300)
    assert not page_of(link).used_up
    AssetFactory(guest_link=link, file_size=300)
    assert page_of(link).used_up
