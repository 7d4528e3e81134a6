"""Sets that really are encrypted: an independent reader plays them with the right key, and with no other."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mediaportal.core.sandbox import Completed, run
from processing import packager
from processing.exceptions import EncodingFailed
from processing.ffmpeg.ladder import WEAK_NETWORK
from processing.packager import Package, TextTrack, package
from processing.packager.encryption import ALL, Encryption, Scheme, StreamKey, labels_for
from processing.packager.streams import IFRAMES, PLAYLIST
from tests.processing.conftest import Encode, full_ladder
from tests.processing.packager.manifests import dash_durations, hls_durations


def encryption(scheme: Scheme, labels: Sequence[str] = (ALL,), *, video_only: bool = False) -> Encryption:
    """Keys of our own for these labels, all of them different."""
    keys = {label: StreamKey(uuid4(), uuid4().bytes) for label in labels}
    return Encryption(scheme, keys, lambda kid: f"keys/{kid}", video_only=video_only)


def joined(done: Package, name: str, folder: Path) -> Path:
    """One stream of a set as a file."""
    made = folder / f"{name}.mp4"
    segments = sorted((done.folder / name).glob("*.m4s"), key=lambda path: int(path.stem))
    made.write_bytes(b"".join(path.read_bytes() for path in [done.folder / name / "init.mp4", *segments]))
    return made


def decoded(path: Path, key: bytes | None = None) -> tuple[list[str], str]:
    """The checksums of what a reader of another house decodes of a file, and what it complains of."""
    given = ["-decryption_key", key.hex()] if key else []
    done = subprocess.run(
        ["ffmpeg", "-v", "error", *given, "-i", path, "-f", "framemd5", "-"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    sums = [line.rsplit(",", 1)[1].strip() for line in done.stdout.splitlines() if not line.startswith("#")]
    return sums, done.stderr


def test_cenc_is_read_with_its_key_alone(encode: Encode, tmp_path: Path) -> None:
    made = encode("plain.mp4", WEAK_NETWORK)
    clear, folder = tmp_path / "clear", tmp_path / "set"
    clear.mkdir()
    folder.mkdir()
    plain = package(made.rungs, made.audio, clear)
    lock = encryption("cenc", labels_for([144], sound=True))
    done = package(made.rungs, made.audio, folder, encryption=lock)
    for stream in done.streams:
        wanted, _ = decoded(joined(plain, stream.name, tmp_path))
        path = joined(done, stream.name, tmp_path)
        right, complaints = decoded(path, lock.keys[stream.key].key)
        assert (right, complaints) == (wanted, "")
        assert decoded(path, uuid4().bytes)[0] != wanted
        assert decoded(path)[0] != wanted


def test_cenc_is_for_dash_alone(encode: Encode, tmp_path: Path) -> None:
    done = package(encode("silent.mp4").rungs, (), tmp_path, encryption=encryption("cenc"))
    assert done.formats == ("dash",)
    assert not list(tmp_path.rglob("*.m3u8"))
    assert 'value="cenc"' in done.dash_manifest.read_text()


@full_ladder
def test_every_group_has_a_key_of_its_own_and_each_playlist_names_it(encode: Encode, tmp_path: Path) -> None:
    made = encode("full_1080.mp4")
    lock = encryption("cbcs", labels_for([1080, 720, 480, 360], sound=True))
    done = package(made.rungs, made.audio, tmp_path, encryption=lock)
    assert [stream.key for stream in done.streams] == ["HD", "HD", "SD", "SD", "AUDIO"]
    assert done.encrypted_tracks == [1, 2, 3, 4, 5]
    for stream in done.streams:
        kid = lock.keys[stream.key].kid
        playlists = [PLAYLIST, *([IFRAMES] if stream.kind == "video" else [])]
        for name in playlists:
            text = (tmp_path / stream.name / name).read_text()
            assert re.findall(r'EXT-X-KEY:METHOD=SAMPLE-AES,URI="([^"]+)"', text) == [f"keys/{kid}"]
        assert kid.bytes in (tmp_path / stream.name / "init.mp4").read_bytes()
    dash = done.dash_manifest.read_text()
    told = set(re.findall(r'cenc:default_KID="([^"]+)"', dash))
    assert told == {str(key.kid) for key in lock.keys.values()}
    assert 'value="cbcs"' in dash
    assert hls_durations(tmp_path) == dash_durations(tmp_path)


def test_the_pictures_alone(encode: Encode, tmp_path: Path) -> None:
    made = encode("plain.mp4")
    folder = tmp_path / "set"
    folder.mkdir()
    done = package(made.rungs, made.audio, folder, encryption=encryption("cbcs", video_only=True))
    assert [(stream.kind, stream.key) for stream in done.streams] == [("video", ALL), ("audio", "")]
    assert done.encrypted_tracks == [1]
    sound = next(stream.name for stream in done.streams if stream.kind == "audio")
    assert "EXT-X-KEY" not in (folder / sound / PLAYLIST).read_text()
    heard, complaints = decoded(joined(done, sound, tmp_path))
    assert len(heard) > 100 and not complaints


def test_keys_are_in_no_argument_and_nothing_is_left(
    encode: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = encryption("cbcs")
    seen: list[str] = []

    def heard(argv: Sequence[str], *, reads: Sequence[Path], **more: Any) -> Completed:
        seen.extend(str(part) for part in argv)
        flags = [path / "flags" for path in reads if (path / "flags").exists()]
        assert [path.stat().st_mode & 0o777 for path in flags] == [0o600]
        return run(argv, reads=reads, **more)

    monkeypatch.setattr(packager, "run", heard)
    folder = tmp_path / "set, of"
    folder.mkdir()
    package(encode("silent.mp4").rungs, (), folder, encryption=lock)
    key = lock.keys[ALL].key.hex()
    assert any("--flagfile" in part for part in seen)
    assert key not in " ".join(seen)
    assert list(tmp_path.iterdir()) == [folder]
    assert not any(key.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not any(lock.keys[ALL].key in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_the_packager_says_has_no_key_in_it(
    encode: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = encryption("cbcs")
    # The packager tells a flag whose value it cannot read.
    told = f"--clear_lead={lock.keys[ALL].key.hex().upper()}\n"
    monkeypatch.setattr(Encryption, "flags", lambda _self: told)
    with pytest.raises(EncodingFailed) as caught:
        package(encode("silent.mp4").rungs, (), tmp_path, encryption=lock)
    assert "[hidden]" in caught.value.log
    chain = f"{caught.value.log} {caught.value.__cause__!r} {caught.value.__cause__}"
    assert lock.keys[ALL].key.hex() not in chain.lower()


def test_no_stream_stays_clear_for_want_of_a_key(encode: Encode, tmp_path: Path) -> None:
    rung = encode("silent.mp4").rungs[0]
    tall = replace(rung, rung=replace(rung.rung, width=3840, height=2160))
    with pytest.raises(ValueError, match="UHD"):
        package([tall], (), tmp_path, encryption=encryption("cbcs", ["SD"]))


def test_text_in_both_manifests(encode: Encode, tmp_path: Path) -> None:
    text = tmp_path / "a.vtt"
    text.write_text(
        "WEBVTT\n\n00:00.500 --> 00:01.500\nGood evening\n\n00:02.000 --> 00:02.800\nمساء الخير\n"
    )
    folder = tmp_path / "set"
    folder.mkdir()
    made = encode("plain.mp4")
    tracks = [TextTrack(text, "en", "English", "captions"), TextTrack(text, "ar", "العربية", is_default=True)]
    done = package(made.rungs, made.audio, folder, texts=tracks, encryption=encryption("cbcs"))
    assert [(stream.kind, stream.name, stream.key) for stream in done.streams[-2:]] == [
        ("text", "text_en", ""),
        ("text", "text_ar", ""),
    ]
    hls, dash = done.hls_master.read_text(), done.dash_manifest.read_text()
    subtitles = [line for line in hls.splitlines() if "TYPE=SUBTITLES" in line]
    assert len(subtitles) == 2
    assert 'NAME="English"' in subtitles[0] and "transcribes-spoken-dialog" in subtitles[0]
    assert "DEFAULT=YES" in subtitles[1] and "DEFAULT=NO" in subtitles[0]
    assert "EXT-X-KEY" not in (folder / "text_en" / PLAYLIST).read_text()
    assert "Good evening" in (folder / "text_en" / "1.vtt").read_text()
    assert dash.count('codecs="wvtt"') == 2 and "العربية" in dash
