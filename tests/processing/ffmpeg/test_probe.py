"""What a file holds is told rightly, and what is broken is refused with the right reason."""

import json
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from processing.exceptions import ContainerMismatch, CorruptMedia, EmptyMedia, MediaError, UnknownCodec
from processing.ffmpeg import probe
from processing.ffmpeg.media import ContentLight, Fault, LeftOut, MasteringDisplay, Probe, VideoStream
from tests.media import media
from tests.polyglots import OTHER_INSIDE, matroska_in_mp4
from tests.processing.ffmpeg.conftest import probed


def video_of(name: str) -> VideoStream:
    video = probed(name).video
    assert video is not None
    return video


@pytest.mark.parametrize(
    "name",
    ["plain.mp4", "plain.mov", "plain.mkv", "plain.avi", "plain.webm", "plain.ts", "plain.m2ts", "plain.mxf"],
)
def test_every_video_container(name: str) -> None:
    found = probed(name)
    assert found.kind == "video"
    assert found.duration == pytest.approx(3, abs=0.1)
    assert (video_of(name).display_width, video_of(name).display_height) == (320, 240)
    assert not video_of(name).is_vfr
    assert [track.language for track in found.audio] == ["und"]
    assert found.size == media(name).stat().st_size


@pytest.mark.parametrize(
    "name",
    [
        "tone.mp3", "bare.mp3", "covered.mp3", "tone.wav", "tone.aac", "tone.flac", "tone.ogg", "tone.opus",
        "tone.m4a", "sound_only.mp4", "sound_only.mkv",
    ],
)  # fmt: skip
def test_sound_is_sound(name: str) -> None:
    found = probed(name)
    assert (found.kind, found.video) == ("audio", None)
    assert found.duration == pytest.approx(2, abs=0.1)
    assert found.audio[0].sample_rate == 48_000


def test_odd_pictures() -> None:
    assert (video_of("odd_dimensions.webm").width, video_of("odd_dimensions.webm").height) == (321, 241)
    assert (video_of("rotated.mp4").display_width, video_of("rotated.mp4").display_height) == (240, 320)
    assert video_of("rotated.mp4").rotation in {90, 270}
    assert (video_of("anamorphic.mp4").display_width, video_of("anamorphic.mp4").display_height) == (512, 288)
    assert video_of("variable_rate.mp4").is_vfr
    assert video_of("interlaced.ts").is_interlaced
    assert not video_of("plain.ts").is_interlaced
    assert video_of("ten_bit.mp4").bit_depth == 10
    assert not video_of("ten_bit.mp4").is_hdr
    assert (video_of("hdr_pq.mp4").is_hdr, video_of("hdr_hlg.mp4").is_hdr) == (True, True)
    assert video_of("fast_120.mp4").frame_rate == 120
    assert video_of("one_frame.mp4").frames == 1


def test_a_live_recording_that_tells_nothing() -> None:
    found = probed("live.webm")
    assert found.duration == pytest.approx(3, abs=0.1)
    assert video_of("live.webm").frame_rate == pytest.approx(10, abs=0.1)
    assert not video_of("live.webm").is_vfr


def test_odd_sound() -> None:
    assert probed("silent.mp4").audio == ()
    assert probed("surround.mkv").audio[0].channels == 6
    tracks = probed("two_languages.mkv").audio
    assert [(track.language, track.title) for track in tracks] == [("en", ""), ("ar", "Arabic")]


@pytest.mark.parametrize("name", ["late_sound.mp4", "late_sound.mkv", "late_sound.ts"])
def test_sound_that_begins_late_is_heard(name: str) -> None:
    found = probed(name)
    assert [(track.codec, track.channels) for track in found.audio] == [("aac", 1)]
    assert found.duration == pytest.approx(14, abs=0.1)
    assert found.left_out == ()


