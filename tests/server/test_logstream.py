"""Cutting bytes into events: no byte is lost, and text stays text wherever it is cut."""

import json
from base64 import b64decode

from hypothesis import given
from hypothesis import strategies as st

from openpai.server.logstream import log_event, sendable


def pieces(data: bytes, size: int, live: bool) -> list[bytes]:
    """The data as a reader of `size` bytes sends it."""
    sent: list[bytes] = []
    while data:
        chunk = data[:size]
        chunk = chunk[: sendable(chunk, live or len(chunk) == size)]
        if not chunk:
            break
        sent.append(chunk)
        data = data[len(chunk) :]
    return sent


@given(st.binary(max_size=200), st.integers(4, 20))
def test_what_is_over_is_sent_whole(data: bytes, size: int) -> None:
    assert b"".join(pieces(data, size, live=False)) == data


@given(st.text(max_size=100), st.integers(4, 20))
def test_text_is_never_cut_inside_a_character(text: str, size: int) -> None:
    sent = pieces(text.encode(), size, live=True)
    assert "".join(piece.decode() for piece in sent) == text


@given(st.binary(max_size=200), st.integers(4, 20))
def test_what_is_held_back_is_less_than_a_character(data: bytes, size: int) -> None:
    held = len(data) - sum(map(len, pieces(data, size, live=True)))
    assert held <= 3
    tail = data[len(data) - held :]
    assert not held or tail[0] >= 0xC0


@given(st.binary(max_size=200), st.integers(0, 10**12))
def test_an_event_is_three_lines_and_gives_its_bytes_back(data: bytes, offset: int) -> None:
    kind, ident, line, *rest = log_event(offset, data).decode().split("\n")
    assert (kind, ident, rest) == ("event: log", f"id: {offset + len(data)}", ["", ""])
    assert len(line.splitlines()) == 1
    entry = json.loads(line.removeprefix("data: "))
    assert entry["offset"] == offset
    assert (entry["text"].encode() if "text" in entry else b64decode(entry["base64"])) == data
