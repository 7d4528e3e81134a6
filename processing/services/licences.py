"""Licences: which keys a player is given that may play the asset, and where it asks for them.

Whoever calls has asked already whether the caller may play the asset. Keys of this portal are given as ClearKey
licences (W3C, Encrypted Media Extensions, 9.1) and, for HLS, as sixteen bytes; with a commercial DRM only the
addresses of its licence servers are told.
"""

import base64
import binascii
import json
import logging
import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from assets import access, delivery
from assets.models import Asset
from assets.registry import Asked, Told
from assets.services.names import asset_folder
from mediaportal.accounts.models import User
from mediaportal.core import tries
from mediaportal.core.problems import FieldProblem, InvalidInput, NotFound, NotPermitted, NotSignedIn
from processing.models import ContentKey, Package, Scheme
from processing.services import keys, linksets, packages, protection

logger = logging.getLogger(__name__)
LICENSE_PLACE = re.compile(rf"{keys.PACKAGE_PLACE}/license\Z")
BODY_BYTES = 16 * 1024
_MOST_KEYS = 64
_KID_BYTES = 16
# The one kind of session whose keys a player forgets when it ends.
_TEMPORARY = "temporary"


def clear_key_license(
    *, asset_id: UUID, package_id: UUID, body: bytes, caller: str, home: str | None = None
) -> dict[str, Any]:
    """The ClearKey licence that a player asks for in `body`, with those of the keys that the package has.

    `caller` tells apart whose tries are counted; `home` is the folder below which a link was used to ask for it, None
    for who asks otherwise. Raises `InvalidInput` for what is no such request, `NotFound` when the package of this asset
    has none of the keys or is another one than the link's, `RateLimited` and `MasterKeyMissing`.
    """
    _count(caller)
    found = _keys_of(asset_id=asset_id, package_id=package_id, kids=_wanted(body), home=home)
    return {
        "keys": [
            {"kty": "oct", "kid": _written(kid.bytes), "k": _written(key)} for kid, key in found.items()
        ],
        "type": _TEMPORARY,
    }


def key_bytes(*, asset_id: UUID, package_id: UUID, kid: UUID, caller: str, home: str | None = None) -> bytes:
    """The sixteen bytes of one key, for HLS; `home` as for a licence. Raises `NotFound`, `RateLimited` and
    `MasterKeyMissing`.
    """
    _count(caller)
    return _keys_of(asset_id=asset_id, package_id=package_id, kids=[kid], home=home)[kid]


def require_playable(*, package_id: UUID, user: access.Caller) -> Asset:
    """The asset of a package, if the caller may play it. Raises `NotFound`, `NotPermitted`, and `NotSignedIn` for
    whoever could do something about it.
    """
    asset = Asset.objects.filter(packages__pk=package_id, packages__share=None).first()
    if asset is not None and access.can_play(user, asset):
        return asset
    if not isinstance(user, User):
        raise NotSignedIn
    if asset is None or not access.can_see(user, asset):
        raise NotFound
    raise NotPermitted


def answer_license(asked: Asked) -> Told:
    """A licence under a signed link."""
    document = clear_key_license(
        asset_id=asked.asset_id,
        package_id=UUID(asked.parts["package"]),
        body=asked.body,
        caller=asked.caller,
        home=asked.parts["home"],
    )
    return Told(json.dumps(document).encode(), "application/json")


def answer_key(asked: Asked) -> Told:
    """A key under a signed link."""
    key = key_bytes(
        asset_id=asked.asset_id,
        package_id=UUID(asked.parts["package"]),
        kid=UUID(asked.parts["kid"]),
        caller=asked.caller,
        home=asked.parts["home"],
    )
    return Told(key, "application/octet-stream")


def playback_part(asset: Asset, user: access.Caller) -> dict[str, Any]:
    """What the playback document says of licences: nothing unless what is played is encrypted."""
    package = _played(asset, user)
    if package is None:
        return {}
    return {"license_url": _license_url(asset, package, user), "drm": protection.licence_servers()}


def license_url(*, asset: Asset, user: access.Caller) -> str | None:
    """Where a player asks for the ClearKey licence of what is played of an asset, if there is one. One query."""
    package = _played(asset, user)
    return _license_url(asset, package, user) if package else None


def _license_url(asset: Asset, package: Package, user: access.Caller) -> str | None:
    """The signed address of a package's licence, where the portal gives any."""
    if not settings.CLEARKEY:
        return None
    seconds = asset.duration or 0.0
    return delivery.place_url(asset, f"packages/{package.pk}/", "license", user=user, seconds=seconds)


def _played(asset: Asset, user: access.Caller) -> Package | None:
    """The package that somebody plays now, if it is encrypted."""
    if isinstance(user, access.Visitor) and access.bears_name(user):
        package = linksets.played(user.link)
    else:
        package = packages.current(asset)
    return package if package is not None and package.scheme != Scheme.CLEAR else None


def _keys_of(
    *, asset_id: UUID, package_id: UUID, kids: Collection[UUID], home: str | None
) -> dict[UUID, bytes]:
    """Those of some keys that a package has, by their ids; raises `NotFound` when it has none of them, or was asked for
    where another one lies.
    """
    if not settings.CLEARKEY:
        raise NotFound
    rows = ContentKey.objects.filter(package_id=package_id, package__asset_id=asset_id, kid__in=kids)
    found = {row.kid: row for row in rows.select_related("package")}
    if not found or not all(home is None or _is_home(home, row.package) for row in found.values()):
        raise NotFound
    return {kid: keys.open_key(row) for kid, row in found.items()}


def _is_home(home: str, package: Package) -> bool:
    """Whether a folder is one below which a package's keys are given: its own set, or the asset's folder, to which only
    a token leads that names the package.
    """
    if package.asset_id is not None and home == asset_folder(package.asset_id):
        return True
    return any(f"{home}/".startswith(f"{prefix}/") for prefix in package.prefixes)


def _wanted(body: bytes) -> list[UUID]:
    """The ids in a licence request. Raises `InvalidInput`."""
    try:
        asked = json.loads(body) if len(body) <= BODY_BYTES else None
    except ValueError:
        asked = None
    if not isinstance(asked, dict) or not isinstance(asked.get("kids"), list):
        raise _invalid("kids", _("A licence request is JSON with a list of key ids (kids)."))
    if asked.get("type", _TEMPORARY) != _TEMPORARY:
        raise _invalid("type", _("Only licences of the type “temporary” are given."))
    if len(asked["kids"]) > _MOST_KEYS:
        raise _invalid("kids", _("At most %d keys are given at once.") % _MOST_KEYS)
    return [_kid(text) for text in asked["kids"]]


def _kid(text: Any) -> UUID:
    """A key's id as it is written in licence requests: base64url without padding. Raises `InvalidInput`."""
    detail = _("A key id is 16 bytes in base64url.")
    try:
        raw = base64.b64decode(str(text).rstrip("=") + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("kids", detail) from None
    if len(raw) != _KID_BYTES:
        raise _invalid("kids", detail)
    return UUID(bytes=raw)


def _invalid(field: str, detail: str) -> InvalidInput:
    """What is wrong with a licence request."""
    return InvalidInput(detail, errors=[FieldProblem(field, "invalid", detail)])


def _written(data: bytes) -> str:
    """Bytes as licences write them."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _count(caller: str) -> None:
    """Count a request. Raises `RateLimited`; while the cache is away nobody is refused, as rights are asked anyway."""
    try:
        tries.count("license", ("caller", caller, settings.LICENSE_TRIES))
    except RedisError as error:
        logger.warning("requests for licences are not counted: %s", error)
