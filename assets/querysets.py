"""Reads, named in the words of the house. `visible_to` is the list form of `access.can_see`."""

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    Subquery,
    Sum,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from assets import registry
from assets.callers import Caller, Visitor
from mediaportal.accounts.ages import AgeRating, up_to
from mediaportal.accounts.models import User

if TYPE_CHECKING:
    from assets.models import Asset, Collection, GuestLink, ShareLink, Tag, UploadSession, Variant

# A collection's place: itself and all that it stands in, the outermost first.
_PATH = """(
    WITH RECURSIVE up AS (
        SELECT here.id, here.name, here.parent_id, 0 AS height
        FROM assets_collection here WHERE here.id = "assets_collection"."id"
        UNION ALL
        SELECT c.id, c.name, c.parent_id, up.height + 1 FROM assets_collection c JOIN up ON c.id = up.parent_id
    )
    SELECT jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY height DESC) FROM up
)"""


def _visible_count(relation: Any, *, column: str, user: Caller) -> Coalesce:
    """The number of assets on the other side of a relation that a person may see, for each row."""
    assets = relation.related_model._default_manager.visible_to(user)
    rows = relation.through._default_manager.filter(**{column: OuterRef("pk")}, asset__in=assets)
    counted = rows.order_by().values(column).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def _fit_for(limit: str) -> list[Q]:
    """What holds for assets that somebody with this age limit may see."""
    if limit == AgeRating.EIGHTEEN:
        return []
    fit = up_to(limit)
    return [Q(age_rating__in=fit, imposed_rating__in=fit)]


class AssetQuerySet(models.QuerySet["Asset"]):
    """Lists of assets."""

    def kept(self) -> Self:
        """Those that are not in the trash."""
        return self.filter(deleted_at=None)

    def visible_to(self, user: Caller) -> Self:
        """Those that a person may see: their own, all for the staff that sees all, otherwise published ones
        that are for everyone here (or, without a sign-in, public). For a visitor the one of the share link, once it is
        published and as long as whoever made the link sees it.
        """
        if isinstance(user, Visitor):
            of_maker = self.visible_to(user.link.created_by) if user.admitted else self.none()
            shown = Q(publication="published", visibility_cap="", pk=user.link.asset_id)
            return of_maker.filter(shown, *_fit_for(settings.PUBLIC_AGE_LIMIT))
        if not isinstance(user, User) or not user.is_active:
            public = Q(publication="published", visibility="public", visibility_cap="")
            return self.kept().filter(public, *_fit_for(settings.PUBLIC_AGE_LIMIT))
        if user.has_perm("assets.see_all_assets"):
            return self.kept().veiled_for(user)
        internal = Q(publication="published", visibility__in=["internal", "public"])
        for one in (~Q(visibility_cap="private"), *_fit_for(user.age_limit)):
            internal &= one
        return self.kept().filter(Q(uploaded_by=user) | internal).veiled_for(user)

    def veiled_for(self, user: Caller) -> Self:
        """Each with `veiled`: whether this person is not to be told what was decided on it."""
        hidden = registry.veil(user) if isinstance(user, User) else None
        return self if hidden is None else self.annotate(veiled=hidden)

    def standing(self, wanted: Q, *, held: bool) -> Self:
        """Those which stand as `wanted` says, for whoever they were `veiled_for`: what is veiled looks as held
        (`held`: that is asked for), whatever was decided on it.
        """
        if "veiled" not in self.query.annotations:
            return self.filter(wanted)
        return self.filter(wanted | Q(veiled=True)) if held else self.filter(wanted, veiled=False)

    def whole_for(self, user: Caller) -> Self:
        """Those that a person may see and have all parts of: the list form of `access.has_whole`, for whatever looks
        into them.
        """
        seen = self.visible_to(user)
        if not isinstance(user, User) or not user.is_active:
            return seen.filter(cut=[])
        if user.has_perm("assets.see_all_assets"):
            return seen
        return seen.filter(Q(cut=[]) | Q(uploaded_by=user))

    def in_trash_of(self, user: Caller) -> Self:
        """Those in the trash that a person may take out again: their own, everybody's for those who manage all."""
        trashed = self.filter(deleted_at__isnull=False)
        if not isinstance(user, User) or not user.is_active:
            return trashed.none()
        return trashed if user.has_perm("assets.manage_all_assets") else trashed.filter(uploaded_by=user)

    def waiting_for(self, user: Caller) -> Self:
        """Those on which a person may decide and nobody has: what guests sent, what was held by hand, and what cannot
        be scanned.
        """
        may = isinstance(user, User) and user.is_active and user.has_perm("assets.manage_guest_links")
        undecided = Q(holds__overlap=["guest", "hand"]) | Q(scan_verdict="unscannable", scan_released_at=None)
        held = self.kept().filter(undecided, publication="held")
        return held if may else held.none()

    def with_poster(self) -> Self:
        """With the pictures for a card, in one further query: `asset.card_variants`."""
        from_variants = self.model._meta.get_field("variants").related_model
        pictures: Any = from_variants._default_manager.filter(
            variant_type__in=["poster", "thumbnail", "waveform", "rendition", "preview"]
        )
        return self.prefetch_related(models.Prefetch("variants", queryset=pictures, to_attr="card_variants"))


