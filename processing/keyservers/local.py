"""Keys that are made here."""

import secrets
from collections.abc import Sequence

from processing.keyservers import KEY_BYTES, ServedKey, WantedKey


class LocalKeys:
    """Makes keys from the system's randomness, and keeps none of them."""

    def keys(self, *, content_id: str, scheme: str, wanted: Sequence[WantedKey]) -> list[ServedKey]:
        """A fresh key for each that is wanted."""
        return [ServedKey(one.kid, secrets.token_bytes(KEY_BYTES)) for one in wanted]
