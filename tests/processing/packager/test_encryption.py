"""Which stream has which key, and where players are told to ask for it."""

from pathlib import Path
from uuid import UUID

import pytest

from processing.exceptions import EncodingFailed
from processing.packager.encryption import (
    ALL,
    AUDIO,
    HD,
    SD,
    UHD,
    Encryption,
    StreamKey,
    group_of,
    labels_for,
    point_to_key,
    require_encrypted,
)

KEY = StreamKey(UUID("00112233-4455-6677-8899-aabbccddeeff"), bytes.fromhex("0f" * 16))


def address(kid: UUID) -> str:
    return f"keys/{kid}"


def with_keys(*labels: str, video_only: bool = False) -> Encryption:
    return Encryption("cbcs", dict.fromkeys(labels, KEY), address, video_only=video_only)


@pytest.mark.parametrize(
    ("kind", "side", "group"),
    [
        ("video", 144, SD),
        ("video", 719, SD),
        ("video", 720, HD),
        ("video", 1080, HD),
        ("video", 1081, UHD),
        ("video", 2160, UHD),
        ("audio", 0, AUDIO),
        ("text", 0, ""),
    ],
)
def test_groups(kind: str, side: int, group: str) -> None:
    assert group_of(kind, side) == group


def test_a_set_needs_one_key_for_each_group() -> None:
    assert labels_for([1080, 720, 480, 360], sound=True) == [SD, HD, AUDIO]
    assert labels_for([360], sound=False) == [SD]
    assert labels_for([], sound=True) == [AUDIO]


def test_each_stream_has_the_key_of_its_group_or_the_one_for_all() -> None:
    own = with_keys(SD, HD, AUDIO)
    assert [own.label_of("video", side) for side in (480, 720)] == [SD, HD]
    assert own.label_of("audio", 0) == AUDIO
    assert own.label_of("text", 0) == ""
    given = with_keys(ALL)
    assert {given.label_of("video", 480), given.label_of("video", 2160), given.label_of("audio", 0)} == {ALL}
    assert with_keys(ALL, video_only=True).label_of("audio", 0) == ""
    with pytest.raises(ValueError, match="UHD"):
        own.label_of("video", 2160)


def test_a_key_has_sixteen_bytes_and_is_never_shown() -> None:
    assert "0f0f" not in repr(KEY) and "0f0f" not in repr(with_keys(ALL))
    with pytest.raises(ValueError, match="16 bytes") as caught:
        StreamKey(KEY.kid, b"secret")
    assert "secret" not in str(caught.value)


def test_the_packager_reads_keys_and_scheme() -> None:
    lines = with_keys(SD, AUDIO).flags().splitlines()
    key = "key_id=00112233445566778899aabbccddeeff:key=" + "0f" * 16
    assert f"--keys=label=SD:{key},label=AUDIO:{key}" in lines
    assert {"--enable_raw_key_encryption", "--protection_scheme=cbcs", "--clear_lead=0"} <= set(lines)
    assert "--protection_systems=CommonSystem" in lines
    assert not any(line.startswith("--pssh") for line in lines)
    served = Encryption("cenc", {ALL: KEY}, address, systems=("CommonSystem", "Widevine"), pssh=b"\x01\xff")
    assert {"--protection_systems=CommonSystem,Widevine", "--pssh=01ff"} <= set(served.flags().splitlines())
    assert with_keys(SD).secrets() == ["0f" * 16]


def test_a_playlist_names_its_own_key(tmp_path: Path) -> None:
    playlist = tmp_path / "playlist.m3u8"
    kept = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;base64,AA",KEYFORMAT="urn:uuid:edef8ba9"'
    fairplay = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key",KEYFORMAT="com.apple.streamingkeydelivery"'
    playlist.write_text(
        "\n".join(
            [
                "#EXTM3U",
                '#EXT-X-MAP:URI="init.mp4"',
                '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key",IV=0x00,KEYFORMAT="identity"',
                kept,
                fairplay,
                "1.m4s",
            ]
        )
    )
    encryption = Encryption("cbcs", {ALL: KEY}, address, fairplay_uri=lambda kid: f"skd://{kid.hex}")
    point_to_key(playlist, KEY, encryption)
    lines = playlist.read_text().splitlines()
    assert lines[1] == '#EXT-X-MAP:URI="init.mp4"'
    own = f'#EXT-X-KEY:METHOD=SAMPLE-AES,URI="keys/{KEY.kid}",IV=0x00,KEYFORMAT="identity"'
    assert lines[2:5] == [own, kept, fairplay.replace('"key"', f'"skd://{KEY.kid.hex}"')]


def test_a_playlist_without_a_key_is_refused(tmp_path: Path) -> None:
    playlist = tmp_path / "playlist.m3u8"
    playlist.write_text("#EXTM3U\n1.m4s\n")
    with pytest.raises(EncodingFailed):
        point_to_key(playlist, KEY, with_keys(ALL))


@pytest.mark.parametrize("head", [b"moov avc1", b"moov encv" + bytes(16), b"moov avc1" + KEY.kid.bytes])
def test_a_stream_that_is_not_encrypted_with_its_key_is_refused(tmp_path: Path, head: bytes) -> None:
    init = tmp_path / "init.mp4"
    init.write_bytes(head)
    with pytest.raises(EncodingFailed):
        require_encrypted(init, KEY)
    init.write_bytes(b"moov encv tenc" + KEY.kid.bytes)
    require_encrypted(init, KEY)
