"""Whether a file is here already: by its bytes, and by its name. Only pointed out; nothing is refused for it."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from assets import access
from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.problems import FieldProblem, InvalidInput

MOST = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Known:
    """What is here, the newest first, at most `MOST` of each: the same bytes, and other files of the same name."""

    same: list[Asset]
    same_name: list[Asset]


def known(
    *, user: access.Caller, sha256: str = "", filename: str = "", collection: UUID | None = None
) -> Known:
    """Files that the person may see and that are like one that they hold, with their pictures; two queries.

    `sha256` is the hash in hex. A name is looked for in the collection, or without one among the person's own files.
    Raises `InvalidInput` for a hash that is none.
    """
    sha256 = sha256.lower()
    if sha256 and not _SHA256.fullmatch(sha256):
        detail = _("Must be a SHA-256 in hex: 64 digits.")
        raise InvalidInput(detail, errors=[FieldProblem("sha256", "invalid", detail)])
    visible: QuerySet[Asset] = Asset.objects.visible_to(user)
    named = _named(visible, user, filename.replace("\0", ""), collection)
    wanted = Q(pk__in=_newest(named))
    if sha256:
        wanted |= Q(pk__in=_newest(visible.filter(sha256=sha256)))
    rows = Asset.objects.filter(wanted).with_poster().order_by("-created_at", "-pk")
    found = list(rows)
    same = [asset for asset in found if sha256 and asset.sha256 == sha256]
    others = [asset for asset in found if not sha256 or asset.sha256 != sha256]
    return Known(same[:MOST], others[:MOST])


def _named(
    visible: QuerySet[Asset], user: access.Caller, filename: str, collection: UUID | None
) -> QuerySet[Asset]:
    """Files of this name where the new one would lie."""
    if not filename:
        return visible.none()
    named = visible.filter(original_filename__iexact=filename)
    if collection is not None:
        return named.filter(collections=collection)
    return named.filter(uploaded_by=user) if isinstance(user, User) else named.none()


def _newest(assets: QuerySet[Asset]) -> QuerySet[Asset, UUID]:
    """The ids of the newest."""
    return assets.order_by("-created_at", "-pk").values_list("pk", flat=True)[: 2 * MOST]
