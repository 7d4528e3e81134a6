"""The watermark of a recipe is drawn for what a step makes; without its image nothing is made."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from assets.models import Asset
from processing.exceptions import MarkMissing
from processing.ffmpeg import marks as geometry
from processing.ffmpeg.ladder import Rung
from processing.ffmpeg.marks import Mark
from processing.models import Job
from processing.services import marks
from processing.services.context import StepContext
from tests.factories import AssetFactory, VariantFactory
from tests.media import media

pytestmark = pytest.mark.django_db
RUNG = Rung("360p", 640, 360, 23, "veryfast", 750_000, 750_000)


def context_of(job: Job, folder: Path) -> StepContext:
    """A step that is about to encode."""
    step = job.steps.get(name="transcoding")
    return StepContext(
        job, step, job.asset, media("plain.mp4"), folder, report=lambda _share: None, stop=lambda: False
    )


def logo(folder: Path, **traits: Any) -> Asset:
    """An image that is ready, red all over."""
    Image.new("RGB", (64, 64), "red").save(folder / "logo.webp", "WEBP", lossless=True)
    asset = AssetFactory(image=True, published=True, **traits)
    VariantFactory(
        asset=asset,
        format="webp",
        quality="web",
        filename="logo.webp",
        content=(folder / "logo.webp").read_bytes(),
    )
    return asset


def test_each_size_is_drawn_once(video_job: Job, tmp_path: Path) -> None:
    mark = Mark(text="Draft")
    rungs = [replace(RUNG, mark=mark), replace(RUNG, quality="180p", width=320, height=180, mark=mark)]
    marks.lay(context_of(video_job, tmp_path), [*rungs, rungs[0]], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"mark_640x360.png", "mark_320x180.png"}
    place = geometry.box(mark, 640, 360)
    with Image.open(tmp_path / "mark_640x360.png") as drawn:
        assert drawn.size == (place.width, place.height)


def test_nothing_is_drawn_for_rungs_without_one(video_job: Job, tmp_path: Path) -> None:
    marks.lay(context_of(video_job, tmp_path), [RUNG], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_image_of_the_library_is_drawn(video_job: Job, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    mark = Mark(image=str(logo(tmp_path).pk), opacity=1.0, size=0.25)
    marks.lay(context_of(video_job, folder), [replace(RUNG, mark=mark)], folder)
    with Image.open(folder / "mark_640x360.png") as drawn:
        most: list[Any] = [drawn.getchannel(name).getextrema()[1] for name in "RG"]
    assert most[0] > 240 and most[1] < 30


@pytest.mark.parametrize("gone", [{"trashed": True}, {"scan_verdict": "infected", "publication": "blocked"}])
def test_without_its_image_nothing_is_made(video_job: Job, tmp_path: Path, gone: dict[str, Any]) -> None:
    mark = Mark(image=str(logo(tmp_path, **gone).pk))
    with pytest.raises(MarkMissing):
        marks.lay(context_of(video_job, tmp_path), [replace(RUNG, mark=mark)], tmp_path)


def test_a_name_is_drawn_beside_the_mark(video_job: Job, tmp_path: Path) -> None:
    both = replace(RUNG, mark=Mark(text="Draft"), named=Mark(text="Mona · 2026"))
    marks.lay(context_of(video_job, tmp_path), [both], tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"mark_640x360.png", "name_640x360.png"}
