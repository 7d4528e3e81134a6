"""The storyboard as an image track of a streaming set: for DASH and HLS, as players and the packager's own manifests
want it.

The packager knows no images, so its manifests are added to when it has written them. The sheets lie in a folder of the
set, so the one signed prefix of the set opens them too. They are never encrypted.
"""

import shutil
from pathlib import Path
from xml.sax.saxutils import quoteattr

from processing.exceptions import EncodingFailed
from processing.ffmpeg.storyboard import Board, sheet_name
from processing.packager import DASH_MANIFEST, HLS_MASTER

FOLDER = "images"
PLAYLIST = "playlist.m3u8"

_TILES = "http://dashif.org/guidelines/thumbnail_tile"
_TICKS = 1000
_VERSION = 7


def add(folder: Path, board: Board, sheets: Path) -> None:
    """Put the sheets of a storyboard (the files of the folder `sheets`) into a finished set and name them in those
    manifests that it has. Raises `EncodingFailed` when a sheet or the place in a manifest is not there.
    """
    target = folder / FOLDER
    target.mkdir()
    for number in range(1, board.sheets + 1):
        sheet = sheets / sheet_name(number)
        if not sheet.is_file():
            raise EncodingFailed(f"sheet {number} of the storyboard is missing")
        shutil.copyfile(sheet, target / sheet.name)
    (target / PLAYLIST).write_text(playlist(board), encoding="utf-8")
    for manifest, addition in ((HLS_MASTER, hls_with(board)), (DASH_MANIFEST, dash_with(board))):
        if (folder / manifest).is_file():
            _change(folder / manifest, addition)


def playlist(board: Board) -> str:
    """Return the media playlist: a segment is a sheet, its tiles are told with it."""
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION}",
        f"#EXT-X-TARGETDURATION:{round(board.sheet_seconds + 0.5)}",
        "#EXT-X-MEDIA-SEQUENCE:1",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-IMAGES-ONLY",
    ]
    for number in range(board.sheets):
        lasts = min(board.sheet_seconds, board.duration - number * board.sheet_seconds)
        lines += [
            f"#EXTINF:{max(lasts, 0.001):.3f},",
            f"#EXT-X-TILES:RESOLUTION={board.width}x{board.height},LAYOUT={board.columns}x{board.rows},"
            f"DURATION={board.seconds:.3f}",
            sheet_name(number + 1),
        ]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def hls_with(board: Board) -> str:
    """Return the line by which the master playlist names the images."""
    return (
        f"#EXT-X-IMAGE-STREAM-INF:BANDWIDTH={board.bandwidth},RESOLUTION={board.width}x{board.height},"
        f'CODECS="jpeg",URI="{FOLDER}/{PLAYLIST}"\n'
    )


def dash_with(board: Board) -> str:
    """Return the adaptation set by which the DASH manifest names the images."""
    media = quoteattr(f"{FOLDER}/$Number$.jpg")
    return (
        '    <AdaptationSet id="1000" contentType="image" mimeType="image/jpeg">\n'
        f'      <SegmentTemplate media={media} timescale="{_TICKS}"'
        f' duration="{round(board.sheet_seconds * _TICKS)}" startNumber="1"/>\n'
        f'      <Representation id="images" bandwidth="{board.bandwidth}"'
        f' width="{board.width * board.columns}" height="{board.height * board.rows}">\n'
        # Here, not with the set: players look for it in the representation.
        f'        <EssentialProperty schemeIdUri="{_TILES}" value="{board.columns}x{board.rows}"/>\n'
        "      </Representation>\n"
        "    </AdaptationSet>\n"
    )


def _change(path: Path, addition: str) -> None:
    """Add to a manifest: to a playlist at its end, to DASH behind the other sets of its one period."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".mpd":
        before, mark, after = text.rpartition("</Period>")
        if not mark:
            raise EncodingFailed("the manifest has no period")
        text = f"{before.rstrip(' ')}{addition}  {mark}{after}"
    else:
        text = f"{text.rstrip()}\n\n{addition}"
    made = path.with_suffix(f"{path.suffix}.new")
    made.write_text(text, encoding="utf-8")
    made.replace(path)
