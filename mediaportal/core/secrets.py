"""Small secrets sealed for the database, so that whoever reads it, or a copy of it, has none of them.

AES-256-GCM under one of the installation's master keys (`MASTER_KEYS`). Each seal says by which master key it opens,
and is bound to what it belongs to: moved to another row it does not open. How what is sealed is moved to a new master
key stands in `resealing`.
"""

import logging
import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mediaportal.core.env import NamedKey
from mediaportal.core.problems import Problem

logger = logging.getLogger(__name__)
_FORM = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_PURPOSE = b"mediaportal.secrets.v1"


class MasterKeyMissing(Problem):
    """The master key that is needed is not in `MASTER_KEYS`; once it is (again), everything goes on."""

    status = 503
    code = "master_key_missing"
    title = _("A key of this installation is missing, so nothing can be encrypted or decrypted")


class SealBroken(Problem):
    """The bytes are not what was sealed here, or belong to something else."""

    status = 500
    code = "secret_damaged"
    title = _("A secret that is kept here is damaged")


@dataclass(frozen=True)
class Sealed:
    """What may be kept: the sealed bytes, and the name of the master key that opens them."""

    data: bytes = field(repr=False)
    key_name: str


def seal(secret: bytes, *, belongs_to: str) -> Sealed:
    """Seal a secret with the first master key. `belongs_to` names, for ever and for it alone, where it will lie.

    Raises `MasterKeyMissing` when there is no master key at all.
    """
    key = first_key()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key.value).encrypt(nonce, secret, _bound(key.name, belongs_to))
    return Sealed(_FORM + nonce + sealed, key.name)


def unseal(sealed: Sealed, *, belongs_to: str) -> bytes:
    """The secret. Raises `MasterKeyMissing` (the log says which), or `SealBroken`."""
    key = next((one for one in _keys() if one.name == sealed.key_name), None)
    if key is None:
        logger.error("MASTER_KEYS has no key %r, which opens %s", sealed.key_name, belongs_to)
        raise MasterKeyMissing
    data = bytes(sealed.data)
    nonce, rest = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
    if data[:1] != _FORM or len(rest) < _TAG_BYTES:
        raise SealBroken
    try:
        return AESGCM(key.value).decrypt(nonce, rest, _bound(key.name, belongs_to))
    except InvalidTag:
        raise SealBroken from None


def first_key() -> NamedKey:
    """The master key that seals. Raises `MasterKeyMissing`."""
    keys = _keys()
    if not keys:
        raise MasterKeyMissing
    return keys[0]


def key_names() -> frozenset[str]:
    """The names of the master keys that are there."""
    return frozenset(key.name for key in _keys())


def _keys() -> tuple[NamedKey, ...]:
    """All master keys, the one that seals first."""
    return tuple(settings.MASTER_KEYS)


def _bound(key_name: str, belongs_to: str) -> bytes:
    """What is authenticated with the secret; no part can run over into the next one."""
    return b"\0".join([_PURPOSE, key_name.encode(), belongs_to.encode()])
