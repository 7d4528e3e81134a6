"""The keys of encrypted packages: made here, given by the caller, or had from a key server, and kept sealed.

A key stands in the clear only in the memory of whoever encrypts with it, and in the answer to a player that may play
the asset (`licences`). It is in no repr, no log, no event and no other answer.
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from assets.exceptions import InvalidOptions
from mediaportal.core.problems import FieldProblem
from mediaportal.core.secrets import Sealed, seal, unseal
from processing.exceptions import KeyMissing
from processing.models import ContentKey, KeySource, Package, Scheme

KEY_BYTES = 16
_HEX_DIGITS = 2 * KEY_BYTES


@dataclass(frozen=True)
class GivenKey:
    """The one pair that a caller has sent: sixteen bytes, and the id by which players ask for them."""

    kid: UUID
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"a content key has {KEY_BYTES} bytes")


@dataclass(frozen=True)
class OpenKey:
    """A key as whoever encrypts with it needs it. It must not stand in the arguments of a program, which everybody on
    the machine can read.
    """

    kid: UUID
    key: bytes = field(repr=False)


def given_key(*, kid: str, key: str, field_name: str = "encryption") -> GivenKey:
    """Read a caller's pair: `kid` is a UUID or 32 hexadecimal digits, `key` 32 of them or base64 of 16 bytes.

    Raises `InvalidOptions`, which names the field and never says what stood in it.
    """
    found = _key_in(key)
    if found is None:
        detail = _("A key is 16 bytes, in hexadecimal digits or base64.")
        raise InvalidOptions(detail, errors=[FieldProblem(f"{field_name}.key", "invalid", detail)])
    try:
        return GivenKey(UUID(kid), found)
    except (ValueError, AttributeError, TypeError):
        detail = _("A key id is a UUID.")
        raise InvalidOptions(detail, errors=[FieldProblem(f"{field_name}.kid", "invalid", detail)]) from None


def _key_in(text: str) -> bytes | None:
    """The sixteen bytes that a text stands for, if it does."""
    try:
        if len(text) == _HEX_DIGITS:
            return bytes.fromhex(text)
        plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
        found = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) == KEY_BYTES else None


def provide(*, package: Package, labels: Sequence[str], given: GivenKey | None = None) -> None:
    """See to it that a package has a key for each label, and keep what it has: a second call changes nothing.

    `given` is the caller's pair, which serves every label; it must come with the request, as it is kept nowhere else.
    Raises `KeyMissing` when the caller's key was never given, and `MasterKeyMissing`.
    """
    if package.scheme == Scheme.CLEAR:
        raise ValueError("what is not encrypted has no keys")
    if given is not None and package.key_source != KeySource.CALLER:
        raise ValueError("only a package with keys of its caller takes one")
    there = set(package.keys.values_list("label", flat=True))
    missing = [label for label in dict.fromkeys(labels) if label not in there]
    if not missing:
        return
    if package.key_source == KeySource.CALLER:
        if given is None:
            raise KeyMissing
        made = dict.fromkeys(missing, (given.kid, given.key))
    else:
        made = {label: (uuid4(), secrets.token_bytes(KEY_BYTES)) for label in missing}
    rows = [_row(package, label, kid, key) for label, (kid, key) in made.items()]
    # Whoever was first has encrypted with its own already.
    ContentKey.objects.bulk_create(rows, ignore_conflicts=True)


def opened(package: Package) -> dict[str, OpenKey]:
    """A package's keys by their labels, for those who encrypt. Raises `MasterKeyMissing` and `SealBroken`."""
    return {row.label: OpenKey(row.kid, open_key(row)) for row in package.keys.all()}


def open_key(row: ContentKey) -> bytes:
    """The sixteen bytes of a key that is kept. Raises `MasterKeyMissing` and `SealBroken`."""
    return unseal(Sealed(bytes(row.sealed), row.sealed_with), belongs_to=place_of(row))


def place_of(row: ContentKey) -> str:
    """What a key's seal is bound to."""
    return f"content key {row.package_id}/{row.label}/{row.kid}"


def hls_key_uri(*, package_id: UUID, kid: UUID) -> str:
    """The address of a key for the EXT-X-KEY of a playlist (KEYFORMAT identity), wherever in the set it lies.

    It is relative, so it comes under the token by which the playlist itself was asked for: what may have the playlist
    may have the key, for as long, and nobody's token stands in a file.
    """
    return f"packages/{package_id}/keys/{kid}"


def _row(package: Package, label: str, kid: UUID, key: bytes) -> ContentKey:
    """A key as it is kept, not saved yet."""
    row = ContentKey(package=package, label=label, kid=kid)
    sealed = seal(key, belongs_to=place_of(row))
    row.sealed, row.sealed_with = sealed.data, sealed.key_name
    return row