class VariantQuerySet(models.QuerySet["Variant"]):
    """Lists of variants."""

    def visible_to(self, user: Caller) -> Self:
        """Those of the assets that a person may see."""
        assets = self.model._meta.get_field("asset").related_model._default_manager
        return self.filter(asset__in=assets.visible_to(user))  # type: ignore[attr-defined]  # the manager of this module's own class


class UploadSessionQuerySet(models.QuerySet["UploadSession"]):
    """Lists of uploads."""

    def visible_to(self, user: Caller) -> Self:
        """A person's own uploads; all of them for the staff that sees all."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if user.has_perm("assets.see_all_assets") else self.filter(user=user)


class GuestLinkQuerySet(models.QuerySet["GuestLink"]):
    """Lists of guest links."""

    def visible_to(self, user: Caller) -> Self:
        """All of them for those who may make such links."""
        allowed = isinstance(user, User) and user.is_active and user.has_perm("assets.manage_guest_links")
        return self.all() if allowed else self.none()

    def with_use(self) -> Self:
        """With what each has brought: `files`, and `size` in bytes; and `maker_may`, whether its maker still may."""
        makers = User.objects.holding("assets.manage_guest_links")
        return self.annotate(
            maker_may=Exists(makers.filter(pk=OuterRef("created_by"))),
            files=Count("assets"),
            size=Coalesce(Sum("assets__file_size"), 0, output_field=BigIntegerField()),
        )


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    """Lists of share links."""

    def visible_to(self, user: Caller) -> Self:
        """Those to a person's own assets; all of them for those who manage all. Of what lies in the trash none."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        kept = self.filter(asset__deleted_at=None)
        return kept if user.has_perm("assets.manage_all_assets") else kept.filter(asset__uploaded_by=user)

    def with_standing(self) -> Self:
        """With the people and the asset that decide how a link stands."""
        return self.select_related("created_by", "asset__uploaded_by")


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Lists of collections."""

    def visible_to(self, user: Caller) -> Self:
        """All of them for everyone who is signed in: what lies in them is asked of the assets."""
        return self.all() if isinstance(user, User) and user.is_active else self.none()

    def with_count(self, user: Caller) -> Self:
        """With `asset_count`, the number of assets right in it that a person may see."""
        return self.annotate(
            asset_count=_visible_count(self.model._meta.get_field("assets"), column="collection", user=user)
        )

    def with_path(self) -> Self:
        """With `path`: the collections that lead to it, the outermost first and itself last, each as id and name."""
        return self.annotate(path=RawSQL(_PATH, [], output_field=JSONField()))  # noqa: S611 - no input in it


class TagQuerySet(models.QuerySet["Tag"]):
    """Lists of tags."""

    def with_count(self, user: Caller) -> Self:
        """With `asset_count`, the number of assets with this tag that a person may see."""
        return self.annotate(
            asset_count=_visible_count(self.model._meta.get_field("assets"), column="tag", user=user)
        )

    def visible_to(self, user: Caller) -> Self:
        """With `asset_count`: those of the assets that a person may see; all of them for who keeps the tags."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        counted = self.with_count(user)
        return counted if user.has_perm("assets.change_tag") else counted.filter(asset_count__gt=0)
