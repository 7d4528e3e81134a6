"""How large a file may be, and whether there is room."""

from typing import Any

import pytest

from assets.exceptions import FileTooLarge, StorageFull
from assets.services import limits


def test_a_file_has_a_largest_size(settings: Any) -> None:
    settings.MAX_FILE_SIZE = 10
    limits.require_size(10)
    with pytest.raises(FileTooLarge):
        limits.require_size(11)


def test_there_must_be_room(settings: Any) -> None:
    settings.MIN_FREE_SPACE = 0
    limits.require_room(1)
    with pytest.raises(StorageFull):
        limits.require_room(1 << 60)
