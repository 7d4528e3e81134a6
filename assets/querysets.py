"""Reads, named in the words of the house. `visible_to` is the list form of `access.can_see`."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from mediaportal.accounts.models import User

if TYPE_CHECKING:
    from assets.models import Asset, Collection, UploadSession, Variant


class AssetQuerySet(models.QuerySet["Asset"]):
    """Lists of assets."""

    def kept(self) -> Self:
        """Those that are not in the trash."""
        return self.filter(deleted_at=None)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that a person may see: their own, all for the staff that sees all, otherwise published ones
        that are for everyone here (or, without a sign-in, public).
        """
        public = Q(publication="published", visibility="public")
        if not isinstance(user, User) or not user.is_active:
            return self.kept().filter(public)
        if user.has_perm("assets.see_all_assets"):
            return self.kept()
        return self.kept().filter(
            Q(uploaded_by=user) | Q(publication="published", visibility__in=["internal", "public"])
        )

    def in_trash_of(self, user: User | AnonymousUser) -> Self:
        """Those in the trash that a person may take out again: their own, everybody's for those who manage all."""
        trashed = self.filter(deleted_at__isnull=False)
        if not isinstance(user, User) or not user.is_active:
            return trashed.none()
        return trashed if user.has_perm("assets.manage_all_assets") else trashed.filter(uploaded_by=user)

    def with_poster(self) -> Self:
        """With the pictures for a card, in one further query: `asset.card_variants`."""
        from_variants = self.model._meta.get_field("variants").related_model
        pictures: Any = from_variants._default_manager.filter(
            variant_type__in=["poster", "thumbnail", "waveform", "rendition", "preview"]
        )
        return self.prefetch_related(models.Prefetch("variants", queryset=pictures, to_attr="card_variants"))


class VariantQuerySet(models.QuerySet["Variant"]):
    """Lists of variants."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the assets that a person may see."""
        assets = self.model._meta.get_field("asset").related_model._default_manager
        return self.filter(asset__in=assets.visible_to(user))  # type: ignore[attr-defined]  # the manager of this module's own class


class UploadSessionQuerySet(models.QuerySet["UploadSession"]):
    """Lists of uploads."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A person's own uploads; all of them for the staff that sees all."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if user.has_perm("assets.see_all_assets") else self.filter(user=user)


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Lists of collections."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All of them for everyone who is signed in: what lies in them is asked of the assets."""
        return self.all() if isinstance(user, User) and user.is_active else self.none()
