"""What owners do with share links: make, change and revoke them, and see how each stands.

A share link lets people without an account watch one asset. What its visitors may do is asked of `access`, with a
`Visitor`; how they come in stands in `visiting`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from assets import access, registry
from assets.access import Visitor
from assets.models import Asset, Kind, ShareLink, Watermark
from assets.services.names import safe_words
from mediaportal.accounts.models import User
from mediaportal.audit.services.log import record
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, NotPermitted

SHORTEST_PASSWORD = 6
LONGEST_PASSWORD = 128
Code = Literal["open", "waiting", "expired", "revoked"]
_LABELS: dict[Code, Promise] = {
    "open": pgettext_lazy("share link", "Open"),
    "waiting": gettext_lazy("Opens when the file is published"),
    "expired": gettext_lazy("Expired"),
    "revoked": gettext_lazy("Revoked"),
}
ICONS: dict[Code, str] = {
    "open": "circle-check",
    "waiting": "hourglass",
    "expired": "clock",
    "revoked": "ban",
}
# What was given out under these must not outlive their change.
_ENDS_ADDRESSES = {"password", "watermark", "watermark_text"}


@dataclass(frozen=True)
class Standing:
    """How a link stands, as it is shown: a stable code, its word in the reader's language, an icon."""

    code: Code
    label: str
    icon: str

    @property
    def lives(self) -> bool:
        """Whether it may still be changed and revoked."""
        return self.code != "revoked"


def standing_of(link: ShareLink) -> Standing:
    """How a link stands. Load it `with_standing()`."""
    visitor = Visitor(link)
    code: Code = "open"
    if link.revoked_at is not None or not link.created_by.is_active:
        code = "revoked"
    elif not visitor.admitted:
        code = "expired"
    elif not access.can_see(visitor, link.asset):
        code = "waiting"
    return Standing(code, str(_LABELS[code]), ICONS[code])


def renditions_of(links: Iterable[ShareLink]) -> dict[UUID, registry.BurntState]:
    """How far the pictures are that bear the names of these links, by their ids; of open links that want some."""
    wanted = [link for link in links if link.watermark == Watermark.BURNT and Visitor(link).admitted]
    return registry.burner().states(wanted) if wanted else {}


def path_of(link: ShareLink) -> str:
    """Where its visitors watch, on this host."""
    return f"/s/{link.pk}/"


@transaction.atomic
def make(*, user: access.Caller, asset: Asset, **wanted: Any) -> ShareLink:
    """Make a link to an asset. `wanted` may be title (for whom), password, expires_at (None: never), allow_download,
    watermark and watermark_text. Where a name is to be burnt in, the work on it is ordered.

    Raises `NotPermitted`, or `InvalidInput` with every field that is wrong.
    """
    maker = _require_share(user, asset)
    facts = _checked(wanted)
    link = ShareLink(asset=asset, created_by=maker, **facts)
    _require_agreement(link)
    link.save(force_insert=True)
    registry.burner().settle(link)
    # The id is a secret, so the log names the asset.
    record(action="share_link.made", target=asset, actor=maker, title=link.title)
    return link


@transaction.atomic
def change(*, user: access.Caller, link: ShareLink, **wanted: Any) -> ShareLink:
    """Change what is named of a link; `password` "" takes it away. A new password, or another watermark, ends every
    address that was given out before.

    Raises `NotPermitted`, `InvalidInput`, or `Conflict` for one that was revoked.
    """
    actor = _require_share(user, link.asset)
    # Whoever makes pictures for it names it meanwhile.
    row = ShareLink.objects.select_for_update(of=("self",), no_key=True).get(pk=link.pk)
    if row.revoked_at is not None:
        raise Conflict(_("This link was revoked. Make a new one."))
    changes = {name: value for name, value in _checked(wanted).items() if getattr(row, name) != value}
    for name, value in changes.items():
        setattr(row, name, value)
    _require_agreement(row)
    if changes:
        ends = bool(_ENDS_ADDRESSES & set(changes))
        epoch = {"link_epoch": F("link_epoch") + 1} if ends else {}
        ShareLink.objects.filter(pk=row.pk).update(**{n: getattr(row, n) for n in changes}, **epoch)
        fields = sorted(changes)
        record(action="share_link.changed", target=link.asset, actor=actor, title=row.title, fields=fields)
        registry.burner().settle(row)
    link.refresh_from_db()
    return link


