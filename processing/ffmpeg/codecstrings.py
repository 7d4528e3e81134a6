"""Codecs as a web page names them (RFC 6381), read from a stream's own decoder configuration."""

from typing import Any

_AAC = "mp4a.40.2"
# What remains where a stream tells nothing of itself: common profiles and levels.
_USUAL = {"h264": "avc1.640028", "hevc": "hvc1.1.6.L120.90", "av1": "av01.0.08M.08"}
# VP9 levels by the pixels of a picture that they allow: the stream itself names none.
_VP9_LEVELS = ((73_728, 20), (245_760, 30), (983_040, 40), (2_228_224, 41), (8_912_896, 51))
_VP9_LARGEST = 60


def codec_string(stream: dict[str, Any]) -> str:
    """Return the codec of a stream that ffprobe has told with `-show_streams -show_data`."""
    name = str(stream.get("codec_name"))
    if stream.get("codec_type") == "audio":
        return _AAC
    if name == "vp9":
        return _vp9(stream)
    told = _bytes(str(stream.get("extradata", "")))
    read = _READERS.get(name)
    found = read(told) if read else ""
    return found or _USUAL.get(name, name)


def _bytes(dump: str) -> bytes:
    """The bytes of a dump: lines of an address, pairs of hexadecimal digits, and the same as text."""
    made = ""
    for line in dump.splitlines():
        _address, _, rest = line.partition(": ")
        made += rest.partition("  ")[0].replace(" ", "")
    return bytes.fromhex(made)


def _avc(told: bytes) -> str:
    """Profile, constraints and level of an `avcC`."""
    return f"avc1.{told[1:4].hex()}" if len(told) >= 4 and told[0] == 1 else ""  # noqa: PLR2004 - its length


def _hevc(told: bytes) -> str:
    """Profile, compatibility, tier, level and constraints of an `hvcC`, as ISO/IEC 14496-15 writes them."""
    if len(told) < 13 or told[0] != 1:  # noqa: PLR2004 - its length
        return ""
    space, tier, profile = told[1] >> 6, told[1] >> 5 & 1, told[1] & 31
    # The flags are written with their last bit first.
    flags = int(f"{int.from_bytes(told[2:6], 'big'):032b}"[::-1], 2)
    constraints = told[6:12].rstrip(b"\0")
    parts = [
        f"{'ABC'[space - 1] if space else ''}{profile}",
        f"{flags:x}",
        f"{'H' if tier else 'L'}{told[12]}",
        *(f"{byte:x}" for byte in constraints),
    ]
    return "hvc1." + ".".join(parts)


def _av1(told: bytes) -> str:
    """Profile, level, tier and bit depth of an `av1C`."""
    if len(told) < 3 or told[0] != 0x81:  # noqa: PLR2004 - its length and mark
        return ""
    profile, level = told[1] >> 5, told[1] & 31
    tier, deep, deeper = told[2] >> 7, told[2] >> 6 & 1, told[2] >> 5 & 1
    bits = (12 if deeper else 10) if deep else 8
    return f"av01.{profile}.{level:02d}{'H' if tier else 'M'}.{bits:02d}"


def _vp9(stream: dict[str, Any]) -> str:
    pixels = int(stream.get("width") or 0) * int(stream.get("height") or 0)
    level = next((level for most, level in _VP9_LEVELS if pixels <= most), _VP9_LARGEST)
    profile = str(stream.get("profile", "")).removeprefix("Profile ")
    return f"vp09.{int(profile) if profile.isdigit() else 0:02d}.{level}.08"


_READERS = {"h264": _avc, "hevc": _hevc, "av1": _av1}
