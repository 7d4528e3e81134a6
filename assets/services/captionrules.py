"""The rules that hold whenever a text track is made or changed: who may, what is said of it, and that each is there
once.
"""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets import access
from assets.exceptions import CaptionExists
from assets.models import Asset, Caption, CaptionKind, Kind
from assets.services.names import safe_words
from mediaportal.core import languages
from mediaportal.core.problems import Conflict, FieldProblem, InvalidInput, NotFound, NotPermitted

LONGEST_LABEL = Caption._meta.get_field("label").max_length or 0


def require_change(user: access.Caller, asset: Asset) -> None:
    """Refuse those who may not change the asset, and assets on which nothing is said in time."""
    if not access.can_change(user, asset):
        raise NotPermitted
    if asset.kind == Kind.IMAGE:
        raise Conflict(_("Nothing can be said in time on a picture."))


def lock(asset: Asset) -> None:
    """Let nobody else change the tracks of an asset until the transaction ends; raises `NotFound` in the trash."""
    rows = Asset.objects.select_for_update(of=("self",), no_key=True)
    if not list(rows.filter(pk=asset.pk, deleted_at=None).values_list("pk", flat=True)):
        raise NotFound


def no_default(asset: Asset, kind: str, *, but: UUID | None = None) -> None:
    """Leave no other track of a kind that is shown by itself. That is no new version of those."""
    shown = Caption.objects.filter(asset=asset, kind=kind, is_default=True)
    (shown if but is None else shown.exclude(pk=but)).update(is_default=False)


def once(save: Any, *args: Any, **kwargs: Any) -> Any:
    """Write a row, unless it would be the second track of its kind, language and name."""
    try:
        with transaction.atomic():
            return save(*args, **kwargs)
    except IntegrityError as error:
        if "assets_caption_track_once" not in str(error):
            raise
        raise CaptionExists(_("Give it another name, so that people can tell the two apart.")) from None


def words_from(*, kind: str | None, language: str | None, label: str | None) -> dict[str, Any]:
    """What is said of a track, those that are given, as it is kept. Raises `InvalidInput`."""
    found: dict[str, Any] = {}
    wrong: list[FieldProblem] = []
    if kind is not None:
        found["kind"] = kind
        if kind not in CaptionKind.values:
            wrong.append(
                FieldProblem("kind", "invalid", _("Must be one of: %s.") % ", ".join(CaptionKind.values))
            )
    if language is not None:
        found["language"] = languages.as_tag(language)
        if found["language"] is None:
            wrong.append(
                FieldProblem("language", "invalid", _("Must be a language tag such as ar, en or pt-BR."))
            )
    if label is not None:
        found["label"] = " ".join(safe_words(label).split())
        if len(found["label"]) > LONGEST_LABEL:
            wrong.append(
                FieldProblem("label", "invalid", _("A name has at most %d characters.") % LONGEST_LABEL)
            )
    if wrong:
        raise InvalidInput(errors=wrong)
    return found
