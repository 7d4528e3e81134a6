"""One set of files serves HLS and DASH."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mediaportal.core.sandbox import Completed, run
from processing import packager
from processing.exceptions import EncodingFailed
from processing.ffmpeg.ladder import WEAK_NETWORK
from processing.packager import DASH_MANIFEST, HLS_MASTER, package
from tests.media import media
from tests.processing.conftest import Encode, full_ladder
from tests.processing.ffmpeg.test_transcode import shown
from tests.processing.packager.manifests import dash_durations, hls_durations


def addresses(folder: Path) -> set[str]:
    """Every address in the manifests and playlists, as a path in the folder."""
    found = set()
    for path in [*folder.rglob("*.m3u8")]:
        for line in path.read_text().splitlines():
            names = re.findall(r'URI="([^"]+)"', line) if line.startswith("#") else [line]
            found |= {str((path.parent / name).relative_to(folder)) for name in names if name}
    dash = (folder / DASH_MANIFEST).read_text()
    found |= set(re.findall(r'initialization="([^"]+)"', dash))
    return found


@full_ladder
def test_pictures_and_sound(encode: Encode, tmp_path: Path) -> None:
    made = encode("full_1080.mp4")
    done = package(made.rungs, made.audio, tmp_path)
    assert [stream.name for stream in done.streams] == [
        "video_1080p", "video_720p", "video_480p", "video_360p", "audio_und",
    ]  # fmt: skip
    assert all(stream.bandwidth > 1000 for stream in done.streams)
    assert done.streams[0].codec.startswith("avc1.64")
    assert done.streams[-1].codec == "mp4a.40.2"
    names = {str(path) for path in done.files}
    # Six seconds in segments of four.
    assert {"video_720p/init.mp4", "video_720p/1.m4s", "video_720p/2.m4s", HLS_MASTER, DASH_MANIFEST} <= names
    assert "video_720p/3.m4s" not in names
    assert addresses(tmp_path) <= names
    assert done.size == sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    dash = done.dash_manifest.read_text()
    assert 'type="static"' in dash
    assert dash.count("<Representation") == 5
    assert "://" not in re.sub(r'xmlns\S*="[^"]*"|xsi:\S+="[^"]*"|schemeIdUri="[^"]*"|<!--.*?-->', "", dash)
    playlist = (tmp_path / "video_720p" / "playlist.m3u8").read_text()
    assert re.findall(r"#EXTINF:([\d.]+)", playlist) == ["4.000", "2.000"]
    assert hls_durations(tmp_path) == dash_durations(tmp_path)
    assert (done.formats, done.encrypted_tracks) == (("hls", "dash"), [])


@full_ladder
def test_key_frames_have_playlists_of_their_own(encode: Encode, tmp_path: Path) -> None:
    made = encode("full_1080.mp4")
    master = package(made.rungs, made.audio, tmp_path).hls_master.read_text()
    assert master.count("#EXT-X-I-FRAME-STREAM-INF:") == 4
    for name in re.findall(r'I-FRAME-STREAM-INF:.*?URI="([^"]+)"', master):
        playlist = (tmp_path / name).read_text()
        assert "#EXT-X-I-FRAMES-ONLY" in playlist
        pieces = re.findall(r"#EXT-X-BYTERANGE:(\d+)(?:@(\d+))?\n(\S+)", playlist)
        assert len(pieces) == 2
        for size, offset, segment in pieces:
            assert int(offset) + int(size) <= (tmp_path / name).with_name(segment).stat().st_size


@full_ladder
def test_every_rung_plays_to_its_end(encode: Encode, tmp_path: Path) -> None:
    """Read by another house's player, through the manifests."""
    made = encode("full_1080.mp4")
    done = package(made.rungs, made.audio, tmp_path)
    for stream in done.streams:
        playlist = tmp_path / stream.name / "playlist.m3u8"
        shown_frames = shown(playlist, "-count_frames", "-show_entries", "stream=nb_read_frames")
        (found,) = shown_frames["streams"]
        wanted = made.rungs[0].frames if stream.kind == "video" else 250
        assert int(found["nb_read_frames"]) >= wanted


