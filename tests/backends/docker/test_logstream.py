"""The frame parser: any split of the stream gives the same bytes, each line whole, each newline where it was."""

import struct
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.backends.contract import LogChunk, Stream
from openpai.backends.docker.logstream import CHUNK, BrokenLog, FrameParser, after, skip

Z = "2026-01-02T03:04:05.{:09d}Z "
EAST = "2026-01-02T11:04:05.{:09d}+08:00 "


def frame(kind: int, text: bytes, stamp: int = 0, zone: str = Z) -> bytes:
    data = zone.format(stamp).encode() + text
    return struct.pack(">BxxxL", kind, len(data)) + data


def parse(*blocks: bytes) -> list[LogChunk]:
    parser = FrameParser()
    chunks = [chunk for block in blocks for chunk in parser.feed(block)]
    assert parser.complete
    assert parser.given == sum(len(chunk.data) for chunk in chunks)
    return chunks


def merged(chunks: list[LogChunk]) -> list[tuple[Stream, bytes]]:
    """What was given, whatever the chunks' borders."""
    groups = groupby(chunks, key=lambda chunk: chunk.stream)
    return [(stream, b"".join(chunk.data for chunk in group)) for stream, group in groups]


LINES = st.lists(
    st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40).map(lambda b: b.replace(b"\n", b"")))
)


@given(LINES, st.lists(st.integers(0, 2000), max_size=20), st.sampled_from([Z, EAST]))
def test_any_split_gives_the_same(lines: list[tuple[int, bytes]], cuts: list[int], zone: str) -> None:
    whole = b"".join(frame(kind, text + b"\n", i, zone) for i, (kind, text) in enumerate(lines))
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    blocks = [whole[a:b] for a, b in pairwise(edges)]
    assert merged(parse(*blocks)) == merged(parse(whole))
    expected = [LogChunk(list(Stream)[kind - 1], text + b"\n") for kind, text in lines]
    assert merged(parse(*blocks)) == merged(expected)


def test_frames_in_a_row_of_one_stream_become_one_chunk() -> None:
    chunks = parse(frame(1, b"a\n") + frame(1, b"b\n") + frame(2, b"c\n") + frame(1, b"d\n"))
    assert [chunk.data for chunk in chunks] == [b"a\nb\n", b"c\n", b"d\n"]
    assert [chunk.stream for chunk in chunks] == [Stream.STDOUT, Stream.STDERR, Stream.STDOUT]


def test_a_chunk_does_not_grow_without_bound() -> None:
    sizes = [len(chunk.data) for chunk in parse(frame(1, b"x" * 16384) * 200)]
    assert sum(sizes) == 200 * 16384
    assert max(sizes) <= CHUNK + 16384


def test_pieces_of_a_line_are_joined() -> None:
    assert merged(parse(frame(1, b"long", 1), frame(1, b"line\n", 1))) == [(Stream.STDOUT, b"longline\n")]


def test_a_lost_newline_is_put_back_when_another_line_follows() -> None:
    blocks = frame(1, b"long", 1), frame(2, b"other\n", 2), frame(1, b"line", 1), frame(1, b"next\n", 3)
    chunks = parse(*blocks)
    assert b"".join(chunk.data for chunk in chunks if chunk.stream is Stream.STDOUT) == b"longline\nnext\n"


def test_a_lost_newline_alone_counts_as_a_byte() -> None:
    assert merged(parse(frame(1, b"x", 1), frame(1, b"", 2), frame(1, b"\n", 2))) == [
        (Stream.STDOUT, b"x\n\n")
    ]


def test_no_newline_is_invented_at_the_end() -> None:
    assert merged(parse(frame(1, b"50%", 1))) == [(Stream.STDOUT, b"50%")]


def test_half_a_frame_is_not_complete() -> None:
    parser = FrameParser()
    assert list(parser.feed(frame(1, b"abc\n")[:-1])) == []
    assert not parser.complete


def test_the_engines_complaint_is_an_error() -> None:
    words = b"Error grabbing logs: unexpected EOF"
    with pytest.raises(BrokenLog, match="unexpected EOF"):
        parse(struct.pack(">BxxxL", 3, len(words)) + words)


def test_what_comes_after_the_last_frame_is_found_in_the_tail() -> None:
    a, b, c = (frame(1, b"same\n", stamp) for stamp in (1, 2, 3))
    parser = FrameParser()
    assert list(parser.feed(a + b))
    assert parser.last == b
    assert after(parser.last, a + b + c) == c
    assert after(parser.last, b) == b""


def test_a_tail_that_does_not_hold_the_last_frame_once_tells_nothing() -> None:
    a, b = frame(1, b"x", 1), frame(1, b"y\n", 2)
    assert after(a, b) is None
    assert after(a, a + a + b) is None
    assert after(b"", b) is None


def test_skipping_gives_the_rest_of_a_chunk() -> None:
    chunk = LogChunk(Stream.STDERR, b"abc")
    assert skip(chunk, 0) == chunk
    assert skip(chunk, 2) == LogChunk(Stream.STDERR, b"c")
    assert skip(chunk, 3) is None
