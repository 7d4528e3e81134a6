"""Runs alone in the sandbox: draws one watermark with Pillow.

Reads one request as JSON and prints an empty answer. It imports nothing of the project.
"""

import json
import math
import sys
import unicodedata
from itertools import groupby
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

Request = dict[str, Any]
Size = tuple[int, int]

# Of the height of a line of words.
LETTER_SHARE = 0.7
BASELINE_SHARE = 0.72
LEAST_LETTERS = 6
EDGE = (0, 0, 0, 170)
ARABIC = ("\u0600", "\u08ff")
LAST_LATIN, FIRST_SIGN = "\u00ff", "\u2000"
STRONG = ("L", "R", "AL")


def words(text: str, fonts: dict[str, str], most: Size) -> Image.Image:
    """Return a line of words in white with a dark edge, as wide as it needs and at most so large."""
    runs = pieces(text)
    letters = max(LEAST_LETTERS, round(most[1] * LETTER_SHARE))
    while True:
        made = [(ImageFont.truetype(fonts[kind], letters), piece) for kind, piece in runs]
        edge = max(1, letters // 14)
        wide = math.ceil(sum(font.getlength(piece) for font, piece in made)) + 2 * edge
        if wide <= most[0] or letters <= LEAST_LETTERS:
            break
        letters = max(LEAST_LETTERS, min(letters - 1, letters * most[0] // wide))
    ground = Image.new("RGBA", (min(wide, most[0]), most[1]))
    draw, at = ImageDraw.Draw(ground), float(edge)
    for font, piece in made:
        draw.text(
            (at, most[1] * BASELINE_SHARE), piece, "white", font, "ls", stroke_width=edge, stroke_fill=EDGE
        )
        at += font.getlength(piece)
    return ground


def pieces(text: str) -> list[tuple[str, str]]:
    """Return the words in pieces of one font each, in the order in which they are seen from the left."""
    found: list[tuple[str, str]] = []
    for letter in text:
        kind = found[-1][0] if letter == " " and found else font_of(letter)
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + letter)
        else:
            found.append((kind, letter))
    first = next((way for letter in text if (way := unicodedata.bidirectional(letter)) in STRONG), "L")
    if first == "L":
        return found
    # Words of the other direction keep their own order.
    groups = [list(group) for _arabic, group in groupby(found, key=lambda piece: piece[0] == "arabic")]
    return [piece for group in reversed(groups) for piece in group]


def font_of(letter: str) -> str:
    """Return what kind of font holds a letter."""
    if ARABIC[0] <= letter <= ARABIC[1]:
        return "arabic"
    return "latin" if letter <= LAST_LATIN or letter >= FIRST_SIGN else "latin_more"


def picture(path: str, most: Size) -> Image.Image:
    """Return the first picture of an image of our own making, as large as fits."""
    with Image.open(path, formats=["WEBP"]) as image:
        image.seek(0)
        return ImageOps.contain(image.convert("RGBA"), most, Image.Resampling.LANCZOS)


def main() -> None:
    """Draw what is asked for."""
    request: Request = json.load(sys.stdin)
    size: Size = (request["size"][0], request["size"][1])
    drawn = (
        words(request["text"], request["fonts"], size) if request["text"] else picture(request["image"], size)
    )
    drawn.putalpha(drawn.getchannel("A").point(lambda value: round(value * request["opacity"])))
    ground = Image.new("RGBA", size)
    across, down = request["place"]
    ground.paste(drawn, (round((size[0] - drawn.width) * across), round((size[1] - drawn.height) * down)))
    ground.save(request["target"], "PNG")
    json.dump({}, sys.stdout)


main()