@full_ladder
def test_a_player_can_read_it(encode: Encode, tmp_path: Path) -> None:
    made = encode("full_1080.mp4")
    done = package(made.rungs, made.audio, tmp_path)
    for manifest in (done.hls_master, done.dash_manifest):
        kinds = [stream["codec_type"] for stream in shown(manifest, "-show_streams")["streams"]]
        assert sorted(kinds) == ["audio", "video", "video", "video", "video"]


def test_languages(encode: Encode, tmp_path: Path) -> None:
    made = encode("two_languages.mkv", WEAK_NETWORK)
    done = package(made.rungs, made.audio, tmp_path)
    hls = done.hls_master.read_text()
    assert 'LANGUAGE="en",NAME="en",DEFAULT=YES' in hls
    assert 'LANGUAGE="ar",NAME="Arabic",DEFAULT=NO' in hls
    assert 'lang="ar"' in done.dash_manifest.read_text()
    assert [stream.language for stream in done.streams if stream.kind == "audio"] == ["en", "ar"]


def test_tracks_of_one_language_stay_apart(encode: Encode, tmp_path: Path) -> None:
    made = encode("two_languages.mkv")
    tracks = [replace(track, language="en", title='A, "b"=c') for track in made.audio]
    done = package((), tracks, tmp_path)
    assert [stream.name for stream in done.streams] == ["audio_en", "audio_en_2"]
    assert done.dash_manifest.read_text().count("<AdaptationSet") == 2


def test_names_are_only_names(encode: Encode, tmp_path: Path) -> None:
    rung = encode("silent.mp4").rungs[0]
    odd = tmp_path / "a, stream=audio=b 'c' \u0645.mp4"
    odd.write_bytes(rung.path.read_bytes())
    folder = tmp_path / "set, of"
    folder.mkdir()
    assert len(package([replace(rung, path=odd)], (), folder).streams) == 1


def test_links_lie_where_the_sweeper_finds_them(
    encode: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that is killed meanwhile leaves nothing outside of the scratch."""
    seen: list[Path] = []

    def heard(argv: Sequence[str], *, reads: Sequence[Path], **more: Any) -> Completed:
        seen.extend(path for path in reads if path.is_dir())
        return run(argv, reads=reads, **more)

    monkeypatch.setattr(packager, "run", heard)
    folder = tmp_path / "set"
    folder.mkdir()
    package(encode("silent.mp4").rungs, (), folder)
    assert [path.parent for path in seen] == [tmp_path]
    assert list(tmp_path.iterdir()) == [folder]


def test_silent_and_sound_only(encode: Encode, tmp_path: Path) -> None:
    silent, sound = tmp_path / "silent", tmp_path / "sound"
    silent.mkdir()
    sound.mkdir()
    made = encode("silent.mp4")
    assert [stream.kind for stream in package(made.rungs, (), silent).streams] == ["video"]
    made = encode("plain.mp4")
    assert [stream.kind for stream in package((), made.audio, sound).streams] == ["audio"]
    with pytest.raises(ValueError, match="nothing"):
        package((), (), tmp_path)


def test_variable_rate_and_odd_shapes(encode: Encode, tmp_path: Path) -> None:
    for name in ("variable_rate.mp4", "portrait.mp4", "late_video.mkv"):
        folder = tmp_path / name
        folder.mkdir()
        made = encode(name, WEAK_NETWORK)
        assert len(package(made.rungs, made.audio, folder).streams) == len(made.rungs) + 1


def test_what_cannot_be_packaged(encode: Encode, tmp_path: Path) -> None:
    rung = replace(encode("silent.mp4").rungs[0], path=media("text.mp4"))
    with pytest.raises(EncodingFailed):
        package([rung], (), tmp_path)
