"""What a guest is shown of a link: what is asked for, and what may still be sent."""

from dataclasses import dataclass

from django.conf import settings

from assets.models import GuestLink, Kind
from assets.services import limits, room
from assets.services.guestlinks import is_used_up

# What a browser lets people choose, beside the types that it knows by itself.
_ACCEPT = {
    Kind.VIDEO: "video/*,.mkv,.mov,.avi,.ts,.mxf",
    Kind.AUDIO: "audio/*,.flac,.m4a",
    Kind.IMAGE: "image/*,.heic,.heif,.avif",
}


@dataclass(frozen=True)
class GuestPage:
    """A link as its guests see it. `only` says which kinds it takes, empty for all. `files_left` and `bytes_left` are
    None without a bound; sizes in bytes.
    """

    link: GuestLink
    kinds: list[Kind]
    accept: str
    only: str
    largest: int
    files_left: int | None
    bytes_left: int | None
    used_up: bool


def page_of(link: GuestLink) -> GuestPage:
    """What the page of a link shows. Two queries."""
    use = room.of_link(link)
    kinds = [Kind(kind) for kind in link.kinds if kind in Kind.values] or list(Kind)
    files, size = use.files + use.coming_files, use.bytes + use.coming_bytes
    bytes_left = None if link.most_bytes is None else max(0, link.most_bytes - size)
    return GuestPage(
        link=link,
        kinds=kinds,
        accept=",".join(_ACCEPT[kind] for kind in kinds),
        only=limits.kinds_said(link),
        largest=min(settings.MAX_FILE_SIZE, link.most_bytes or settings.MAX_FILE_SIZE),
        files_left=None if link.most_files is None else max(0, link.most_files - files),
        bytes_left=bytes_left,
        used_up=is_used_up(link, files=use.files, size=use.bytes),
    )
