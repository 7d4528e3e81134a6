"""What manifests say of their segments, read without the packager."""

import re
from pathlib import Path
from xml.etree import ElementTree

_MPD = "{urn:mpeg:dash:schema:mpd:2011}"

Durations = dict[str, list[float]]


def hls_durations(folder: Path) -> Durations:
    """The seconds of each segment by the folder of its stream, from the playlists."""
    return {
        path.parent.name: [float(found) for found in re.findall(r"#EXTINF:([\d.]+)", path.read_text())]
        for path in folder.glob("*/playlist.m3u8")
    }


def dash_durations(folder: Path) -> Durations:
    """The same from the DASH manifest, to the millisecond as playlists tell them."""
    tree = ElementTree.parse(folder / "manifest.mpd")  # noqa: S314 - written by the packager
    found: Durations = {}
    for template in tree.iter(f"{_MPD}SegmentTemplate"):
        name = template.attrib["initialization"].partition("/")[0]
        scale = int(template.attrib["timescale"])
        found[name] = [
            round(int(part.attrib["d"]) / scale, 3)
            for part in template.iter(f"{_MPD}S")
            for _time in range(int(part.attrib.get("r", 0)) + 1)
        ]
    return found
