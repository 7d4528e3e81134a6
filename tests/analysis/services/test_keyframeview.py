"""What the page and the API ask of the database to show key frames."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analysis.models import EngineChoice
from analysis.services import keyframes, keyframeview
from assets.models import Asset
from processing.ffmpeg.keyframes import Keyframes
from tests.analysis.conftest import FakeEngine
from tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def test_the_page_asks_no_more_than_the_api(fake: FakeEngine, film: Asset) -> None:
    keyframes.ask(user=film.uploaded_by, asset=film, wish=Keyframes(count=2), engine=EngineChoice.AUTO)
    for second in range(4):
        VariantFactory(
            asset=film,
            variant_type="derived",
            format="png",
            filename=f"{second}.png",
            timestamp=second,
            detail={"step": "keyframes"},
        )
    user = film.uploaded_by
    keyframeview.context_of(film, user=user)  # what the person may do is asked once
    with CaptureQueriesContext(connection) as told:
        assert len(keyframeview.answer_of(film, user=user)["captures"]) == 4
    with CaptureQueriesContext(connection) as shown:
        context = keyframeview.context_of(film, user=user)
    assert context is not None
    assert context["is_open"]
    assert len(shown) == len(told) <= 5
