"""What HDR becomes on an ordinary screen, as a table of colours: the same curve as that of the renditions.

Light in absolute units is mapped by Hable's curve, as `processing.ffmpeg.filters` asks of zscale and tonemap, and
written in BT.709 for a screen of gamma 2.4. A table can be asked by every libavfilter, and costs little.
"""

import math
from functools import cache
from pathlib import Path

from processing.ffmpeg.media import VideoStream

_SIDE = 33
_WHITE = 100.0
_PQ = "smpte2084"
# Where nothing tells how bright it gets, and what HLG is made for: cd/m².
_USUAL_PEAK = 1000.0
_PEAK_OF_HLG = 1000.0
_GAMMA = 1 / 2.4
_FAINTEST = 1e-6

Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

_FROM_BT2020: Matrix = (
    (1.660491, -0.587641, -0.072850),
    (-0.124550, 1.132900, -0.008349),
    (-0.018151, -0.100579, 1.118730),
)
_FROM_P3: Matrix = (
    (1.224940, -0.224940, 0.0),
    (-0.042057, 1.042057, 0.0),
    (-0.019638, -0.078636, 1.098274),
)
_AS_IT_IS: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_PRIMARIES = {"smpte431": _FROM_P3, "smpte432": _FROM_P3, "bt709": _AS_IT_IS}


def write(video: VideoStream, path: Path) -> None:
    """Write the table of a video's colours as a `.cube` file."""
    transfer = "pq" if video.color_transfer == _PQ else "hlg"
    path.write_text(_cube(transfer, video.color_primaries, _peak(video)), encoding="ascii")


def _peak(video: VideoStream) -> float:
    """The brightest light that the pictures tell of, in units of white."""
    told = video.light.max_content if video.light else 0
    return (told or (video.mastering.max_luminance if video.mastering else 0) or _USUAL_PEAK) / _WHITE


@cache
def _cube(transfer: str, primaries: str, peak: float) -> str:
    """The table's text: red changes first, then green, then blue."""
    levels = [_light(number / (_SIDE - 1), transfer) for number in range(_SIDE)]
    matrix = _PRIMARIES.get(primaries, _FROM_BT2020)
    lines = [f"LUT_3D_SIZE {_SIDE}"]
    for blue in levels:
        for green in levels:
            for red in levels:
                shown = _shown((red, green, blue), matrix, peak, hlg=transfer == "hlg")
                lines.append("{:.5f} {:.5f} {:.5f}".format(*shown))
    return "\n".join([*lines, ""])


def _light(code: float, transfer: str) -> float:
    """How much light a code from 0 to 1 stands for: of PQ in units of white, of HLG of the scene from 0 to 1."""
    if transfer == "pq":
        root = code ** (1 / 78.84375)
        part = max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)
        return float(10_000 / _WHITE * part ** (1 / 0.1593017578125))
    if code <= 0.5:  # noqa: PLR2004 - where the two halves of the curve meet
        return code * code / 3
    return (math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12


def _shown(light: Colour, matrix: Matrix, peak: float, *, hlg: bool) -> Colour:
    """One colour as a plain screen shows it."""
    if hlg:
        luma = 0.2627 * light[0] + 0.6780 * light[1] + 0.0593 * light[2]
        gain = _PEAK_OF_HLG / _WHITE * luma**0.2 if luma > 0 else 0.0
        light = (light[0] * gain, light[1] * gain, light[2] * gain)
    red, green, blue = (sum(a * b for a, b in zip(row, light, strict=True)) for row in matrix)
    brightest = max(red, green, blue, _FAINTEST)
    gain = _hable(brightest) / _hable(peak) / brightest
    first, second, third = (min(1.0, max(0.0, part * gain)) ** _GAMMA for part in (red, green, blue))
    return first, second, third


def _hable(light: float) -> float:
    """The curve that John Hable made for a game: dark stays dark, bright comes to rest."""
    return (light * (light * 0.15 + 0.05) + 0.004) / (light * (light * 0.15 + 0.5) + 0.06) - 0.02 / 0.3
