"""How much room files take: a person's with their captions, and those that came through a guest link; with what is on
its way.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from assets.models import Asset, Caption, GuestLink, Leftover, UploadSession
from mediaportal.accounts.models import User

# What a form may have around its file: its announced size is that of the whole request.
FORM_BYTES = 512 * 1024
_ZERO = Value(0, output_field=BigIntegerField())


@dataclass(frozen=True)
class Room:
    """The room of a person in bytes. `quota` is None where nothing bounds it; `reserved` is what uploads that are
    still on their way have announced. Files in the trash take room until they are deleted for good.
    """

    quota: int | None
    used: int
    reserved: int

    @property
    def taken(self) -> int:
        """Bytes that no other file can have."""
        return self.used + self.reserved

    @property
    def percent(self) -> int:
        """How full it is; 0 without a bound."""
        return min(100, self.taken * 100 // self.quota) if self.quota else 100 * (self.quota == 0)

    @property
    def left(self) -> int | None:
        """Bytes that may still be announced; None without a bound."""
        return None if self.quota is None else max(0, self.quota - self.taken)


@dataclass(frozen=True)
class LinkUse:
    """What came through a guest link, and what is on its way: files, and bytes."""

    files: int
    bytes: int
    coming_files: int
    coming_bytes: int


@dataclass(frozen=True)
class Before:
    """Which of the uploads on their way count for one of them: not itself (nor the parts that it is joined from),
    and once it has begun only those that began before it, so that no two ever refuse each other.
    """

    itself: Collection[UUID] = ()
    began_at: datetime | None = None
    upload_id: UUID | None = None

    @classmethod
    def of(cls, session: UploadSession) -> "Before":
        """For an upload; one that is not saved yet comes after all others."""
        parts = [UUID(str(part)) for part in session.parts]
        return cls([session.pk, *parts], session.created_at, session.pk)

    def among(self, uploads: QuerySet[UploadSession]) -> QuerySet[UploadSession]:
        """Those that count."""
        counted = uploads.exclude(pk__in=list(self.itself)) if self.itself else uploads
        if self.began_at is None:
            return counted
        return counted.filter(
            Q(created_at__lt=self.began_at) | Q(created_at=self.began_at, pk__lt=self.upload_id)
        )


def quota_of(user: User) -> int | None:
    """The bytes that a person's files may take; None without a bound."""
    if user.quota_bytes is not None:
        return user.quota_bytes
    return settings.USER_QUOTA or None


def of_person(user: User, *, before: Before | None = None) -> Room:
    """The room of a person, in one query."""
    stored = (
        Asset.objects.filter(uploaded_by=OuterRef("pk"), original_removed_at=None)
        .order_by()
        .values("uploaded_by")
        .annotate(bytes=Sum("file_size"))
    )
    coming = (before or Before()).among(_coming().filter(user=OuterRef("pk")))
    announced = coming.order_by().values("user").annotate(bytes=Sum(_announced()))
    originals, tracks, leaving, reserved = (
        User.objects.filter(pk=user.pk)
        .values_list(*(_bytes_of(rows) for rows in (stored, _tracks(), _leaving(), announced)))
        .get()
    )
    return Room(quota_of(user), originals + tracks + leaving, reserved)


def _bytes_of(rows: QuerySet[Any, Any]) -> Coalesce:
    """The sum that a subquery has annotated as `bytes`."""
    return Coalesce(Subquery(rows.values("bytes")), _ZERO, output_field=BigIntegerField())


def _tracks() -> QuerySet[Any, Any]:
    """What text tracks take, with the files that they were made of, for the person of the outer query."""
    files = Caption.objects.filter(asset__uploaded_by=OuterRef("pk")).order_by()
    return files.values("asset__uploaded_by").annotate(bytes=Sum(F("file_size") + F("original_size")))


def _leaving() -> QuerySet[Any, Any]:
    """What is still there of theirs until nobody can be reading it: older versions of text tracks."""
    files = Leftover.objects.filter(asset__uploaded_by=OuterRef("pk")).order_by()
    return files.values("asset__uploaded_by").annotate(bytes=Sum("size"))


def of_link(link: GuestLink, *, before: Before | None = None) -> LinkUse:
    """What a guest link has brought so far."""
    arrived = Asset.objects.filter(guest_link=link).aggregate(files=Count("pk"), bytes=Sum("file_size"))
    coming = (before or Before()).among(_coming().filter(guest_link=link))
    counted = coming.aggregate(
        # The parts of a file are no files, and the file that is joined from them has no bytes of its own.
        files=Count("pk", filter=~Q(concat=UploadSession.Concat.PARTIAL)),
        bytes=Sum(_announced()),
    )
    return LinkUse(arrived["files"], int(arrived["bytes"] or 0), counted["files"], int(counted["bytes"] or 0))


def _coming() -> QuerySet[UploadSession]:
    """Every upload that has neither been accepted nor ended."""
    return UploadSession.objects.filter(status=UploadSession.Status.UPLOADING)


def _announced() -> Any:
    """The bytes that an upload on its way will surely bring: what came already, or what it announced if that is more.

    A file that is joined from parts counts through them.
    """
    words = Case(When(source=UploadSession.Source.FORM, then=FORM_BYTES), default=0)
    surely = Greatest(
        Coalesce(F("bytes_total"), _ZERO) - words, F("bytes_received"), output_field=BigIntegerField()
    )
    return Case(
        When(concat=UploadSession.Concat.FINAL, then=_ZERO), default=surely, output_field=BigIntegerField()
    )
