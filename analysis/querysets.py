"""Reads of orders, analyses and moments, named in the words of the house."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from assets.models import Asset
from mediaportal.accounts.models import User

if TYPE_CHECKING:
    from analysis.models import Analysis, Match, Moment, Order


class OrderQuerySet(models.QuerySet["Order"]):
    """Lists of orders."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the assets that a person may see, and a person's own of files that are still to come."""
        seen = Q(asset__in=Asset.objects.visible_to(user))
        if isinstance(user, User):
            seen |= Q(asset=None, asked_by=user)
        return self.filter(seen)


class AnalysisQuerySet(models.QuerySet["Analysis"]):
    """Lists of analyses."""

    def current(self) -> Self:
        """Those whose moments are shown and searched."""
        return self.filter(is_current=True)


class MomentQuerySet(models.QuerySet["Moment"]):
    """Lists of moments."""

    def shown(self) -> Self:
        """Those of the analyses that are shown and searched."""
        return self.filter(analysis__is_current=True)

    def saying(self, words: str) -> Self:
        """Those in whose text or label the words stand, in any case of letters."""
        return self.filter(Q(text__icontains=words) | Q(label__icontains=words))


class MatchQuerySet(models.QuerySet["Match"]):
    """Lists of matches."""

    def of(self, asset: Asset) -> Self:
        """Those of an asset, whichever side it is on."""
        return self.filter(Q(asset=asset) | Q(other=asset))
