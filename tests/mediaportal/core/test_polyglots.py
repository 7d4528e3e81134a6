"""The look behind a container's end, with all of a file in sight and with its two ends alone."""

import struct

import pytest

from mediaportal.core.polyglots import Ends, hidden

RAR = b"Rar!\x1a\x07\x01\0" + bytes(100)


def boxes(*sizes: int) -> bytes:
    """A chain of ISO boxes with nothing in them."""
    return b"".join(struct.pack(">I", size) + b"free" + bytes(size - 8) for size in sizes)


def whole(content: bytes) -> Ends:
    """A file of which everything is seen."""
    return Ends(content, content, len(content))


def test_the_ends_answer_for_what_they_hold() -> None:
    ends = Ends(b"abcd", b"wxyz", 100)
    assert (ends.at(1, 2), ends.at(97, 10), ends.at(50, 4)) == (b"bc", b"xyz", b"")


def test_a_chain_of_boxes_ends_where_no_box_follows() -> None:
    assert hidden(whole(boxes(100, 200)), "video/mp4") is None
    assert hidden(whole(boxes(100, 200) + RAR), "video/mp4") == "archive"
    assert hidden(whole(boxes(100, 200) + bytes(300) + RAR), "video/mp4") == "archive"


def test_an_archive_within_a_box_is_data() -> None:
    inside = struct.pack(">I", 8 + len(RAR)) + b"uuid" + RAR
    assert hidden(whole(boxes(100) + inside + boxes(50)), "video/mp4") is None


@pytest.mark.parametrize("last", [struct.pack(">I", 0) + b"mdat", struct.pack(">IIQ", 1, 0x6D646174, 5000)])
def test_a_last_box_that_takes_the_rest_leaves_nothing_behind(last: bytes) -> None:
    assert hidden(whole(boxes(100) + last + RAR), "video/mp4") is None


def test_a_chain_that_leads_out_of_sight_is_not_judged() -> None:
    content = boxes(100) + struct.pack(">I", 1_000_000) + b"mdat"
    assert hidden(Ends(content, RAR, 900_000), "video/mp4") is None


def test_large_films_of_several_riff_parts() -> None:
    part = b"RIFF" + struct.pack("<I", 100) + b"AVIX" + bytes(96)
    assert hidden(whole(part * 3), "video/x-msvideo") is None
    assert hidden(whole(part * 3 + RAR), "video/x-msvideo") == "archive"


def test_a_segment_of_unknown_length_is_searched_no_further() -> None:
    head = b"\x1aE\xdf\xa3\x84abcd"
    closed = head + b"\x18S\x80g\x8aabcdefghij"
    assert hidden(whole(closed), "video/x-matroska") is None
    assert hidden(whole(closed + RAR), "video/x-matroska") == "archive"
    assert hidden(whole(head + b"\x18S\x80g\xffabc" + RAR), "video/x-matroska") is None


def test_a_program_is_told_by_its_beginning_alone() -> None:
    # Searching on from each of these for the second mark would cost a thousand bytes' reading for every one.
    program = b"MZ" + bytes(58) + b"\x80\0\0\0" + bytes(200)
    assert hidden(whole(b"\xff\xd8\xff\xe0" + bytes(600) + b"\xff\xd9" + program), "image/jpeg") == "program"


def test_padding_before_a_program_may_end_with_its_own_first_byte() -> None:
    wasm = bytes(9) + b"\0asm\x01\0\0\0" + bytes(50)
    assert hidden(whole(b"\xff\xd8\xff\xe0" + bytes(600) + b"\xff\xd9" + wasm), "image/jpeg") == "program"
    assert hidden(whole(b"\0asm\x01\0\0\0"), "audio/mpeg") == "program"


def test_an_end_record_counts_when_its_numbers_can_be_true() -> None:
    record = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 60, 200, 0)
    assert hidden(whole(bytes(300) + record), "audio/ogg") == "archive"
    assert (
        hidden(whole(bytes(300) + record[:12] + struct.pack("<I", 9_999) + record[16:]), "audio/ogg") is None
    )
    assert hidden(whole(bytes(300) + record[:20]), "audio/ogg") is None
