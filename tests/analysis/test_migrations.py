"""What migrations write of rows that stand already."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.query import QuerySet
from django.utils import timezone

from analysis.engines import Speech
from analysis.models import Border, FaceExpense, PersonPicture, WordPlace
from assets.models import AssetWords
from tests.analysis.people import kept_picture, person_of
from tests.analysis.services.test_wording import speak
from tests.factories import AssetFactory

pytestmark = pytest.mark.django_db
EDITOR = SimpleNamespace(connection=connection)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many rows were made at once at most, by their models."""
    made: dict[str, int] = {}
    create = QuerySet.bulk_create

    def counted(rows: QuerySet[Any], objs: Any, *args: Any, **options: Any) -> Any:
        objs = list(objs)
        name = rows.model.__name__
        made[name] = max(made.get(name, 0), len(objs))
        return create(rows, objs, *args, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", counted)
    return made


def test_words_and_borders_of_what_stands_are_written_some_at_a_time(
    batches: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _film in range(3):
        speak(*(Speech(second, second + 1, 0.9, f"harbour {second}") for second in range(6)))
    before = [sorted(rows.objects.values_list("moment", "start")) for rows in (WordPlace, Border)]
    WordPlace.objects.all().delete()
    Border.objects.all().delete()
    migration = import_module("analysis.migrations.0007_words")
    monkeypatch.setattr(migration, "_ANALYSES", 2)
    monkeypatch.setattr(migration, "_ROWS", 4)
    batches.clear()
    migration.write(apps, EDITOR)
    assert [sorted(rows.objects.values_list("moment", "start")) for rows in (WordPlace, Border)] == before
    assert batches["Border"] == 4


def test_words_about_assets_are_written_some_at_a_time(
    batches: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [AssetFactory(title=f"Harbour {number}") for number in range(5)]
    AssetWords.objects.all().delete()
    migration = import_module("assets.migrations.0012_words")
    monkeypatch.setattr(migration, "_AT_ONCE", 2)
    batches.clear()
    migration.write(apps, EDITOR)
    assert AssetWords.objects.filter(text__contains="harbour").count() == len(made)
    assert batches["AssetWords"] == 2


def test_what_pictures_cost_counts_as_paid_when_they_were_tried() -> None:
    tried = timezone.now() - timedelta(days=2)
    dear = kept_picture(person_of(), cost=Decimal("0.004"), tried_at=tried)
    kept_picture(person_of("Omar"), face_id="face-2")
    with connection.cursor() as cursor:
        cursor.execute(import_module("analysis.migrations.0012_face_expenses").PAID)
    paid = FaceExpense.objects.get()
    assert (paid.picture, paid.cost, paid.at) == (dear.pk, Decimal("0.004"), tried)
    assert PersonPicture.objects.count() == 2
