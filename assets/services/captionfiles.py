"""The files of text tracks: where they lie, how they get there, and what they say.

A key names the version and its content, so nothing is ever written over: who plays an older version reads it to its
end. Files are written before the row that names them; what no row comes to name is left to be removed.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from uuid import UUID

from django.conf import settings

from assets.exceptions import CaptionTooLarge
from assets.models import Asset, Caption, CaptionKind
from assets.services import places
from assets.services.captionwords import too_much
from assets.services.names import asset_folder, safe_filename
from mediaportal.core import captions
from mediaportal.core.captions import Cue
from mediaportal.core.ids import new_id

_DIGITS = 16


def folder_of(asset_id: UUID, caption_id: UUID) -> str:
    """The storage folder of everything that belongs to a track."""
    return f"{asset_folder(asset_id)}/captions/{caption_id}"


def lay_original(*, asset: Asset, caption_id: UUID, data: bytes, filename: str) -> tuple[str, str]:
    """Put a file that came into the storage, byte by byte; returns its key and its safe name. Blocks."""
    name = safe_filename(filename, fallback="captions")
    key = f"{folder_of(asset.pk, caption_id)}/original/{name}"
    _put(data, key)
    return key, name


def lay_track(
    *, asset: Asset, caption_id: UUID, version: int, kind: str, cues: Iterable[Cue]
) -> tuple[str, int]:
    """Put a version of a track into the storage as WebVTT; returns its key, and its size in bytes. Blocks.

    Raises `CaptionTooLarge`.
    """
    try:
        content = captions.write(cues, plain=kind == CaptionKind.CHAPTERS).encode()
    except captions.TooMuch as error:
        raise CaptionTooLarge(too_much(error)) from None
    if len(content) > captions.MOST_BYTES:
        raise CaptionTooLarge(too_much(captions.TooMuch("bytes", captions.MOST_BYTES)))
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    stem = PurePosixPath(safe_filename(asset.original_filename)).stem or "captions"
    key = f"{folder_of(asset.pk, caption_id)}/{version}-{digest}/{stem}.vtt"
    _put(content, key)
    return key, len(content)


def _put(content: bytes, key: str) -> None:
    """Write a file beside the others that come, and move it to its place."""
    incoming = Path(settings.INCOMING_ROOT)
    incoming.mkdir(parents=True, exist_ok=True)
    path = incoming / str(new_id())
    try:
        path.write_bytes(content)
        places.put(path, key)
    finally:
        path.unlink(missing_ok=True)


def cues_in(caption: Caption) -> list[Cue]:
    """What a track says, read from the storage. Blocks; raises `FileNotFoundError`, or `StorageUnavailable`."""
    if not caption.cues:
        return []
    file = places.open_file(caption.storage_key, within=asset_folder(caption.asset_id))
    content = b""
    try:
        while piece := file.read(len(content), file.size - len(content)) if len(content) < file.size else b"":
            content += piece
    finally:
        file.close()
    return captions.read(content).cues
