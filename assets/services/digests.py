"""What acceptance of an object leaves open, because it has not read the bytes: settled by the first worker that has
them on its disk.
"""

import hashlib
from pathlib import Path

from django.db import transaction

from assets import registry
from assets.exceptions import ChecksumMismatch
from assets.models import Asset, UploadSession
from assets.services import recognition
from assets.signals import bytes_read


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
    with transaction.atomic():
        registry.lock_work(asset.pk)  # before the asset's own row, as everybody does
        asset.sha256 = found
        if Asset.objects.filter(pk=asset.pk, sha256="").update(sha256=found):
            bytes_read.send(sender=Asset, asset=asset)
