"""HDR in a still looks as it does in the renditions, which ffmpeg's own filters map."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from processing.ffmpeg import tonetable
from processing.ffmpeg.media import ContentLight
from processing.ffmpeg.stills import take_exactly
from tests.media import media
from tests.processing.ffmpeg.conftest import probed

_CHAIN = (
    "scale={size},zscale=transferin={curve}:primariesin=2020:matrixin=2020_ncl:transfer=linear:npl=100,"
    "format=gbrpf32le,zscale=primaries=bt709,tonemap=hable:desat=0,"
    "zscale=transfer=bt709:matrix=bt709:range=tv,format=rgb24"
)


@pytest.mark.parametrize(
    ("name", "curve"),
    [("hdr_pq.mp4", "smpte2084"), ("hdr_hlg.mp4", "arib-std-b67"), ("hdr_told.mp4", "smpte2084")],
)
def test_a_still_has_the_colours_of_the_renditions(name: str, curve: str, tmp_path: Path) -> None:
    (frame,) = take_exactly(media(name), probed(name), [1.0], tmp_path)
    reference = tmp_path / "reference.png"
    with Image.open(frame.path) as picture:
        ours = picture.convert("RGB")
    chain = _CHAIN.format(size=f"{ours.width}:{ours.height}:flags=bicubic", curve=curve)
    command = ["ffmpeg", "-v", "error", "-ss", "1.0", "-i", str(media(name)), "-vf", chain, "-frames:v", "1"]
    subprocess.run([*command, str(reference)], check=True, timeout=60)
    with Image.open(reference) as picture:
        theirs = picture.convert("RGB")
    differs = ImageStat.Stat(ImageChops.difference(ours, theirs)).mean
    assert max(differs) < 6
    assert ImageStat.Stat(ours).mean == pytest.approx(ImageStat.Stat(theirs).mean, abs=4)


def test_black_stays_black_and_the_brightest_becomes_white(tmp_path: Path) -> None:
    video = probed("hdr_pq.mp4").video
    assert video is not None
    tonetable.write(replace(video, light=ContentLight(10_000, 400)), tmp_path / "tones.cube")
    lines = (tmp_path / "tones.cube").read_text().splitlines()
    assert lines[0] == "LUT_3D_SIZE 33" and len(lines) == 33**3 + 1
    assert lines[1] == "0.00000 0.00000 0.00000"
    assert [float(part) for part in lines[-1].split()] == pytest.approx([1, 1, 1], abs=0.001)


def test_what_a_film_tells_of_its_light_changes_the_table(tmp_path: Path) -> None:
    video = probed("hdr_pq.mp4").video
    assert video is not None
    tonetable.write(replace(video, light=None, mastering=None), tmp_path / "usual.cube")
    tonetable.write(replace(video, light=ContentLight(400, 100)), tmp_path / "dim.cube")
    middle = 33**3 // 2
    usual, dim = ((tmp_path / f"{name}.cube").read_text().splitlines()[middle] for name in ("usual", "dim"))
    assert float(dim.split()[1]) > float(usual.split()[1])