@pytest.mark.parametrize("name", ["late_pictures.mp4", "late_pictures.mkv"])
def test_pictures_that_begin_late_are_seen(name: str) -> None:
    assert probed(name).duration == pytest.approx(14, abs=0.1)
    assert video_of(name).start_time == pytest.approx(12, abs=0.1)
    assert video_of(name).duration == pytest.approx(14, abs=0.1)
    assert video_of(name).pixel_format == "yuv420p"


def test_a_stream_lasts_from_when_it_begins() -> None:
    assert probed("one_after_the_other.mp4").duration == pytest.approx(6, abs=0.05)


@pytest.mark.parametrize(
    ("name", "codec", "title", "reason"),
    [
        ("second_unknown.mov", "apac", "", "unknown_codec"),
        ("second_unknown.mkv", "", "Dub", "unknown_codec"),
        ("second_damaged.mkv", "dts", "Dub", "damaged"),
    ],
)
def test_a_second_track_that_cannot_be_decoded_is_left_out(
    name: str, codec: str, title: str, reason: Fault
) -> None:
    found = probed(name)
    assert found.video is not None
    assert [track.index for track in found.audio] == [1]
    assert found.left_out == (LeftOut(2, "audio", codec, reason, "fr", title),)


def test_second_pictures_are_told() -> None:
    assert probed("two_pictures.mkv").left_out == (LeftOut(2, "video", "h264", "other_picture"),)


def test_tracks_beyond_those_that_are_taken_are_told() -> None:
    found = probed("many_tracks.mkv")
    assert len(found.audio) == 16
    assert [stream.index for stream in found.left_out[:2]] == [17, 18]
    assert {stream.reason for stream in found.left_out} == {"too_many"}


@pytest.mark.parametrize("name", ["two_lengths.m4a", "two_lengths.mkv", "two_lengths_untold.mkv"])
def test_of_a_sound_file_the_main_track_is_used(name: str) -> None:
    found = probed(name)
    assert [track.index for track in found.audio] == [0]
    assert found.duration == pytest.approx(2, abs=0.05)
    assert [(stream.index, stream.reason) for stream in found.left_out] == [(1, "other_sound")]


def test_channels_without_places() -> None:
    (track,) = probed("twelve_channels.wav").audio
    assert (track.channels, track.layout, track.is_unplaced) == (12, "", True)
    assert [stream.reason for stream in probed("twelve_channels.wav").left_out] == ["channels"]
    assert probed("surround.mkv").audio[0].layout == "5.1(side)"
    assert probed("surround.mkv").left_out == ()


def test_a_rate_that_varies_is_seen_behind_much_sound() -> None:
    assert video_of("slides_first.mkv").is_vfr


def test_what_hdr_says_of_its_light() -> None:
    found = video_of("hdr_told.mp4")
    assert found.mastering == MasteringDisplay(
        red=(0.68, 0.32),
        green=(0.265, 0.69),
        blue=(0.15, 0.06),
        white=(0.3127, 0.329),
        min_luminance=0.005,
        max_luminance=1000.0,
    )
    assert found.light == ContentLight(1000, 400)
    assert (video_of("hdr_pq.mp4").mastering, video_of("hdr_pq.mp4").light) == (None, None)


def test_words_of_the_container() -> None:
    assert probed("tone.mp3").tags["title"] == "Tone"


@pytest.mark.parametrize(
    ("name", "mime", "error"),
    [
        ("no_index.mov", "video/quicktime", CorruptMedia),
        ("cut_off.mp4", "video/mp4", CorruptMedia),
        ("broken_end.mkv", "video/x-matroska", CorruptMedia),
        ("clock_jump.mkv", "video/x-matroska", CorruptMedia),
        ("garbage_inside.mp4", "video/mp4", CorruptMedia),
        ("text.mp4", "video/mp4", CorruptMedia),
        ("empty.mp4", "video/mp4", CorruptMedia),
        ("no_frames.mp4", "video/mp4", EmptyMedia),
        ("unknown_codec.mp4", "video/mp4", UnknownCodec),
        ("unknown_sound.mkv", "video/x-matroska", UnknownCodec),
        ("picture.png", "image/png", UnknownCodec),
    ],
)
def test_refused(name: str, mime: str, error: type[MediaError]) -> None:
    with pytest.raises(error) as caught:
        probe.examine(media(name), mime_type=mime)
    assert str(caught.value) == error.sentence