@transaction.atomic
def revoke(*, user: access.Caller, link: ShareLink) -> ShareLink:
    """End a link for good, and within seconds every address that was given out through it. Doing it again changes
    nothing. Raises `NotPermitted`.
    """
    actor = _require_share(user, link.asset)
    ended = ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now(), link_epoch=F("link_epoch") + 1
    )
    if ended:
        record(action="share_link.revoked", target=link.asset, actor=actor, title=link.title)
        registry.burner().settle(link)
    link.refresh_from_db()
    return link


def _require_share(user: access.Caller, asset: Asset) -> User:
    """The person, if they may share the asset; raises `NotPermitted`."""
    if not isinstance(user, User) or not access.can_share(user, asset):
        raise NotPermitted
    return user


# --- Checking -----------------------------------------------------------------------------------------------------
def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from what was asked for; raises `InvalidInput`."""
    checks: dict[str, Callable[[Any], Any]] = {
        "title": lambda value: _words("title", value),
        "password": _password,
        "expires_at": _expiry,
        "allow_download": bool,
        "watermark": _watermark,
        "watermark_text": lambda value: _words("watermark_text", value),
    }
    found: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, value in wanted.items():
        try:
            found[name] = checks[name](value)
        except ValueError as error:
            problems.append(FieldProblem(name, "invalid", str(error)))
    if problems:
        raise InvalidInput(errors=problems)
    return found


def _words(field: str, value: str) -> str:
    column: Any = ShareLink._meta.get_field(field)
    longest = column.max_length
    words = " ".join(safe_words(value).split())
    if len(words) > longest:
        raise ValueError(_("Must have at most %d characters.") % longest)
    return words


def _password(value: str | None) -> str:
    """Hashed; none at all for an empty one."""
    if not value:
        return ""
    if not SHORTEST_PASSWORD <= len(value) <= LONGEST_PASSWORD:
        raise ValueError(
            _("A password has %(least)d to %(most)d characters.")
            % {"least": SHORTEST_PASSWORD, "most": LONGEST_PASSWORD}
        )
    return make_password(value)


def _expiry(value: datetime | None) -> datetime | None:
    if value is not None and value <= timezone.now():
        raise ValueError(_("Must lie in the future, or be empty."))
    return value


def _watermark(value: str) -> str:
    if value not in Watermark.values:
        raise ValueError(_("Must be one of: %s.") % ", ".join(Watermark.values))
    return value


def _require_agreement(link: ShareLink) -> None:
    """Raise `InvalidInput` where the facts of a link contradict one another. Without a name of its own the watermark
    bears the one for whom the link is.
    """
    if link.watermark == Watermark.NONE:
        return
    problems = []
    if not link.bearer:
        problems.append(FieldProblem("watermark_text", "required", _("A watermark needs a name.")))
    elif link.watermark == Watermark.BURNT and (refused := registry.burner().refuses(link.bearer)):
        problems.append(FieldProblem("watermark_text", "undrawable", refused))
    if link.watermark == Watermark.BURNT and link.asset.kind != Kind.VIDEO:
        detail = _("A name can be burnt into the pictures of a film alone.")
        problems.append(FieldProblem("watermark", "contradiction", detail))
    if link.allow_download:
        detail = _("What is downloaded bears no watermark: choose one of the two.")
        problems.append(FieldProblem("allow_download", "contradiction", detail))
    if problems:
        raise InvalidInput(errors=problems)
