"""Media for the tests, made by ffmpeg's own sources when first asked for and kept for the next run.

`media("plain.mp4")` returns the path of a small file; the names are those of the tables below. Each is made
once for a machine and recipe, in a folder of the temporary directory; never change one, copy it first.
"""

import hashlib
import os
import subprocess
import tempfile
import wave
from array import array
from collections.abc import Callable
from math import pi, sin
from pathlib import Path

from PIL import Image

_MAKE_SECONDS = 30
_PICTURE = "-f lavfi -i testsrc2=s={size}:r={rate}:d={seconds}"
_TONE = "-f lavfi -i sine=frequency=440:sample_rate=48000:d={seconds}"
_X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50"
_VP8 = "-c:v libvpx -deadline realtime -cpu-used 8"
_AAC = "-c:a aac -b:a 64k"
_COPY = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -crf 26 -sc_threshold 0 -bf 2"


def _video(size: str = "320x240", rate: str = "25", seconds: float = 3, sound: bool = True) -> str:
    parts = [_PICTURE.format(size=size, rate=rate, seconds=seconds)]
    if sound:
        parts.append(_TONE.format(seconds=seconds))
    return " ".join(parts)


def _sound(seconds: float = 2) -> str:
    return _TONE.format(seconds=seconds)


_HDR = (
    "-vf format=yuv420p10le -c:v libx265 -preset ultrafast -x265-params log-level=none -tag:v hvc1"
    " -color_primaries bt2020 -colorspace bt2020nc -color_range tv -color_trc {curve} -c:a aac"
)

# The screen of the master and the light of the pictures, as x265 wants them.
_TOLD_LIGHT = (
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400"
)
_SMALL = _video("64x48", "10", 14, sound=False)

