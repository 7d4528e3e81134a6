"""The keys of encrypted packages: made here, given by the caller, or had from a key server, and kept sealed.

A key stands in the clear only in the memory of whoever encrypts with it, and in the answer to a player that may play
the asset (`licences`). It is in no repr, no log, no event and no other answer.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assets.exceptions import InvalidOptions
from mediaportal.core.problems import FieldProblem
from mediaportal.core.secrets import Sealed, first_key, seal, unseal
from processing.exceptions import KeyMissing, KeysRefused, StepPostponed
from processing.keyservers import (
    KEY_BYTES,
    KeyServer,
    KeyServerAway,
    KeyServerRefused,
    ServedKey,
    WantedKey,
)
from processing.keyservers.local import LocalKeys
from processing.keyservers.speke import SpekeServer
from processing.models import ContentKey, KeySource, Package, Scheme, Tracks
from processing.services import protection

ALL = "ALL"
"""The label of a key that encrypts everything that is encrypted."""

_AWAY_SECONDS = 30.0
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PACKAGE_PLACE = rf"\A(?P<home>.+)/packages/(?P<package>{_UUID})"
"""Where in an asset's folder, at any depth, what belongs to a package is asked for; `home` is the folder that a token
has opened so far, or one below it.
"""

KEY_PLACE = re.compile(rf"{PACKAGE_PLACE}/keys/(?P<kid>{_UUID})\Z")
"""Where a key is asked for: what `hls_key_uri` leads to."""

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


def source(*, given: bool) -> KeySource:
    """Where the keys of a new package come from: its caller's, if he has given them; else the installation's way."""
    if given:
        return KeySource.CALLER
    return KeySource.SPEKE if settings.SPEKE_URL else KeySource.OWN


def provide(*, package: Package, labels: Sequence[str], given: GivenKey | None = None) -> None:
    """See to it that a package has a key for each label, and keep what it has: a second call changes nothing.

    `given` is the caller's pair, which serves every label; it must come with the request, as it is kept nowhere else.
    Only a package whose keys come from a key server waits for anything: never in a request. Raises `KeyMissing` when
    the caller's key was never given, `KeysRefused` and `StepPostponed` for what a key server says, and
    `MasterKeyMissing`.
    """
    if package.scheme == Scheme.CLEAR:
        raise ValueError("what is not encrypted has no keys")
    if given is not None and package.key_source != KeySource.CALLER:
        raise ValueError("only a package with keys of its caller takes one")
    there = set(package.keys.values_list("label", flat=True))
    missing = [label for label in dict.fromkeys(labels) if label not in there]
    if not missing:
        return
    first_key()  # no key server need be asked for what could not be kept
    rows = [_row(package, label, key) for label, key in _made(package, missing, given).items()]
    # Whoever was first has encrypted with its own already.
    ContentKey.objects.bulk_create(rows, ignore_conflicts=True)


def _made(package: Package, labels: Sequence[str], given: GivenKey | None) -> dict[str, ServedKey]:
    """New keys by their labels."""
    if package.key_source == KeySource.CALLER:
        if given is None:
            raise KeyMissing
        return dict.fromkeys(labels, ServedKey(given.kid, given.key))
    wanted = [WantedKey(_kid_of(package, label), _tracks_of(package, label)) for label in labels]
    try:
        found = _server(package).keys(content_id=str(package.pk), scheme=package.scheme, wanted=wanted)
    except KeyServerAway as error:
        sentence = gettext_noop("Waiting for the key server, which cannot be reached.")
        raise StepPostponed("key_server_away", sentence, seconds=_AWAY_SECONDS, log=str(error)) from error
    except KeyServerRefused as error:
        raise KeysRefused(str(error)) from error
    return dict(zip(labels, found, strict=True))


def _server(package: Package) -> KeyServer:
    """Who has the keys of a package."""
    if package.key_source == KeySource.OWN:
        return LocalKeys()
    return SpekeServer(
        url=settings.SPEKE_URL,
        systems=tuple(protection.drm_systems()),
        user=settings.SPEKE_USER,
        password=settings.SPEKE_PASSWORD,
        aws_region=settings.SPEKE_AWS_REGION,
        seconds=settings.SPEKE_SECONDS,
    )


def _kid_of(package: Package, label: str) -> UUID:
    """The id of a new key. A key server keeps keys by it, so a second try asks for the same ones."""
    return uuid5(package.pk, label) if package.key_source == KeySource.SPEKE else uuid4()


def _tracks_of(package: Package, label: str) -> str:
    """What a key encrypts, as key servers call it."""
    return "VIDEO" if label == ALL and package.tracks == Tracks.VIDEO else label


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


def _row(package: Package, label: str, key: ServedKey) -> ContentKey:
    """A key as it is kept, not saved yet."""
    told = {system: asdict(said) for system, said in key.signalling.items()}
    row = ContentKey(package=package, label=label, kid=key.kid, signalling=told)
    sealed = seal(key.key, belongs_to=place_of(row))
    row.sealed, row.sealed_with = sealed.data, sealed.key_name
    return row
