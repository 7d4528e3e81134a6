"""How large and how many: what is asked of an upload before its bytes, and of its bytes at the end."""

from django.conf import settings
from django.utils.translation import gettext as _

from assets.exceptions import FileTooLarge, StorageFull
from assets.services import places


def require_size(size: int) -> None:
    """Raise `FileTooLarge` for a file of more bytes than `MAX_FILE_SIZE`."""
    if size > settings.MAX_FILE_SIZE:
        raise FileTooLarge(_("A file may have at most %d MiB.") % (settings.MAX_FILE_SIZE // 1024**2))


def require_room(size: int) -> None:
    """Raise `StorageFull` unless so many bytes fit where files come in and `MIN_FREE_SPACE` stays free."""
    if places.free_for_incoming() < size + settings.MIN_FREE_SPACE:
        raise StorageFull