RECIPES: dict[str, str] = {
    # The containers that are accepted.
    "plain.mp4": f"{_video()} {_X264} {_AAC} -movflags +faststart",
    "plain.mov": f"{_video()} {_X264} {_AAC}",
    "plain.mkv": f"{_video()} {_X264} {_AAC}",
    "plain.avi": f"{_video()} -c:v mpeg4 -q:v 5 -c:a libmp3lame",
    "plain.webm": f"{_video(rate='10')} {_VP8} -c:a libopus",
    "plain.ts": f"{_video()} {_X264} {_AAC}",
    "plain.m2ts": f"{_video()} {_X264} {_AAC} -f mpegts -mpegts_m2ts_mode 1",
    "plain.mxf": f"{_video()} -c:v mpeg2video -q:v 5 -c:a pcm_s16le",
    "tone.mp3": f"{_sound()} -c:a libmp3lame -metadata title=Tone",
    "bare.mp3": f"{_sound()} -c:a libmp3lame -id3v2_version 0 -write_xing 0",
    "tone.wav": _sound(),
    "tone.aac": f"{_sound()} {_AAC}",
    "tone.flac": _sound(),
    "tone.ogg": f"{_sound()} -c:a libvorbis",
    "tone.opus": f"{_sound()} -c:a libopus",
    "tone.m4a": f"{_sound()} {_AAC}",
    "three_colours.mp4": (
        "-f lavfi -i color=red:s=640x360:r=25:d=4 -f lavfi -i color=lime:s=640x360:r=25:d=4"
        f" -f lavfi -i color=blue:s=640x360:r=25:d=4 -filter_complex [0][1][2]concat=n=3 {_X264}"
    ),
    # Two seconds each: green and low, red and high, blue and low.
    "toned_colours.mp4": (
        " ".join(f"-f lavfi -i color={name}:s=320x240:r=25:d=2" for name in ("lime", "red", "blue"))
        + " "
        + " ".join(f"-f lavfi -i sine=frequency={pitch}:sample_rate=48000:d=2" for pitch in (440, 2000, 440))
        + f" -filter_complex [0][3][1][4][2][5]concat=n=3:v=1:a=1 {_X264} {_AAC}"
    ),
    "sound_only.mkv": f"{_sound()} {_AAC}",
    "sound_only.mp4": f"{_sound()} {_AAC}",
    "covered.mp3": (
        f"{_sound()} -f lavfi -i testsrc2=s=120x120:r=1:d=1 -map 0 -map 1 -frames:v 1 -c:a libmp3lame"
        " -c:v mjpeg -disposition:v attached_pic"
    ),
    # Odd but legal.
    "odd_dimensions.webm": f"{_video(rate='10')} -vf format=rgb24,pad=321:241 {_VP8} -c:a libopus",
    "variable_rate.mp4": (
        f"{_video(seconds=4)} -vf select='if(lt(t,2),not(mod(n,5)),1)' -fps_mode vfr {_X264} {_AAC}"
    ),
    # A standing screen on which something moves for the last seconds.
    "bursts.mp4": (
        f"{_video('64x48', '60', 12, sound=False)} -vf select='if(lt(t,8),not(mod(n,30)),1)' -fps_mode vfr {_X264}"
    ),
    "ten_bit.mp4": f"{_video(seconds=2)} -c:v libx264 -preset ultrafast -pix_fmt yuv420p10le {_AAC}",
    "hdr_pq.mp4": f"{_video(seconds=2)} {_HDR.format(curve='smpte2084')}",
    "hdr_told.mp4": f"{_video(seconds=2)} {_HDR.format(curve='smpte2084')}".replace(
        "log-level=none", f"log-level=none:{_TOLD_LIGHT}"
    ),
    "hdr_hlg.mp4": f"{_video(seconds=2)} {_HDR.format(curve='arib-std-b67')}",
    "surround.mkv": f"{_video()} -filter_complex [1:a]pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0[a]"
    f" -map 0:v -map [a] {_X264} -c:a ac3",
    "silent.mp4": f"{_video(sound=False)} {_X264}",
    "two_languages.mkv": (
        f"{_video()} -map 0:v -map 1:a -map 1:a {_X264} {_AAC}"
        " -metadata:s:a:0 language=eng -metadata:s:a:1 language=ara -metadata:s:a:1 title=Arabic"
    ),
    "anamorphic.mp4": f"{_video('360x288')} -vf setsar=64/45 {_X264} {_AAC}",
    "interlaced.ts": (
        f"{_video(rate='50')} -vf tinterlace=mode=interleave_top,setfield=tff -c:v mpeg2video -q:v 4"
        " -flags +ilme+ildct -c:a mp2"
    ),
    "portrait.mp4": f"{_video('240x426')} {_X264} {_AAC}",
    "fast_120.mp4": f"{_video(rate='120', seconds=2)} {_X264} {_AAC}",
    "late_video.mkv": f"-itsoffset 0.5 {_video()} -map 0:v -map 1:a {_X264} {_AAC}",
    **{
        # The first sound ends after a moment, the second one begins late.
        f"early_end.{ending}": (
            f"{_video('64x48', '10', 10, sound=False)} {_TONE.format(seconds=1.5)} -itsoffset 8"
            f" {_TONE.format(seconds=1.5)} -map 0 -map 1 -map 2 {_X264} {_AAC}"
        )
        for ending in ("mkv", "mp4")
    },
    "late_variable.mkv": (
        f"-itsoffset 0.5 {_video(seconds=4)} -map 0:v -map 1:a"
        f" -vf select='if(lt(t,2),not(mod(n,5)),1)' -fps_mode vfr {_X264} {_AAC}"
    ),
    # Long enough to be cut in three, each with a difficulty of its own.
    "long_25.mp4": f"{_video('256x144', '25', 12.4)} {_X264} -bf 3 {_AAC}",
    "long_29.mkv": f"{_video('256x144', '30000/1001', 12.4, sound=False)} {_X264} -bf 3",
    "long_50.mp4": f"{_video('256x144', '50', 12.4, sound=False)} {_X264} -g 400",
    "long_open.ts": (
        f"{_video('256x144', '25', 12.4)} {_X264} {_AAC} -x264-params open-gop=1:bframes=3:b-pyramid=2:keyint=40"
        " -output_ts_offset 100"
    ),
    "long_interlaced.ts": (
        f"{_video('256x144', '50', 12.4, sound=False)} -vf tinterlace=mode=interleave_top,setfield=tff"
        " -c:v mpeg2video -q:v 4 -bf 2 -g 15 -flags +ilme+ildct"
    ),
    "long_variable.mkv": (
        f"{_video('256x144', '30', 12.4)} -vf select='if(lt(mod(t,7),3),not(mod(n,4)),1)',setpts=PTS+0.05/TB"
        f" -fps_mode vfr -enc_time_base 1/90000 {_X264} -g 90 -bf 2 {_AAC}"
    ),
    # Streams that begin long after the others.
    "late_sound.mp4": f"{_SMALL} -itsoffset 12 {_sound()} -map 0 -map 1 {_X264} {_AAC}",
    "late_sound.mkv": f"{_SMALL} -itsoffset 12 {_sound()} -map 0 -map 1 {_X264} {_AAC}",
    "late_sound.ts": f"{_SMALL} -itsoffset 12 {_sound()} -map 0 -map 1 {_X264} {_AAC}",
    "late_pictures.mp4": (
        f"-itsoffset 12 {_video('64x48', '10', 2, sound=False)} {_sound(14)} -map 0 -map 1 -fps_mode passthrough"
        f" {_X264} {_AAC}"
    ),
    "late_pictures.mkv": (
        f"-itsoffset 12 {_video('64x48', '10', 2, sound=False)} {_sound(14)} -map 0 -map 1 {_X264} {_AAC}"
    ),
    "one_after_the_other.mp4": (
        f"{_video('64x48', '10', 3, sound=False)} -itsoffset 2 {_sound(4)} -map 0 -map 1 {_X264} {_AAC}"
    ),
    "two_pictures.mkv": f"{_video('64x48', '10', 2)} -map 0 -map 1 -map 0 {_X264} {_AAC}",
    "two_lengths.m4a": f"{_sound()} {_sound(6)} -map 0 -map 1 {_AAC} -metadata:s:a:1 language=fra",
    "two_lengths.mkv": f"{_sound()} {_sound(6)} -map 0 -map 1 {_AAC} -metadata:s:a:1 language=fra",
    # Nothing in it tells how long a track is.
    "two_lengths_untold.mkv": f"{_sound()} {_sound(6)} -map 0 -map 1 {_AAC} -fflags +bitexact",
    # So much sound that few pictures are seen at first: one stands for twelve seconds, and then they move.
    "slides_first.mkv": (
        f"{_video('64x48', '30', 14)} -map 0 -map 1 -map 1 {_X264} {_AAC}"
        " -vf select='if(lt(t,12),not(n),1)' -fps_mode vfr"
    ),
    # Colours: a green in RGB, and one in HD that does not say how it is coded.
    "green_rgb.mkv": (
        "-f lavfi -i color=0x00C800:s=320x240:r=10:d=1,format=gbrp -c:v libx264rgb -preset ultrafast -qp 0"
    ),
    "moving_rgb.mkv": "-f lavfi -i testsrc2=s=320x240:r=10:d=2,format=gbrp -c:v libx264rgb -preset ultrafast -qp 0",
    "green_hd.mp4": (
        "-f lavfi -i color=0x00C800:s=1280x720:r=10:d=1,format=gbrp"
        f" -vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p {_X264}"
    ),
    "wide_1080.mp4": f"{_video('1920x800', '10', 1)} {_X264} {_AAC}",
    # Black at first, and never a key frame again.
    "dark_then_busy.mp4": (
        f"{_video('320x180', '25', 10, sound=False)} -vf drawbox=c=black:t=fill:enable='lt(t,2)' {_X264} -g 999"
    ),
    "half_minute.mp4": f"{_video('320x180', '10', 30)} {_X264} {_AAC} -movflags +faststart",
    "half_minute.m4a": f"{_sound(30)} {_AAC} -movflags +faststart",
    "full_1080.mp4": f"{_video('1920x1080', '10', 6)} {_X264} {_AAC}",
    "grainy_720.mp4": f"{_video('1280x720', '15', 4)} -vf noise=alls=8:allf=t {_X264} -crf 30 {_AAC}",
    "tiny.mp4": f"{_video('64x48', '10', 2)} {_X264} {_AAC}",
    "black_start.mp4": (
        "-f lavfi -i color=black:s=320x240:r=25:d=3 -f lavfi -i testsrc2=s=320x240:r=25:d=3"
        f" -filter_complex [0][1]concat=n=2 {_X264}"
    ),
    "hard_cuts.mp4": (
        "-f lavfi -i testsrc2=s=320x180:r=30000/1001 -f lavfi -i mandelbrot=s=320x180:r=30000/1001"
        " -f lavfi -i smptebars=s=320x180:r=30000/1001 -f lavfi -i sine=frequency=440:sample_rate=48000:d=9"
        " -filter_complex [0]trim=duration=3[a];[1]trim=duration=3[b];[2]trim=duration=4[c];[a][b][c]concat=n=3[v]"
        f" -map [v] -map 3:a -frames:v 270 {_X264} {_AAC}"
    ),
    "quiet.flac": "-f lavfi -i anoisesrc=d=6:c=pink:a=0.02:r=48000:seed=1 -ac 2",
    "loud.flac": "-f lavfi -i anoisesrc=d=6:c=pink:a=0.9:r=48000:seed=1 -ac 2",
    # Noise with a knock every second that leaves it no room.
    "knocks.flac": (
        "-f lavfi -i anoisesrc=d=8:c=pink:a=0.1:r=48000:seed=1"
        " -f lavfi -i aevalsrc=0.7*sin(2*PI*1500*t)*lt(mod(t\\,1)\\,0.005):d=8:s=48000"
        " -filter_complex [0][1]amix=normalize=0 -ac 2"
    ),
    # Pictures that stand after two seconds, and sound that ends after three.
    "standing.mp4": (
        "-f lavfi -i testsrc2=s=320x180:r=25:d=2,tpad=stop_mode=clone:stop_duration=4"
        " -f lavfi -i sine=frequency=440:sample_rate=48000:d=3,apad=whole_dur=6"
        f" -t 6 {_X264} {_AAC}"
    ),
    # Two seconds as they should be, and two that are far too loud.
    "clipped.flac": (
        "-f lavfi -i aevalsrc=exprs=if(lt(t\\,2)\\,0.4\\,4)*sin(2*PI*440*t):d=4:s=48000 -sample_fmt s16"
    ),
    "silence.flac": "-f lavfi -i anullsrc=r=48000 -t 2",
    "two_loudnesses.mkv": (
        "-f lavfi -i testsrc2=s=256x144:r=10:d=5 -f lavfi -i anoisesrc=d=5:c=pink:a=0.02:r=48000:seed=1"
        " -f lavfi -i anoisesrc=d=5:c=pink:a=0.5:r=48000:seed=2"
        f" -map 0 -map 1 -map 2 {_X264} {_AAC}"
    ),
    # What a rung of 320 × 180 may be copied from, and what comes near to it.
    "copy_fits.mp4": f"{_video('320x180', '25', 9)} {_COPY} -g 50 -keyint_min 50 {_AAC}",
    "copy_open.mp4": f"{_video('320x180', '25', 9)} {_COPY} -g 50 -keyint_min 50 -x264-params open-gop=1 {_AAC}",
    "copy_long.mp4": f"{_video('320x180', '25', 9)} {_COPY} -g 75 -keyint_min 75 {_AAC}",
    "copy_interlaced.mp4": f"{_video('320x180', '25', 9)} {_COPY} -g 50 -keyint_min 50 -flags +ildct+ilme {_AAC}",
    "copy_full_range.mp4": f"{_video('320x180', '25', 9)} {_COPY} -g 50 -vf scale=out_range=pc -color_range pc {_AAC}",
    "copy_late.mkv": f"-itsoffset 0.5 {_video('320x180', '25', 9)} -map 0 -map 1 {_COPY} -g 50 {_AAC}",
    # Four still seconds, then four of noise that takes nearly all the bits.
    "copy_peak.mp4": (
        "-f lavfi -i color=gray:s=320x180:r=25:d=8 -vf noise=alls=60:allf=t:enable=gte(t\\,4)"
        f" {_COPY} -g 50 -keyint_min 50"
    ),
    "copy_uneven.mp4": f"{_video('320x180', '25', 9)} -vf select=not(eq(n\\,60)) -fps_mode vfr {_COPY} -g 50 {_AAC}",
    "copy_minute.mp4": f"{_video('320x180', '25', 62)} {_COPY} -bf 0 -g 100 -keyint_min 100 {_AAC}",
    "far_apart.mkv": (
        f"{_video(seconds=0.08, sound=False)} -vf setpts=N*36000/TB -fps_mode vfr -enc_time_base 1:1000 {_X264}"
    ),
    "many_tracks.mkv": (
        "-f lavfi -i testsrc2=s=64x48:r=10:d=1 -f lavfi -i sine=d=1 -map 0 "
        + "-map 1 " * 300
        + f"{_X264} -c:a pcm_s16le"
    ),
    "eleven_tracks.mkv": (
        f"{_video('64x48', '10', 1)} -map 0 {'-map 1 ' * 11}{_X264} {_AAC} -disposition:a 0 "
        + " ".join(f"-metadata:s:a:{number} title=Track-{number + 1}" for number in range(11))
    ),
    "clock_jump.mkv": f"{_video(sound=False)} -vf setpts='PTS+if(gte(N,10),86400/TB)' -fps_mode vfr {_X264}",
    "no_frames.mp4": f"{_video(sound=False)} {_X264} -t 0",
    "one_frame.mp4": f"{_video(sound=False)} {_X264} -frames:v 1",
}


