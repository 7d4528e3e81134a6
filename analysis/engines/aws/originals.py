"""Originals that the services read where they lie: in the staging bucket, in a form that they surely take."""

from analysis.engines.aws.options import Options
from analysis.engines.base import Request

_MOST_PICTURE_BYTES = 10 * 10**9
_MOST_SOUND_BYTES = 2 * 10**9
_PICTURES_TAKEN = ("video/mp4", "video/quicktime")
# By the type of the file, how its sound may be coded.
_SOUNDS_TAKEN = {
    "audio/flac": ("flac",),
    "audio/mp4": ("aac",),
    "audio/mpeg": ("mp3",),
    "audio/ogg": ("opus",),
    "audio/wav": ("pcm_s16le",),
}
_LEAST_RATE, _MOST_RATE = 8_000, 48_000


def picture(request: Request, options: Options) -> str:
    """The original's key, where Rekognition can read it: upright H.264 in MP4 or MOV; otherwise empty."""
    video = request.probe.video if request.probe else None
    taken = (
        video is not None
        and video.codec == "h264"
        and video.pixel_format == "yuv420p"
        and not video.rotation
        and not video.start_time
        and request.mime_type in _PICTURES_TAKEN
        and request.size <= _MOST_PICTURE_BYTES
    )
    return _key_here(request, options) if taken else ""


def sound(request: Request, options: Options) -> str:
    """The original's key, where Transcribe can read it and hears in it what we would take: one track, in a codec and at
    a rate that it knows; otherwise empty.
    """
    tracks = request.probe.audio if request.probe else ()
    taken = (
        len(tracks) == 1
        and tracks[0].codec in _SOUNDS_TAKEN.get(request.mime_type, ())
        and _LEAST_RATE <= tracks[0].sample_rate <= _MOST_RATE
        and request.size <= _MOST_SOUND_BYTES
    )
    return _key_here(request, options) if taken else ""


def _key_here(request: Request, options: Options) -> str:
    """The key of the original in the staging bucket, if that is where it lies."""
    stored = request.stored
    if stored is None or stored.bucket != options.bucket or stored.region not in ("", options.region):
        return ""
    return stored.key
