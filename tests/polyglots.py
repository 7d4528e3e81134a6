"""Files that are two things at once, and honest files that only look so.

`DISGUISED` are refused, each with its code; `HONEST` are what cameras, players and editors really write, and pass. Both
map a name to a function that makes the bytes; nothing in them can do harm.
"""

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from hashlib import shake_256

from PIL import Image

from tests.media import media

Maker = Callable[[], bytes]

DISGUISE, UNSUPPORTED = "disguised_file", "unsupported_media_type"


def of(name: str) -> bytes:
    """The bytes of one of the tests' media."""
    return media(name).read_bytes()


def noise(size: int) -> bytes:
    """Bytes that look like a compressed picture, the same each time."""
    return shake_256(b"noise").digest(size)


def archive() -> bytes:
    """A ZIP archive that opens as a JAR."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    return kept.getvalue()


def rar() -> bytes:
    """The beginning of a RAR archive."""
    return b"Rar!\x1a\x07\x01\x00" + noise(64)


def seven() -> bytes:
    """The beginning of a 7z archive."""
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + noise(64)


def windows_program() -> bytes:
    """The headers of a PE file."""
    stub = b"MZ" + bytes(58) + (64).to_bytes(4, "little")
    return stub + b"PE\0\0\x64\x86" + bytes(200)


def elf() -> bytes:
    """The header of an ELF file."""
    return b"\x7fELF\x02\x01\x01" + bytes(57)


def disk_image(front: bytes) -> bytes:
    """An ISO 9660 image, whose first 32 KiB are free for other uses."""
    return front.ljust(32_768, b"\0") + b"\x01CD001\x01\0" + bytes(2040)


def with_tar_header(front: bytes) -> bytes:
    """Bytes that stand in the name field of a tar header, with the rest of the archive behind."""
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as made:
        made.addfile(tarfile.TarInfo("a"), None)
    return front + kept.getvalue()[len(front) :]


def box(name: bytes, content: bytes) -> bytes:
    """One box of an ISO base media file."""
    return struct.pack(">I", 8 + len(content)) + name + content


def after_ftyp(extra: bytes, name: str = "plain.mp4") -> bytes:
    """An MP4 with something put between its first box and the rest; good for looking at, not for playing."""
    whole = of(name)
    length = int.from_bytes(whole[:4], "big")
    return whole[:length] + extra + whole[length:]


def with_comment(content: bytes) -> bytes:
    """A JPEG with a comment at its beginning."""
    whole = of("picture.jpg")
    return whole[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(content)) + content + whole[2:]


def with_id3(content: bytes) -> bytes:
    """Sound after an ID3 tag that holds some bytes."""
    size = len(content)
    seven_bits = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x04\0\0" + seven_bits + content + of("bare.mp3")


def script_in_gif() -> bytes:
    """`GIF89a=1;` and what follows is JavaScript to those who read it as such."""
    return b"GIF89a=1;/*   " + of("picture.gif")[13:] + b"*/alert(1)"


def commented_gif() -> bytes:
    """A GIF whose width is the beginning of a comment in JavaScript."""
    whole = bytearray(of("picture.gif"))
    whole[6:8] = b"/*"
    return bytes(whole) + b"*/=1;alert(1);"


def script_in_jpeg() -> bytes:
    """The length of the first segment is the beginning of a comment in JavaScript."""
    whole = of("picture.jpg")
    filled = whole[6:20] + bytes(0x2F2A - 16)
    return whole[:4] + b"/*" + filled + b"\xff\xfe\x00\x1c*/=alert(1);/*" + bytes(12) + whole[20:] + b"*///"


def script_in_wav() -> bytes:
    """A WAV whose length is the beginning of a script."""
    whole = of("tone.wav")
    return b"RIFF=1/*" + whole[8:] + b"*/;alert(1)"


# What is refused: name -> the code, and the bytes.
DISGUISED: dict[str, tuple[str, Maker]] = {
    "png_zip.png": (DISGUISE, lambda: of("picture.png") + archive()),
    "jpeg_jar.jpg": (DISGUISE, lambda: of("picture.jpg") + archive()),
    "jpeg_zip_and_more.jpg": (DISGUISE, lambda: of("picture.jpg") + archive() + bytes(30_000)),
    "gif_jar.gif": (DISGUISE, lambda: of("picture.gif") + archive()),
    "gif_script.gif": (DISGUISE, script_in_gif),
    "gif_comment.gif": (DISGUISE, commented_gif),
    "jpeg_script.jpg": (DISGUISE, script_in_jpeg),
    "wav_script.wav": (DISGUISE, script_in_wav),
    "wav_zip.wav": (DISGUISE, lambda: of("tone.wav") + archive()),
    "mp3_zip.mp3": (DISGUISE, lambda: of("tone.mp3") + archive()),
    "mp4_zip.mp4": (DISGUISE, lambda: of("plain.mp4") + archive()),
    "mp4_pdf.mp4": (DISGUISE, lambda: after_ftyp(box(b"free", b"%PDF-1.7\n"))),
    "mp3_pdf.mp3": (DISGUISE, lambda: with_id3(b"TXXX" + b"%PDF-1.4\n" + bytes(100))),
    "mp4_page.mp4": (DISGUISE, lambda: after_ftyp(box(b"free", b"<html><script>alert(1)</script>"))),
    "mp4_program.mp4": (DISGUISE, lambda: of("plain.mp4") + elf()),
    "mp4_disk.mp4": (DISGUISE, lambda: disk_image(of("picture.jpg")[:30_000])),
    "mkv_rar.mkv": (DISGUISE, lambda: of("plain.mkv") + rar()),
    "webp_rar.webp": (DISGUISE, lambda: of("picture.webp") + rar()),
    "webp_7z.webp": (DISGUISE, lambda: of("picture.webp") + b"\0" * 8 + seven()),
    "ogg_7z.ogg": (DISGUISE, lambda: of("tone.ogg") + seven()),
    "png_program.png": (DISGUISE, lambda: of("picture.png") + windows_program()),
    "png_page.png": (DISGUISE, lambda: of("picture.png") + b"\n<script>alert(1)</script>"),
    "jpeg_shell.jpg": (DISGUISE, lambda: of("picture.jpg") + b"#!/bin/sh\necho\n"),
    "jpeg_dex.jpg": (DISGUISE, lambda: of("picture.jpg") + b"dex\n035\0" + noise(64)),
    "mp3_program.mp3": (UNSUPPORTED, lambda: b"ID3\x04\0\0\0\0\0\0" + windows_program() + of("bare.mp3")),
    "gif_tar.gif": (DISGUISE, lambda: with_tar_header(of("picture.gif")[:90])),
    "tiff_pdf.tiff": (DISGUISE, lambda: of("picture.tiff")[:8] + b"%PDF-1.4 " + of("picture.tiff")[17:]),
    "mp3_elf.mp3": (DISGUISE, lambda: b"ID3\x04\0\0\0\0\0\x08" + bytes(8) + elf() + of("bare.mp3")),
    "program_id3.mp3": (DISGUISE, lambda: elf() + of("tone.mp3")),
    "dos_mp3.mp3": (DISGUISE, lambda: b"MZ" + bytes(70) + of("bare.mp3")),
    "program_mp3.mp3": (UNSUPPORTED, lambda: windows_program() + of("bare.mp3")),
    "elf_ftyp.mp4": (UNSUPPORTED, lambda: elf() + of("plain.mp4")),
    "shell.mp3": (UNSUPPORTED, lambda: b"#!/bin/sh\nexit\n" + of("bare.mp3")),
    "drawing.jpg": (UNSUPPORTED, lambda: of("drawing.svg")),
    "page.jpg": (UNSUPPORTED, lambda: b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
    "playlist.ts": (UNSUPPORTED, lambda: of("playlist.m3u8")),
    "concat.ts": (UNSUPPORTED, lambda: of("list.ffconcat")),
    "archive.mp4": (UNSUPPORTED, archive),
}


# --- Honest files -------------------------------------------------------------------------------------------------
def samsung_photo() -> bytes:
    """A photograph with its film behind, in Samsung's own trailer."""
    film = of("tiny.mp4")
    name = b"MotionPhoto_Data"
    block = b"\0\0\x30\x0a" + struct.pack("<I", len(name)) + name + film
    heads = (
        b"SEFH" + struct.pack("<II", 107, 1) + b"\0\0\x30\x0a" + struct.pack("<II", len(block), len(block))
    )
    return of("picture.jpg") + block + heads + struct.pack("<I", len(heads)) + b"SEFT"