def _copied(name: str, *arguments: str) -> Callable[[Path], None]:
    def copy(path: Path) -> None:
        _ffmpeg("-i", str(media(name)), "-c", "copy", *arguments, str(path))

    return copy


def _long(path: Path) -> None:
    """Four seconds eleven times: long enough, and hard enough to encode, to be watched meanwhile."""
    source = str(media("grainy_720.mp4"))
    _ffmpeg(
        "-stream_loop", "10", "-i", source, "-c", "copy", "-movflags", "+faststart", "-f", "mp4", str(path)
    )


def _recorded(path: Path) -> None:
    """What a browser records: written as it came, it tells neither its duration nor where its pictures are."""
    whole = _ffmpeg("-i", str(media("plain.webm")), "-c", "copy", "-f", "webm", "-live", "1", "pipe:1")
    path.write_bytes(whole)


def _no_index(path: Path) -> None:
    path.write_bytes(media("plain.mov").read_bytes()[:-2000])


def _cut_off(path: Path) -> None:
    whole = media("plain.mp4").read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])


def _unknown_codec(path: Path) -> None:
    path.write_bytes(media("plain.mp4").read_bytes().replace(b"avc1", b"zqzq"))


def _unknown_sound(path: Path) -> None:
    path.write_bytes(media("plain.mkv").read_bytes().replace(b"A_AAC", b"A_ZZZ"))


