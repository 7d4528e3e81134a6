"""Reads of jobs and steps, named in the words of the house.

Whether a moment has come is asked of the database's clock: those of the machines may differ.
"""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Prefetch
from django.db.models.functions import Now

from assets.models import Asset
from mediaportal.accounts.models import User

if TYPE_CHECKING:
    from processing.models import Job, Step


class JobQuerySet(models.QuerySet["Job"]):
    """Lists of jobs."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the assets that a person may see."""
        return self.filter(asset__in=Asset.objects.visible_to(user))

    def of_assets(self) -> Self:
        """Those that make what their asset is played from, without what is only measured or added afterwards."""
        return self.filter(job_type__in=["ingest", "package", "transcode"])

    def measuring(self) -> Self:
        """Those that measure the renditions of an asset that is ready."""
        return self.filter(job_type="quality")

    def cutting(self) -> Self:
        """Those that make what is left of an asset out of which parts are taken for others."""
        return self.filter(job_type="cut")

    def with_steps(self, *, user: User | AnonymousUser | None = None) -> Self:
        """With the asset, and the steps in their order, in one further query. For a `user` from whom it may be kept how
        an asset stands, the asset comes in one more.
        """
        seen = Asset.objects.all() if user is None else Asset.objects.all().veiled_for(user)
        if "veiled" not in seen.query.annotations:
            return self.select_related("asset").prefetch_related("steps")
        return self.prefetch_related(Prefetch("asset", seen), "steps")


class StepQuerySet(models.QuerySet["Step"]):
    """Lists of steps."""

    def claimable(self, queue: str) -> Self:
        """Those of a queue that may be started now, in no order."""
        return self.filter(
            queue=queue,
            status="pending",
            ready_at__lte=Now(),
            job__status__in=["pending", "processing"],
        ).order_by()

    def expired(self) -> Self:
        """Those whose worker has not renewed its lease."""
        return self.filter(status="processing", lease_until__lt=Now())
