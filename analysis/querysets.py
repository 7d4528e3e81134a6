"""Reads of orders, analyses and moments, named in the words of the house."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from assets.models import Asset
from mediaportal.accounts.models import User
from mediaportal.core.fulltext import border_query_of, query_of
from mediaportal.core.searchwords import terms_of

if TYPE_CHECKING:
    from analysis.models import Analysis, Case, Match, Moment, Order, Person, PersonConsent, Report

_MOST_LABELS = 30


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
        """Those in which all that somebody asks for occurs, and those from which it goes over into the next one; none
        when nothing is asked for.
        """
        query, across = query_of(words), border_query_of(terms_of(words))
        if query is None:
            return self.none()
        found = Q(vector=query)
        if across is not None:
            # The model's module imports this one.
            borders = self.model._meta.apps.get_model("analysis", "Border")._default_manager
            found |= Q(Exists(borders.filter(moment=OuterRef("pk"), vector=across)))
        return self.filter(found)

    def facets(self) -> dict[str, Any]:
        """How many there are of each kind, and of each label (the thirty most frequent); two queries."""
        number = Count("pk")
        kinds = self.order_by().values("kind").annotate(count=number).order_by("-count", "kind")
        labels = self.exclude(label="").order_by().values("kind", "label").annotate(count=number)
        return {
            "kinds": list(kinds),
            "labels": list(labels.order_by("-count", "label", "kind")[:_MOST_LABELS]),
        }


class PersonQuerySet(models.QuerySet["Person"]):
    """Lists of people."""

    def consenting(self) -> Self:
        """Those of whom a consent is in force."""
        return self.filter(Exists(_consents().in_force().filter(person=OuterRef("pk"))))

    def not_consenting(self) -> Self:
        """Those of whom none is."""
        return self.exclude(Exists(_consents().in_force().filter(person=OuterRef("pk"))))


class ConsentQuerySet(models.QuerySet["PersonConsent"]):
    """Lists of consents."""

    def in_force(self) -> Self:
        """Those that have begun, have not ended, and were not withdrawn: by the day in the portal's own time."""
        today = timezone.localdate()
        lasts = Q(expires_on=None) | Q(expires_on__gte=today)
        return self.filter(lasts, withdrawn_at=None, given_on__lte=today)


def _consents() -> ConsentQuerySet:
    """All consents; their model needs this module."""
    return ConsentQuerySet(apps.get_model("analysis", "PersonConsent"))


class MatchQuerySet(models.QuerySet["Match"]):
    """Lists of matches."""

    def of(self, asset: Asset) -> Self:
        """Those of an asset, whichever side it is on."""
        return self.filter(Q(asset=asset) | Q(other=asset))


def untold(user: User, *, path: str = "") -> Q:
    """The cases, to which `path` leads, of which this person must not know what was decided, as they could still look
    at them blindly. Same rule as `access.looks_blindly`.
    """
    to_come = Q(**{f"{path}queue": "second"}) & ~Q(**{f"{path}status": "decided"})
    return to_come & ~Q(**{f"{path}deciders__contains": [user.pk]})


class CaseQuerySet(models.QuerySet["Case"]):
    """Lists of cases."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those that a person may read: nobody those of their own assets."""
        if not isinstance(user, User) or not user.is_active or not user.has_perm("analysis.review_cases"):
            return self.none()
        seen = self.exclude(owner=user)
        return seen if user.has_perm("analysis.review_restricted") else seen.filter(policy__restricted=False)

    def takeable_by(self, user: User | AnonymousUser, *, queues: list[str]) -> Self:
        """Those waiting in these queues that a person may claim."""
        if not isinstance(user, User):
            return self.none()
        waiting = self.visible_to(user).filter(status="waiting", queue__in=queues)
        return waiting.exclude(deciders__contains=[user.pk])

    def told_to(self, user: User) -> Self:
        """Those of which this person may know what was decided: not those on which they could still look blindly."""
        return self.exclude(untold(user))

    def after(self, place: tuple[int, datetime, int, UUID], *, back: bool = False) -> Self:
        """Those that come behind a place (severity, when due, reach, id) in the order of urgency; `back`: before it."""
        ways = ("gt", "lt", "gt", "lt") if back else ("lt", "gt", "lt", "gt")
        names = ("severity", "due_at", "reach", "id")
        beyond, same = Q(), Q()
        for name, way, value in zip(names, ways, place, strict=True):
            beyond |= same & Q(**{f"{name}__{way}": value})
            same &= Q(**{name: value})
        edge = Q(**{f"severity__{ways[0]}e": place[0]})
        return self.filter(edge, beyond)

    def by_urgency(self) -> Self:
        """The most urgent first: the worst, then what is due first, then what most people have seen."""
        return self.order_by("-severity", "due_at", "-reach", "id")

    def with_subjects(self) -> Self:
        """With all that a line of a list shows."""
        return self.select_related("asset", "asset__uploaded_by", "policy", "version", "assignee", "owner")


class ReportQuerySet(models.QuerySet["Report"]):
    """Lists of what people have reported."""

    def standing(self) -> Self:
        """Those that nobody has decided on yet."""
        return self.filter(answered_at=None).exclude(case__status="decided")
