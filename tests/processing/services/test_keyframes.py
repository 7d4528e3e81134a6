"""Which jobs ask for key frames, and which document their status names."""

import pytest

from assets.models import Asset
from processing.ffmpeg.keyframes import Keyframes
from processing.ffmpeg.ladder import LABELLED, STANDARD
from processing.models import Job
from processing.services import keyframes
from tests.factories import AssetFactory, VariantFactory

pytestmark = pytest.mark.django_db


def job_of(asset: Asset, **parameters: object) -> Job:
    return Job(asset=asset, parameters=parameters)


def test_the_recipe_of_a_film_asks_for_them_or_the_order_does() -> None:
    film = AssetFactory()
    assert keyframes.wish_of(job_of(film, recipe=LABELLED.as_data())) == Keyframes()
    assert keyframes.wish_of(job_of(film, keyframes={"every": 5})) == Keyframes(count=0, every=5)
    assert keyframes.wish_of(job_of(film, recipe=STANDARD.as_data())) is None
    assert keyframes.wish_of(job_of(film)) is None
    assert keyframes.wish_of(job_of(AssetFactory(audio=True), recipe=LABELLED.as_data())) is None


def test_a_job_that_asks_for_them_names_their_document_and_nothing_before() -> None:
    film = AssetFactory()
    of_file = VariantFactory(asset=film, sidecar=True)
    asking = job_of(film, recipe=LABELLED.as_data())
    assert keyframes.metadata_for(asking, [of_file]) is None
    assert keyframes.metadata_for(job_of(film), [of_file]) == of_file
    document = VariantFactory(asset=film, sidecar=True, filename="d.json", detail={"keyframes": 3})
    assert keyframes.metadata_for(asking, [of_file, document]) == document
    assert keyframes.metadata_for(job_of(film), [document, of_file]) == of_file