def _renamed(name: str, codec: str, other: str, found: bytes, written: bytes) -> Callable[[Path], None]:
    """A film with a second track, coded as `codec`, that a name in the container takes for something else."""

    def make(path: Path) -> None:
        draft = path.with_suffix(f".draft.{name}")
        _ffmpeg(
            *("-i", str(media("plain.mkv")), "-map", "0", "-map", "0:a", "-c", "copy", "-c:a:1", codec),
            *("-metadata:s:a:1", "language=fra", "-metadata:s:a:1", f"title={other}", str(draft)),
        )
        path.write_bytes(draft.read_bytes().replace(found, written))
        draft.unlink()

    return make


def _twelve_channels(path: Path) -> None:
    """A field recorder's file: a tone in the first two of twelve channels, and nothing that says what they are."""
    samples = array("h")
    for number in range(48_000 * 2):
        tone = round(8000 * sin(2 * pi * 440 * number / 48_000))
        samples.extend([tone, tone] + [0] * 10)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(12)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(samples.tobytes())


def _outside_reference(path: Path) -> None:
    """A film whose index says that its bytes lie in `other.mov` beside it; its own are rubbish."""
    whole = media("plain.mov").read_bytes()
    start, index = whole.index(b"mdat") + 4, whole.rindex(b"moov") - 4
    rubbish = hashlib.shake_256(b"rubbish").digest(index - start)
    path.write_bytes(whole[:start] + rubbish + _with_alias(whole[index:], b"other.mov"))


