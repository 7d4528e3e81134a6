"""Images are looked at without unfolding them, and become small, upright, plain pictures."""

from pathlib import Path

import pytest
from PIL import Image

from mediaportal.core.filetype import sniff
from processing.exceptions import CorruptMedia, ImageTooLarge, UnknownCodec
from processing.pictures import Picture, Pictures, inspect, render, sample
from tests.media import media

EVERY = [
    "picture.jpg",
    "picture.png",
    "picture.webp",
    "picture.gif",
    "picture.tiff",
    "picture.avif",
    "picture.heic",
]


def look(name: str) -> Picture:
    path = media(name)
    return inspect(path, mime_type=sniff(path.read_bytes()))


def make(name: str, folder: Path) -> Pictures:
    path = media(name)
    return render(path, folder, "photo", mime_type=sniff(path.read_bytes()))


@pytest.mark.parametrize("name", EVERY)
def test_every_format(name: str, tmp_path: Path) -> None:
    found = look(name)
    assert (found.width, found.height, found.frames, found.is_animated) == (640, 480, 1, False)
    made = make(name, tmp_path)
    assert made.web.path == tmp_path / "photo_web.webp"
    assert (made.web.format, made.web.quality, made.web.width, made.web.height) == ("webp", "web", 640, 480)
    assert [(file.quality, file.format, file.width, file.height) for file in made.thumbnails] == [
        ("320w", "webp", 320, 240), ("320w", "jpg", 320, 240),
        ("640w", "webp", 640, 480), ("640w", "jpg", 640, 480),
    ]  # fmt: skip
    for file in (made.web, *made.thumbnails):
        with Image.open(file.path) as image:
            assert image.size == (file.width, file.height)
        assert file.size == file.path.stat().st_size


def test_upright_and_without_its_place(tmp_path: Path) -> None:
    found = look("turned.jpg")
    assert (found.width, found.height, found.orientation) == (480, 640, 6)
    made = make("turned.jpg", tmp_path)
    for file in (made.web, *made.thumbnails):
        with Image.open(file.path) as image:
            assert image.height > image.width
            assert not dict(image.getexif())
    # The linear gradient of the red channel runs downwards before, and so to the left after.
    with Image.open(made.web.path) as image:
        left, right = image.convert("RGB").getpixel((20, 300)), image.convert("RGB").getpixel((460, 300))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > right[0]


def test_bomb_is_refused_from_its_header() -> None:
    path = media("bomb.png")
    with pytest.raises(ImageTooLarge):
        inspect(path, mime_type="image/png")
    assert inspect(path, mime_type="image/png", most_pixels=200_000_000).width == 12_000


def test_bomb_is_not_rendered(tmp_path: Path) -> None:
    with pytest.raises(ImageTooLarge):
        make("bomb.png", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("cut_off.jpg", "image/jpeg"),
        ("text.mp4", "image/png"),
        ("picture.png", "image/jpeg"),
        ("empty.mp4", "image/gif"),
    ],
)
def test_damage(name: str, mime: str, tmp_path: Path) -> None:
    with pytest.raises(CorruptMedia):
        render(media(name), tmp_path, "photo", mime_type=mime)
    assert list(tmp_path.iterdir()) == []


def test_other_types() -> None:
    with pytest.raises(UnknownCodec):
        inspect(media("drawing.svg"), mime_type="image/svg+xml")


@pytest.mark.parametrize("name", ["animated.gif", "animated.webp"])
def test_animations_stay(name: str, tmp_path: Path) -> None:
    assert (look(name).frames, look(name).is_animated) == (5, True)
    made = make(name, tmp_path)
    with Image.open(made.web.path) as image:
        assert getattr(image, "n_frames", 1) == 5
    assert [file.quality for file in made.thumbnails] == ["320w", "320w"]
    assert (made.thumbnails[0].width, made.thumbnails[0].height) == (200, 100)


def test_transparency(tmp_path: Path) -> None:
    assert look("transparent.png").has_alpha
    made = make("transparent.png", tmp_path)
    with Image.open(made.web.path) as image:
        assert image.mode == "RGBA"
    with Image.open(made.thumbnails[1].path) as image:
        pixel = image.convert("RGB").getpixel((10, 10))
    assert isinstance(pixel, tuple)
    assert pixel == pytest.approx((255, 155, 155), abs=6)


@pytest.mark.parametrize(
    ("name", "expected"), [("grey_16.png", (117, 117, 117)), ("cmyk.jpg", (245, 55, 225))]
)
def test_other_colours(name: str, expected: tuple[int, int, int], tmp_path: Path) -> None:
    made = make(name, tmp_path)
    with Image.open(made.web.path) as image:
        pixel = image.convert("RGB").getpixel((100, 100))
    assert isinstance(pixel, tuple)
    assert pixel == pytest.approx(expected, abs=12)


def test_large_pictures_get_web_size(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (5000, 2500), "teal").save(path)
    folder = tmp_path / "made"
    folder.mkdir()
    made = render(path, folder, "photo", mime_type="image/png")
    assert (made.web.width, made.web.height) == (2048, 1024)


def test_as_data() -> None:
    assert look("picture.jpg").as_data()["mime_type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "size"), [("picture.jpg", (64, 48)), ("turned.jpg", None), ("animated.gif", None)]
)
def test_bare_pixels_have_the_size_that_is_told(
    name: str, size: tuple[int, int] | None, tmp_path: Path
) -> None:
    path = media(name)
    file, width, height = sample(path, tmp_path, mime_type=sniff(path.read_bytes()), pixels=64)
    assert file.stat().st_size == width * height * 3
    assert max(width, height) == 64
    assert size is None or (width, height) == size
