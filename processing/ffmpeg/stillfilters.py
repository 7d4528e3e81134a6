"""The filters of one still: progressive, upright, of a size, in the colours of an ordinary screen.

They are those of the renditions (`processing.ffmpeg.filters`), as names and arguments for libavfilter itself. The one
that the stills are taken with has no zscale, so what HDR becomes comes out of a table (`tonetable`).
"""

from pathlib import Path

from processing.ffmpeg.media import VideoStream

Filters = list[tuple[str, str]]

_TURNS: dict[int, Filters] = {
    90: [("transpose", "clock")],
    180: [("hflip", ""), ("vflip", "")],
    270: [("transpose", "cclock")],
}


def still_filters(video: VideoStream, width: int, height: int, table: Path | None) -> Filters:
    """Return what makes a decoded frame into a picture in RGB of this size as seen.

    `table` is the file of `tonetable.write` and needed for HDR alone. ffmpeg's own names for colours are used.
    """
    deinterlaced = [("bwdif", "mode=send_frame:deint=all")] if video.is_interlaced else []
    if video.rotation in {90, 270}:
        width, height = height, width
    scale = f"w={width}:h={height}:flags=bicubic"
    if video.is_unnamed_hd:
        scale += ":in_color_matrix=bt709"
    if table is None:
        colours = [("format", "pix_fmts=rgb24")]
    else:
        # What is HDR and does not name its matrix has that of BT.2020.
        scale += "" if video.is_rgb else ":in_color_matrix=bt2020"
        # Ten bits and more until the table has been asked.
        colours = [
            ("format", "pix_fmts=gbrp16le"),
            ("lut3d", f"file={_escaped(table)}:interp=tetrahedral"),
            ("format", "pix_fmts=rgb24"),
        ]
    return [*deinterlaced, ("scale", scale), ("setsar", "1"), *colours, *_TURNS.get(video.rotation, [])]


def _escaped(path: Path) -> str:
    """A path as an option's value."""
    return "".join(f"\\{sign}" if sign in "\\':," else sign for sign in str(path))