def _with_alias(boxes: bytes, name: bytes) -> bytes:
    """Put a Macintosh alias to `name` in the place of every data reference."""
    made = b""
    while boxes:
        size, kind = int.from_bytes(boxes[:4], "big"), boxes[4:8]
        body, boxes = boxes[8:size], boxes[size:]
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"dinf"}:
            body = _with_alias(body, name)
        elif kind == b"dref":
            alias = bytes(10) + bytes(28) + bytes(12) + bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16)
            alias += (
                b"\0\1\0\1" + bytes(16) + b"\0\2" + len(name).to_bytes(2, "big") + name + bytes(len(name) % 2)
            )
            alias += b"\xff\xff\0\0"
            entry = (12 + len(alias)).to_bytes(4, "big") + b"alis" + bytes(4) + alias
            body = bytes(4) + b"\0\0\0\1" + entry
        made += (8 + len(body)).to_bytes(4, "big") + kind + body
    return made


def _garbage_inside(path: Path) -> None:
    """An MP4 with a good index and rubbish where the pictures and the sound should be."""
    whole = bytearray(media("plain.mp4").read_bytes())
    start = whole.index(b"mdat") + 4
    whole[start:] = hashlib.shake_256(b"rubbish").digest(len(whole) - start)
    path.write_bytes(whole)


