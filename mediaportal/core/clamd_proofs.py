"""Small files by which a clamd shows whether its OK can be believed, whatever signatures it has."""

import gzip
import io
import tarfile

# More than clamd follows (17 layers unless told otherwise), and two thousandths of a second to look at.
_LAYERS = 40
# Wang and Yu's 128 bytes of 2004: with the highest bit of six of them turned, their MD5 stays what it was.
_BLOCK = bytes.fromhex(
    "d131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f89"
    "55ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b"
    "d8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0"
    "e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70"
)
_TURNED = (19, 45, 59, 83, 109, 123)
# Where a tar's header keeps its checksum and its mark, and its length.
_CHECKSUM, _MARK, _HEADER_BYTES = 148, 257, 512


def layers() -> bytes:
    """An archive of archives, deeper than clamd follows: it says so, or says OK of what it did not read."""
    content = b"mediaportal"
    for _layer in range(_LAYERS):
        content = gzip.compress(content, mtime=0)
    return content


def twins(ending: bytes) -> tuple[bytes, bytes]:
    """Two archives of one length and one MD5. clamd finds nothing in the first, whose one member has no proper length,
    and too many layers in the second: there the first header's checksum is wrong, and it goes on to the next.
    `ending` stands behind both.
    """
    header = bytearray(_BLOCK.ljust(_HEADER_BYTES, b"\0"))
    header[_MARK : _MARK + 7] = b"ustar\x000"
    header[_CHECKSUM : _CHECKSUM + 8] = b" " * 8
    header[_CHECKSUM : _CHECKSUM + 8] = b"%06o\0 " % sum(header)
    other = bytearray(header)
    for place in _TURNED:
        other[place] ^= 0x80
    rest = _archive(layers()) + ending
    return bytes(header) + rest, bytes(other) + rest


def _archive(content: bytes) -> bytes:
    """A tar with one member."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        member = tarfile.TarInfo("layers.gz")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()