@pytest.mark.parametrize(
    "mime", ["video/mp4", "video/x-msvideo", "video/x-matroska", "audio/mpeg", "video/mp2t"]
)
@pytest.mark.parametrize("ending", [".m3u8", ".mp4", ".avi"])
def test_a_list_of_other_files_opens_none_of_them(tmp_path: Path, mime: str, ending: str) -> None:
    """Neither as what it is nor under another name may a list make ffmpeg open what it points at."""
    other = tmp_path / "other.mp4"
    shutil.copy(media("plain.mp4"), other)
    lists = [
        f"ffconcat version 1.0\nfile '{other}'\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{other}\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXTINF:9,\nconcat:{other}|{other}\n",
    ]
    for number, content in enumerate(lists):
        path = tmp_path / f"list{number}{ending}"
        path.write_text(content)
        with pytest.raises(CorruptMedia):
            probe.examine(path, mime_type=mime)


@pytest.mark.parametrize("name", OTHER_INSIDE)
def test_another_container_than_the_bytes_promised(name: str, tmp_path: Path) -> None:
    mime_type, make = OTHER_INSIDE[name]
    path = tmp_path / name
    path.write_bytes(make())
    with pytest.raises(ContainerMismatch):
        probe.examine(path, mime_type=mime_type)


def test_another_container_behind_a_true_beginning_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(matroska_in_mp4())
    with pytest.raises(CorruptMedia):
        probe.examine(path, mime_type="video/mp4")


@pytest.mark.parametrize("name", ["playlist.m3u8", "list.ffconcat", "manifest.mpd"])
def test_no_list_of_other_files_is_opened_as_any_type(name: str) -> None:
    with pytest.raises(CorruptMedia):
        probe.examine(media(name), mime_type="video/mp2t")


def test_an_outside_reference_is_not_followed(tmp_path: Path) -> None:
    """A film may say that its bytes lie in another file: with that it would play, but only its own are read."""
    shutil.copy(media("plain.mov"), tmp_path / "other.mov")
    path = tmp_path / "film.mov"
    shutil.copy(media("outside_reference.mov"), path)
    told = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-xerror",
        "-enable_drefs",
        "1",
        "-i",
        str(path),
        "-f",
        "null",
        "-",
    ]
    subprocess.run(told, check=True, timeout=30)
    with pytest.raises(EmptyMedia):
        probe.examine(path, mime_type="video/quicktime")


def test_a_sound_of_one_sample_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "click.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2))
    with pytest.raises(EmptyMedia):
        probe.examine(path, mime_type="audio/wav")


def test_names_that_look_like_commands(tmp_path: Path) -> None:
    path = tmp_path / "-y %d;'\" :x.mp4"
    shutil.copy(media("plain.mp4"), path)
    assert probe.examine(path, mime_type="video/mp4").kind == "video"


def test_there_and_back_through_json() -> None:
    for name in ("two_languages.mkv", "tone.mp3", "hdr_told.mp4", "second_unknown.mkv"):
        found = probed(name)
        assert Probe.from_data(json.loads(json.dumps(found.as_data()))) == found


def test_what_a_version_that_knew_less_has_written_is_read() -> None:
    found = probed("plain.mp4")
    data = json.loads(json.dumps(found.as_data()))
    del data["left_out"], data["video"]["mastering"], data["video"]["light"], data["audio"][0]["layout"]
    older = Probe.from_data(data)
    assert older.left_out == ()
    assert older.video == found.video
    assert older.audio[0].layout == ""