def several_pictures() -> bytes:
    """A photograph with a second one behind (MPO; the gain map of a bright picture)."""
    kept = io.BytesIO()
    first, second = (Image.linear_gradient("L").resize((320, 200)) for _n in range(2))
    first.save(kept, format="MPO", save_all=True, append_images=[second])
    return kept.getvalue()


def ape_tag() -> bytes:
    """An APEv2 tag with one field, as players write it at the end."""
    item = struct.pack("<II", 4, 0) + b"Title\0Tone"
    footer = b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, 0) + bytes(8)
    return item + footer


def id3v1() -> bytes:
    """The tag of 128 bytes at the end of old MP3 files."""
    return b"TAG" + b"A title".ljust(124, b"\0") + b"\x11"


HONEST: dict[str, tuple[str, Maker]] = {
    "samsung.jpg": ("image/jpeg", samsung_photo),
    "google.jpg": ("image/jpeg", lambda: of("picture.jpg") + of("tiny.mp4")),
    "several.jpg": ("image/jpeg", several_pictures),
    "php_comment.jpg": ("image/jpeg", lambda: with_comment(b"<?php echo 1; ?>")),
    "zip_word.jpg": ("image/jpeg", lambda: with_comment(b"PK\x03\x04 is how archives begin")),
    "padded.png": ("image/png", lambda: of("picture.png") + bytes(70_000)),
    "noisy_end.png": ("image/png", lambda: of("picture.png") + noise(200_000)),
    "padded.gif": ("image/gif", lambda: of("picture.gif") + bytes(3)),
    "tagged.mp3": ("audio/mpeg", lambda: of("tone.mp3") + id3v1()),
    "ape.mp3": ("audio/mpeg", lambda: of("tone.mp3") + ape_tag() + id3v1()),
    "covered.mp3": ("audio/mpeg", lambda: of("covered.mp3")),
    "udta.mp4": ("video/mp4", lambda: of("plain.mp4") + box(b"udta", box(b"name", b"A film"))),
    "free.mp4": ("video/mp4", lambda: of("plain.mp4") + box(b"free", bytes(5000))),
    "uuid.mp4": ("video/mp4", lambda: of("plain.mp4") + box(b"uuid", noise(16) + b"<x:xmpmeta/>")),
    "zeros.mp4": ("video/mp4", lambda: of("plain.mp4") + bytes(4096)),
    "end_record_by_chance.mp4": (
        "video/mp4",
        lambda: of("plain.mp4") + box(b"free", b"PK\x05\x06" + noise(60)),
    ),
    "id3_behind.wav": ("audio/wav", lambda: of("tone.wav") + b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)),
    "open_length.wav": (
        "audio/wav",
        lambda: b"RIFF\xff\xff\xff\xff" + of("tone.wav")[8:],
    ),
    "live.webm": ("video/webm", lambda: of("live.webm")),
    "plain.mkv": ("video/x-matroska", lambda: of("plain.mkv")),
    "plain.avi": ("video/x-msvideo", lambda: of("plain.avi")),
    "plain.ts": ("video/mp2t", lambda: of("plain.ts")),
    "plain.mxf": ("application/mxf", lambda: of("plain.mxf")),
    "tone.flac": ("audio/flac", lambda: of("tone.flac")),
    "tone.m4a": ("audio/mp4", lambda: of("tone.m4a")),
    "picture.avif": ("image/avif", lambda: of("picture.avif")),
    "picture.heic": ("image/heic", lambda: of("picture.heic")),
    "picture.tiff": ("image/tiff", lambda: of("picture.tiff")),
    "picture.webp": ("image/webp", lambda: of("picture.webp")),
}


# --- Another container inside -------------------------------------------------------------------------------------
def matroska_in_mp4() -> bytes:
    """A first box that says MP4, and Matroska from there on."""
    whole = of("plain.mp4")
    return whole[: int.from_bytes(whole[:4], "big")] + of("plain.mkv")


# What no look at signatures tells, but the demuxers do: name -> the type that it begins as, and the bytes.
OTHER_INSIDE: dict[str, tuple[str, Maker]] = {
    "transport.mp4": ("video/mp4", lambda: of("plain.ts")),
    "matroska.mp4": ("video/mp4", lambda: of("plain.mkv")),
    "flac.wav": ("audio/wav", lambda: of("tone.flac")),
    "film.mkv": ("video/x-matroska", lambda: of("plain.mp4")),
}
