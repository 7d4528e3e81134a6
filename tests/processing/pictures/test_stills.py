"""Of several frames the one that shows most becomes the poster; sheets and moving pictures hold what was laid in."""

from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from processing.exceptions import CorruptMedia
from processing.pictures.stills import Capture, Film, Finished, Order, Sheet, finish
from tests.media import media


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    return folder


def scene() -> Image.Image:
    """A picture with edges and colours."""
    with Image.open(media("picture.png")) as picture:
        sharp = picture.convert("RGB").resize((640, 360))
    for x in range(0, 640, 40):
        for y in range(0, 360, 40):
            if (x + y) % 80:
                sharp.paste((x % 255, y % 255, 128), (x, y, x + 40, y + 40))
    return sharp


def laid(folder: Path, **pictures: Image.Image) -> dict[str, Path]:
    """Frames in files."""
    paths = {}
    for name, picture in pictures.items():
        paths[name] = folder / f"{name}.ppm"
        picture.save(paths[name])
    return paths


def best_of(folder: Path, paths: dict[str, Path]) -> str:
    made = finish(Order(folder, thumbnails=paths, poster_pixels=320))
    return list(paths)[made.best]


@pytest.mark.parametrize(
    ("worse", "weak"),
    [
        ("black", Image.new("RGB", (640, 360))),
        ("white", Image.new("RGB", (640, 360), "white")),
        ("blank", Image.new("RGB", (640, 360), "teal")),
        ("blurred", scene().filter(ImageFilter.GaussianBlur(9))),
        ("half faded", Image.blend(scene(), Image.new("RGB", (640, 360)), 0.75)),
        ("half faded in", Image.blend(scene(), Image.new("RGB", (640, 360), "white"), 0.75)),
        ("pale", scene().convert("L").convert("RGB")),
        ("dark", scene().point(lambda value: value // 5)),
    ],
)
def test_the_poster_is_sharp_colourful_and_well_lit(
    worse: str, weak: Image.Image, frames: Path, tmp_path: Path
) -> None:
    assert best_of(tmp_path, laid(frames, first=weak, good=scene(), last=weak)) == "good", worse


def test_a_poster_may_be_told(frames: Path, tmp_path: Path) -> None:
    paths = laid(frames, good=scene(), told=Image.new("RGB", (640, 360), (10, 200, 10)))
    made = finish(
        Order(tmp_path, thumbnails={"good": paths["good"]}, poster=paths["told"], poster_pixels=320)
    )
    with Image.open(made.poster[0].path) as poster:
        assert poster.size == (320, 180)
        assert poster.convert("RGB").getpixel((9, 9)) == pytest.approx((10, 200, 10), abs=6)
    assert [file.format for file in made.poster] == ["webp", "jpg"]


def test_tiles_lie_in_rows_and_what_is_missing_is_black(frames: Path, tmp_path: Path) -> None:
    colours = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)]
    tiles = [
        laid(frames, **{f"t{number}": Image.new("RGB", (160, 90), colour)})[f"t{number}"]
        for number, colour in enumerate(colours)
    ]
    made = finish(Order(tmp_path, sheets=[Sheet(tmp_path / "1.jpg", tiles, 3, 2, 160, 90)]))
    with Image.open(made.sheets[0].path) as sheet:
        assert sheet.size == (480, 180) == (made.sheets[0].width, made.sheets[0].height)
        seen = [sheet.getpixel((80 + 160 * (n % 3), 45 + 90 * (n // 3))) for n in range(6)]
    for colour, found in zip([*colours, (0, 0, 0), (0, 0, 0)], seen, strict=True):
        assert found == pytest.approx(colour, abs=8)


def moving(made: Finished) -> list[tuple[int, tuple[int, int], int]]:
    """Frames, size and the length of the first frame of each film."""
    found = []
    for file in made.films:
        with Image.open(file.path) as image:
            image.seek(0)
            image.load()
            found.append((image.n_frames, image.size, int(image.info["duration"])))  # type: ignore[attr-defined]
    return found


def test_films_are_made_in_every_format(frames: Path, tmp_path: Path) -> None:
    scenes = {f"f{number:02}": scene().rotate(number * 20) for number in range(12)}
    paths = list(laid(frames, **scenes).values())
    films = [
        Film(tmp_path / "a.avif", "avif", paths, 100, 480),
        Film(tmp_path / "a.webp", "webp", paths, 100, 480),
        Film(tmp_path / "a.gif", "gif", paths, 100, 320, every=2),
    ]
    made = finish(Order(tmp_path, films=films))
    assert [file.format for file in made.films] == ["avif", "webp", "gif"]
    assert moving(made) == [(12, (480, 270), 100)] * 2 + [(6, (320, 180), 200)]


@pytest.mark.parametrize("form", ["png", "webp"])
def test_a_frame_is_kept_in_its_own_size(form: str, frames: Path, tmp_path: Path) -> None:
    (path,) = laid(frames, one=scene()).values()
    capture = Capture(path, tmp_path / f"0001.{form}", form)  # type: ignore[arg-type]  # one of the two
    (file,) = finish(Order(tmp_path, captures=[capture])).captures
    assert (file.width, file.height, file.format) == (640, 360, form)
    if form == "png":
        with Image.open(file.path) as picture:
            assert picture.convert("RGB").tobytes() == scene().tobytes()


def test_what_is_no_frame_is_told(frames: Path, tmp_path: Path) -> None:
    (frames / "one.ppm").write_bytes(b"no picture")
    with pytest.raises(CorruptMedia):
        finish(Order(tmp_path, thumbnails={"one": frames / "one.ppm"}, poster_pixels=320))