def _picture(**options: object) -> Callable[[Path], None]:
    def save(path: Path) -> None:
        image = Image.radial_gradient("L").resize((640, 480))
        red = Image.linear_gradient("L").resize((640, 480))
        Image.merge("RGB", (red, image, image.transpose(Image.Transpose.ROTATE_180))).save(path, **options)  # type: ignore[arg-type]

    return save


def _heif(path: Path) -> None:
    import pillow_heif  # noqa: PLC0415 - only one of the makers needs it

    pillow_heif.register_heif_opener()
    _picture(format="HEIF")(path)


def _turned(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90° to the right
    exif[0x8825] = {1: "N", 2: (24.0, 28.0, 0.0)}
    _picture(exif=exif)(path)


def _animation(path: Path) -> None:
    frames = [Image.new("RGB", (200, 100), (40 * number, 0, 255 - 40 * number)) for number in range(5)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, loop=0)


def _transparent(path: Path) -> None:
    Image.new("RGBA", (300, 200), (255, 0, 0, 100)).save(path)


def _grey_16(path: Path) -> None:
    Image.new("I;16", (300, 200), 30_000).save(path)


def _cmyk(path: Path) -> None:
    Image.new("CMYK", (300, 200), (10, 200, 30, 0)).save(path)


def _bomb(path: Path) -> None:
    """A few kilobytes that would unfold to a hundred megapixels and more."""
    Image.new("1", (12_000, 10_000)).save(path, optimize=True)


def _text(content: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(content, encoding="utf-8")

    return write


def _huge_header(path: Path) -> None:
    """A film whose container says that its pictures have 60000 × 60000 pixels."""
    whole = bytearray(media("plain.avi").read_bytes())
    for box, first in ((b"avih", 40), (b"strf", 12)):
        start = whole.index(box) + first
        whole[start : start + 8] = (60_000).to_bytes(4, "little") * 2
    path.write_bytes(whole)


MAKERS: dict[str, Callable[[Path], None]] = {
    "huge_header.avi": _huge_header,
    "long_720.mp4": _long,
    # The last picture stands for two, as where a recording was trimmed.
    "copy_tail.mp4": _copied(
        "copy_minute.mp4", "-bsf:v", "setts=duration=if(eq(N\\,1549)\\,2*DURATION\\,DURATION)"
    ),
    "rotated.mp4": _copied("plain.mp4", "-metadata:s:v", "rotate=90"),
    "live.webm": _recorded,
    "broken_end.mkv": lambda path: _write_part("plain.mkv", path),
    "no_index.mov": _no_index,
    "cut_off.mp4": _cut_off,
    "unknown_codec.mp4": _unknown_codec,
    "unknown_sound.mkv": _unknown_sound,
    "second_unknown.mov": _renamed("mov", "alac", "Spatial", b"alac", b"apac"),
    "second_unknown.mkv": _renamed("mkv", "flac", "Dub", b"A_FLAC", b"A_ZZZZ"),
    "second_damaged.mkv": _renamed("mkv", "ac3", "Dub", b"A_AC3", b"A_DTS"),
    "twelve_channels.wav": _twelve_channels,
    "twelve_channels.mov": lambda path: _joined("silent.mp4", "twelve_channels.wav", path),
    "outside_reference.mov": _outside_reference,
    "garbage_inside.mp4": _garbage_inside,
    "empty.mp4": _text(""),
    "text.mp4": _text("This is not a film.\n" * 50),
    "playlist.m3u8": _text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
    ),
    "list.ffconcat": _text("ffconcat version 1.0\nfile '/etc/hostname'\n"),
    "manifest.mpd": _text('<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>'),
    "drawing.svg": _text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "paper.pdf": _text("%PDF-1.4\n%%EOF\n"),
    "picture.jpg": _picture(),
    "picture.png": _picture(),
    "picture.webp": _picture(),
    "picture.gif": _picture(),
    "picture.tiff": _picture(),
    "picture.avif": _picture(),
    "picture.heic": _heif,
    "turned.jpg": _turned,
    "animated.gif": _animation,
    "animated.webp": _animation,
    "transparent.png": _transparent,
    "grey_16.png": _grey_16,
    "cmyk.jpg": _cmyk,
    "bomb.png": _bomb,
    "cut_off.jpg": lambda path: _write_part("picture.jpg", path),
}


def _joined(pictures: str, sound: str, path: Path) -> None:
    _ffmpeg("-i", str(media(pictures)), "-i", str(media(sound)), "-c", "copy", str(path))


def _write_part(name: str, path: Path) -> None:
    whole = media(name).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _ffmpeg(*arguments: str) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, timeout=_MAKE_SECONDS, capture_output=True).stdout


def media(name: str) -> Path:
    """Return the file of that name, made if it is not there yet."""
    recipe = RECIPES.get(name) or Path(__file__).read_text(encoding="utf-8")
    folder = Path(tempfile.gettempdir()) / f"mediaportal-test-media-{os.getuid()}"
    path = folder / hashlib.sha256(recipe.encode()).hexdigest()[:12] / name
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several test processes may make it at once: each under its own name, the last one stays.
    draft = path.with_name(f"{os.getpid()}-{name}")
    if name in RECIPES:
        _ffmpeg(*recipe.split(" "), str(draft))
    else:
        MAKERS[name](draft)
    draft.replace(path)
    return path
