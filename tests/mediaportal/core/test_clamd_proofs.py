"""The files by which a clamd shows what its OK is worth."""

import gzip
import hashlib

from mediaportal.core import clamd_proofs


def test_the_layers_are_deeper_than_clamd_follows() -> None:
    content, depth = clamd_proofs.layers(), 0
    while content.startswith(b"\x1f\x8b"):
        content, depth = gzip.decompress(content), depth + 1
    assert depth > 17


def test_twins_differ_and_have_one_md5() -> None:
    one, other = clamd_proofs.twins(b"end")
    assert one != other and one.endswith(b"end") and other.endswith(b"end")
    assert (
        hashlib.md5(one, usedforsecurity=False).digest() == hashlib.md5(other, usedforsecurity=False).digest()
    )
    assert clamd_proofs.twins(b"another")[0] != one
