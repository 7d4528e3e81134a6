"""Which pictures are worth reading."""

from PIL import Image

from analysis.engines.local.parts import Picture
from analysis.engines.local.screens import Screens
from tests.analysis.clips import written


def news_in(images: list[Image.Image], seconds: float = 0.5) -> list[bool]:
    """Of which pictures it is said that there is something new, one every so many seconds."""
    screens = Screens()
    return [
        screens.is_new(Picture(number * seconds, *image.size, b""), image.convert("L"))
        for number, image in enumerate(images)
    ]


def test_only_another_writing_is_new() -> None:
    news, other = written(("Breaking News", 100, 100)), written(("Something Else", 100, 100))
    assert news_in([news, news, other, other, news]) == [True, False, True, False, True]


def test_writing_that_goes_is_new_too() -> None:
    screens = Screens()
    for number, image in enumerate([written(("Breaking News", 100, 100)), written()]):
        assert screens.is_new(Picture(float(number), *image.size, b""), image.convert("L"))
        assert screens.nothing_there is (number == 1)


def test_what_always_moves_is_read_now_and_then_only() -> None:
    moving = [written(("Breaking News", 20 * number, 100)) for number in range(40)]
    assert 6 <= sum(news_in(moving)) <= 10
