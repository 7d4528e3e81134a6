"""What the asset page asks of the database to show analyses and what more of them may cost."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.engines import Type
from analysis.services import panel
from assets.models import Asset
from tests.analysis.conftest import FakeEngine, sight
from tests.analysis.people import FakeAlbum, kept_picture, person_of, wanting

pytestmark = pytest.mark.django_db


def test_prices_of_many_engines_take_no_more_queries_than_of_one(
    album: FakeAlbum, film: Asset, only_engines: Callable[..., None]
) -> None:
    wanting(film)
    kept_picture(person_of())
    able = replace(sight(), names=True)

    def asked(*names: str) -> tuple[int, list[str]]:
        only_engines(
            *(
                FakeEngine(name=name, remote=True, usd=Decimal(1), abilities=dict.fromkeys(types, able))
                for name, types in ((one, (Type.FACES, Type.SHOTS, Type.TEXT)) for one in names)
            )
        )
        with CaptureQueriesContext(
            connection,
        ) as done:
            prices = json.loads(panel.context_of(film, user=film.uploaded_by)["prices"])
        return len(done), list(prices)

    asked("aws")  # what the person may do is asked once
    few, many = asked("aws"), asked("aws", "near", "far")
    assert (few[1], many[1]) == (["auto", "aws"], ["auto", "aws", "near", "far"])
    assert few[0] == many[0] <= 5
