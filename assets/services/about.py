"""What is known of a file, said in words for the panel beside the player."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assets.models import Asset, Kind, ScanVerdict
from assets.services.reasons import said

_CODECS = {
    "h264": "H.264",
    "hevc": "H.265",
    "av1": "AV1",
    "vp8": "VP8",
    "vp9": "VP9",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4",
    "prores": "ProRes",
    "dnxhd": "DNxHD",
    "mjpeg": "Motion JPEG",
    "aac": "AAC",
    "mp3": "MP3",
    "flac": "FLAC",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "ac3": "Dolby Digital",
    "eac3": "Dolby Digital Plus",
}
_FORMATS = {
    "audio/mpeg": "MP3",
    "audio/mp4": "M4A",
    "video/quicktime": "MOV",
    "video/x-matroska": "MKV",
    "video/x-msvideo": "AVI",
    "video/mp2t": "MPEG-TS",
    "image/jpeg": "JPEG",
}
_KILO = 1000


@dataclass(frozen=True)
class Line:
    """A fact: what it is called and what it is. `code` marks what is read sign by sign, `own` people's own words."""

    name: str
    value: str
    code: bool = False
    own: bool = False


def about(asset: Asset) -> list[Line]:
    """The facts of a file in the order in which people ask for them; facts that are not known are left out."""
    probe = asset.metadata.get("probe") or {}
    picture = asset.metadata.get("picture") or {}
    lines = [
        Line(_("File"), asset.original_filename, own=True),
        Line(_("Format"), _format(asset, probe)),
        Line(_("Size"), filesizeformat(asset.file_size)),
        Line(_("Picture"), _picture(asset, probe.get("video") or {}, picture)),
        Line(_("Sound"), _sound(asset, probe)),
        Line(_("Not used"), _left_out(probe)),
        Line(_("Sent through"), asset.guest_link.title if asset.guest_link else "", own=True),
        Line(_("Malware check"), scan_words(asset)),
        Line("SHA-256", asset.sha256, code=True),
    ]
    return [line for line in lines if line.value]


def scan_words(asset: Asset) -> str:
    """The scanner's word in words."""
    match asset.scan_verdict:
        case ScanVerdict.PENDING:
            return _("Not yet checked")
        case ScanVerdict.CLEAN:
            return _("Checked, nothing found")
        case ScanVerdict.INFECTED:
            return _("Malware found: %(name)s") % {"name": asset.scan_detail}
        case ScanVerdict.UNSCANNED:
            return _not_scanned(asset)
        case _ if asset.scan_released_at is not None:
            return _("Could not be scanned; released by a manager")
        case _:
            return _with_reason(_("Could not be scanned"), said(asset.scan_detail))


def _not_scanned(asset: Asset) -> str:
    """Why nobody scanned it."""
    if asset.scan_detail == "no scanner is set up":
        return _("Not scanned: no scanner is set up")
    return _with_reason(_("Not scanned"), said(asset.scan_detail))


def scan_care(asset: Asset) -> str:
    """What those who open a file should know of its scan: why it has not been scanned although a scanner is set up."""
    if asset.scan_verdict == ScanVerdict.UNSCANNED and asset.scan_detail != "no scanner is set up":
        return said(asset.scan_detail)
    if asset.scan_verdict == ScanVerdict.UNSCANNABLE and asset.scan_released_at is not None:
        return said(asset.scan_detail)
    return ""


def _with_reason(word: str, reason: str) -> str:
    """A word, and after it the reason where there is one."""
    return f"{word}: {reason}" if reason else word


def _format(asset: Asset, probe: dict[str, Any]) -> str:
    """The file's own form: its media type in short, and the rate of all its streams."""
    short = _FORMATS.get(asset.mime_type) or asset.mime_type.rsplit("/", 1)[-1].removeprefix("x-").upper()
    rate = probe.get("bit_rate")
    return f"{short} · {_rate(rate)}" if rate else short


def _rate(bits: int) -> str:
    """Bit/s in the unit that a person would choose."""
    if bits >= _KILO * _KILO:
        return _("%(rate)s Mbit/s") % {"rate": number_format(bits / _KILO / _KILO, 1)}
    return _("%(rate)d kbit/s") % {"rate": round(bits / _KILO)}


def _picture(asset: Asset, video: dict[str, Any], picture: dict[str, Any]) -> str:
    """Size as seen, pictures in a second, codec, and what is unusual."""
    if not asset.width or not asset.height:
        return ""
    # Isolated, because a line of Arabic would turn the two numbers round.
    parts = [f"\u2066{asset.width} × {asset.height}\u2069"]
    if asset.kind == Kind.IMAGE:
        if picture.get("frames", 1) > 1:
            parts.append(_("%(count)d frames") % {"count": picture["frames"]})
        return " · ".join(parts)
    if rate := video.get("frame_rate"):
        parts.append(_("%(rate)s fps") % {"rate": _number(float(rate))})
    if codec := video.get("codec"):
        parts.append(_codec(codec))
    parts += [
        word for flag, word in (("is_hdr", "HDR"), ("is_interlaced", _("interlaced"))) if video.get(flag)
    ]
    return " · ".join(parts)


def _sound(asset: Asset, probe: dict[str, Any]) -> str:
    """The tracks, one after the other."""
    tracks = probe.get("audio") or []
    if not tracks:
        return _("No sound") if asset.kind == Kind.VIDEO and probe else ""
    return "\n".join(_track(track) for track in tracks)


def _track(track: dict[str, Any]) -> str:
    """One sound track: codec, channels, rate, language."""
    channels = int(track.get("channels") or 0)
    words = {1: _("mono"), 2: _("stereo"), 6: "5.1", 8: "7.1"}
    parts = [
        _codec(str(track.get("codec") or "")),
        words.get(channels) or _("%(count)d channels") % {"count": channels},
    ]
    if rate := track.get("sample_rate"):
        parts.append(_("%(rate)s kHz") % {"rate": _number(int(rate) / _KILO)})
    if (language := track.get("language")) not in {None, "", "und"}:
        parts.append(str(language))
    return " · ".join(parts)


def _left_out(probe: dict[str, Any]) -> str:
    """What the file holds and nothing was made of, and why; what is alike is told once, with its number."""
    told = Counter(_unused(stream) for stream in probe.get("left_out") or [])
    return "\n".join(line if count == 1 else f"{count} × {line}" for line, count in told.items())


def _unused(stream: dict[str, Any]) -> str:
    """One stream of which nothing was made: what it is, and why."""
    reasons = {
        "unknown_codec": _("its format cannot be read"),
        "damaged": _("it cannot be decoded"),
        "other_picture": _("only the first pictures are used"),
        "other_sound": _("only the main track is used"),
        "too_many": _("there are more tracks than are taken"),
        "channels": _("only its first two channels are heard"),
    }
    parts = [_("Pictures") if stream.get("kind") == "video" else _("Sound track")]
    if codec := stream.get("codec"):
        parts.append(_codec(str(codec)))
    if (language := stream.get("language")) not in {None, "", "und"}:
        parts.append(str(language))
    what, why = " · ".join(parts), reasons.get(str(stream.get("reason")), "")
    return f"{what}: {why}" if why else what


def _number(value: float) -> str:
    """At most two decimals, as the language writes them."""
    return number_format(f"{value:.2f}".rstrip("0").rstrip("."))


def _codec(name: str) -> str:
    """A codec as people know it."""
    return _CODECS.get(name, name.removeprefix("pcm_").upper() if name.startswith("pcm_") else name.upper())
