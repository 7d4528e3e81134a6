"""What acceptance of an object leaves open, because it has not read the bytes: settled by the first worker that has
them on its disk.
"""

import hashlib
from pathlib import Path

from assets.exceptions import ChecksumMismatch
from assets.models import Asset, UploadSession
from assets.services import recognition


def settle(*, asset: Asset, path: Path) -> None:
    """Read an original once for its SHA-256 and write it down, unless it is known. Blocks.

    Raises `ChecksumMismatch` for other bytes than were announced, `DisguisedFile` for what only a look through the
    whole file shows.
    """
    if asset.sha256:
        return
    recognition.look_through(path, asset.mime_type)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    announced = UploadSession.objects.filter(asset=asset).values_list("announced_sha256", flat=True).first()
    if announced not in {None, "", found}:
        raise ChecksumMismatch
    Asset.objects.filter(pk=asset.pk, sha256="").update(sha256=found)
    asset.sha256 = found
