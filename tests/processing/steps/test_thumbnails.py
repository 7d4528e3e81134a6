"""A film gets its pictures by one step, as its preset and its upload want them."""

from pathlib import Path

import pytest
from PIL import Image

from assets.models import Variant
from assets.services import places
from processing.ffmpeg.ladder import STANDARD
from processing.models import Job
from processing.services.context import StepContext
from processing.steps import thumbnails
from tests.media import media
from tests.processing.ffmpeg.conftest import probed
from tests.processing.test_pipeline import carried_out, stored

pytestmark = pytest.mark.django_db(transaction=True)


def context_of(job: Job, name: str, scratch: Path) -> StepContext:
    """A run of the step for one of the media."""
    job.asset.metadata = {"probed": True, "probe": probed(name).as_data()}
    return StepContext(
        job=job,
        step=job.steps.get(name="thumbnails"),
        asset=job.asset,
        source=media(name),
        scratch=scratch,
        report=lambda _fraction: None,
        stop=lambda: False,
    )


def test_everything_comes_from_one_pass(video_job: Job, tmp_path: Path) -> None:
    context = context_of(video_job, "long_25.mp4", tmp_path)
    assert thumbnails.run(context) == {"thumbnails": 10, "tiles": 13, "previews": 2}
    kinds = [(str(product.variant_type), product.format) for product in context.products]
    assert kinds == [
        ("poster", "webp"), ("poster", "jpg"), *[("thumbnail", "webp"), ("thumbnail", "jpg")] * 10,
        ("preview", "webp"), ("preview", "gif"), ("storyboard", "vtt"),
    ]  # fmt: skip
    assert context.products[-1].entries == {"vtt": "storyboard.vtt"}


def test_a_preset_may_want_the_classic_poster_and_a_film(video_job: Job, tmp_path: Path) -> None:
    recipe = {**STANDARD.as_data(), "poster": "classic", "preview_seconds": 6.0}
    video_job.parameters = {"recipe": recipe}
    context = context_of(video_job, "long_25.mp4", tmp_path)
    assert thumbnails.run(context)["previews"] == 3
    assert context.products[0].facts["timestamp"] == 7.0
    film = context.products[-1]
    assert (film.format, film.facts["duration"]) == ("mp4", pytest.approx(6.0, abs=0.3))


def test_a_preset_may_want_the_preview_as_avif_too(video_job: Job, tmp_path: Path) -> None:
    video_job.parameters = {"recipe": {**STANDARD.as_data(), "preview_avif": True}}
    context = context_of(video_job, "long_25.mp4", tmp_path)
    assert thumbnails.run(context)["previews"] == 3
    previews = [product for product in context.products if product.variant_type == "preview"]
    assert [product.format for product in previews] == ["avif", "webp", "gif"]
    assert {product.facts["duration"] for product in previews} == {5.0}
    with Image.open(previews[0].path) as small:
        assert small.n_frames == 50  # type: ignore[attr-defined]  # of an animation


def test_an_upload_may_want_the_classic_poster(video_job: Job, tmp_path: Path) -> None:
    video_job.parameters = {"recipe": STANDARD.as_data(), "poster": "classic"}
    context = context_of(video_job, "long_25.mp4", tmp_path)
    thumbnails.run(context)
    assert context.products[0].facts["timestamp"] == 7.0


def test_the_sheets_of_a_storyboard_lie_beside_their_track() -> None:
    asset = carried_out(stored(media("tiny.mp4"))).asset
    board = Variant.objects.get(asset=asset, variant_type="storyboard")
    folder = places.path_of(board.storage_key).parent
    assert {path.name for path in folder.iterdir()} == {"storyboard.vtt", "1.jpg"}
    assert board.detail["board"]["tiles"] == 2 and board.mime_type == "text/vtt"
