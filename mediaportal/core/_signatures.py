"""Signatures of media that libmagic does not know in every form. Nothing is parsed, only looked at."""

# ruff: noqa: PLR2004 - the numbers are those of the formats themselves

_TS_PACKET_BYTES = (188, 192, 204)
_TS_PACKETS = 5
_MXF_KEY = bytes.fromhex("060e2b34020501010d0102")
_MXF_RUN_IN_BYTES = 65_536
_QUICKTIME_ATOMS = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_MP4_BRANDS = (
    b"isom",
    b"iso",
    b"mp4",
    b"avc",
    b"dash",
    b"cmf",
    b"msnv",
    b"mmp4",
    b"f4v",
    b"m4v",
    b"ndsc",
    b"xavc",
)
_MPEG_SYNC = 0xFFE0


def recognise(head: bytes) -> str | None:
    """Return the media type that the first bytes show, or nothing."""
    for recognises, mime in (
        (_is_matroska, "video/x-matroska"),
        (_is_transport_stream, "video/mp2t"),
        (_is_mxf, "application/mxf"),
        (_is_adts, "audio/aac"),
        (_is_mpeg_sound, "audio/mpeg"),
    ):
        if recognises(head):
            return mime
    return _iso_media(head)


def _iso_media(head: bytes) -> str | None:
    """Tell the ISO base media files by the brand of their first box."""
    if head[4:8] in _QUICKTIME_ATOMS and int.from_bytes(head[:4], "big") >= 8:
        return "video/quicktime"
    if head[4:8] != b"ftyp":
        return None
    brand = head[8:12].lower()
    if brand == b"qt  ":
        return "video/quicktime"
    if brand in (b"m4a ", b"m4b "):
        return "audio/mp4"
    if brand.startswith(_MP4_BRANDS):
        return "video/mp4"
    return None


def _is_matroska(head: bytes) -> bool:
    return head.startswith(b"\x1aE\xdf\xa3") and (b"matroska" in head[:64] or b"webm" in head[:64])


def _is_transport_stream(head: bytes) -> bool:
    """Packets of one size that all begin with the sync byte; M2TS puts four bytes before each."""
    for size in _TS_PACKET_BYTES:
        for offset in (0, 4):
            marks = head[offset : offset + size * _TS_PACKETS : size]
            if len(marks) == _TS_PACKETS and set(marks) == {0x47}:
                return True
    return False


def _is_mxf(head: bytes) -> bool:
    return head.find(_MXF_KEY, 0, _MXF_RUN_IN_BYTES) >= 0


def _is_adts(head: bytes) -> bool:
    """Two AAC frames in a row, the second where the first says that it ends."""
    length = _adts_length(head)
    return length > 0 and _adts_length(head[length:]) > 0


def _adts_length(frame: bytes) -> int:
    if len(frame) < 7 or frame[0] != 0xFF or frame[1] & 0xF6 != 0xF0:
        return 0
    return (frame[3] & 3) << 11 | frame[4] << 3 | frame[5] >> 5


def _is_mpeg_sound(head: bytes) -> bool:
    """Three MPEG layer III frames in a row near the beginning: after an ID3 tag, zeros, a little rubbish."""
    start = 0
    if head.startswith(b"ID3") and len(head) > 10:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        if size + 10 + 4 > len(head):
            return True  # the tag (a cover picture) is longer than what is seen
        start = size + 10
    for at in range(start, min(start + 4096, len(head) - 4)):
        place = at
        for _frame in range(3):
            length = _mpeg_length(head[place : place + 4])
            if not length:
                break
            place += length
        else:
            return True
    return False


_BIT_RATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mpeg_length(header: bytes) -> int:
    """Return the length in bytes of a layer III frame, 0 if the header is none."""
    if len(header) < 4 or int.from_bytes(header[:2], "big") & _MPEG_SYNC != _MPEG_SYNC:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate_index, sample_index = header[2] >> 4, header[2] >> 2 & 3
    if layer != 1 or version not in _SAMPLE_RATES or rate_index in (0, 15) or sample_index == 3:
        return 0
    first = version == 3
    rate = _BIT_RATES[1 if first else 2][rate_index - 1] * 1000
    return (144 if first else 72) * rate // _SAMPLE_RATES[version][sample_index] + (header[2] >> 1 & 1)
