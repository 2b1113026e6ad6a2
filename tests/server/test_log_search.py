"""Lines that hold a text are found wherever the log is cut, and told by block."""

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.server import logsearch
from openpai.server.logsearch import Matches, search
from openpai.server.logstreams import BLOCK
from tests.server.house import House, log_path


def matches(data: bytes, needle: bytes, begin: int = 0, one: bool = False, late: bool = False) -> Matches:
    def read(start: int, end: int) -> bytes:
        return data[start:end]

    return search(read, len(data), needle, begin, one, lambda: late)


def expected(data: bytes, needle: bytes) -> list[int]:
    """How many lines of each block match, found the slow way."""
    counts = [0] * -(-len(data) // BLOCK)
    at = 0
    for line in data.split(b"\n"):
        if needle in line.lower():
            counts[at // BLOCK] += 1
        at += len(line) + 1
    return counts


@settings(deadline=None)  # a busy machine is no fault
@given(st.lists(st.sampled_from([b"a", b"AB", b"\n", b"x" * 700, b"\n\n"]), max_size=400))
def test_every_line_is_counted_once_in_the_block_in_which_it_begins(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    assert matches(data, b"ab").counts == expected(data, b"ab")


@pytest.mark.parametrize("step", [1, 7, 100])
def test_it_does_not_matter_how_the_log_is_read(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logsearch, "STEP", step)
    data = b"one\ntwo three\n\nfour two\nTWO"
    assert matches(data, b"two").counts == [3]
    assert matches(data, b"two", one=True).lines == [1, 3, 4]


def test_the_lines_of_a_block_are_numbered_from_its_begin() -> None:
    data = b"x" * (BLOCK - 2) + b"hit\nno\nhit\n" + b"y" * BLOCK + b"hit"
    assert matches(data, b"hit", begin=0, one=True).lines == [0]  # it begins here, and goes on behind
    assert matches(data, b"hit", begin=BLOCK, one=True).lines == [2, 3]
    assert matches(data, b"hit", begin=2 * BLOCK, one=True).lines == []
    assert matches(b"n" * (BLOCK - 1) + b"\nhit", b"hit", begin=BLOCK, one=True).lines == [0]


def test_codes_of_colours_are_no_text_of_a_line() -> None:
    data = b"\x1b[31mred\x1b[0m\nthe 31st\n\x1b]8;;http://x\x07link\x1b]8;;\x07\n"
    assert matches(data, b"31", one=True).lines == [1]
    assert matches(data, b"http", one=True).lines == []
    assert matches(data, b"link", one=True).lines == [2]


def test_a_search_that_takes_too_long_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logsearch, "STEP", BLOCK)
    data = b"0123456\n" * (BLOCK // 4)
    begin: int | None = 0
    counts: list[int] = []
    rounds = 0
    while begin is not None:
        part = matches(data, b"3", begin, late=True)
        counts += part.counts
        begin, rounds = part.next, rounds + 1
    assert counts == expected(data, b"3")
    assert rounds > 1


def test_a_line_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logsearch, "STEP", 100)
    monkeypatch.setattr(logsearch, "LONGEST", 1000)
    data = b"hit" + b"x" * 5000 + b"hit\nhit\nno\nhit"
    assert matches(data, b"hit", one=True).lines == [0, 1, 3]


async def test_a_log_is_searched_by_the_server(house: House, api: httpx2.AsyncClient) -> None:
    run = await house.running()
    house.write(run, "erste\nÄrger\nLoss: 1\nloss: 2\n".encode())
    reply = await api.get(log_path(run, "all/search"), params={"q": "LOSS"})
    assert reply.json() == {"size": 29, "start": 0, "next": None, "counts": [2], "lines": None}
    reply = await api.get(log_path(run, "all/search"), params={"q": "ärger", "lines": True})
    assert reply.json()["lines"] == []  # only ASCII letters have one case
    reply = await api.get(log_path(run, "all/search"), params={"q": "Ärger", "lines": True})
    assert reply.json()["lines"] == [1]
    assert (await api.get(log_path(run, "stderr/search"), params={"q": "loss"})).json()["counts"] == []


@pytest.mark.parametrize(
    ("rest", "status", "code"),
    [
        ("none/search?q=x", 404, "NoTaskLogError"),
        ("all/search", 400, "InvalidParametersError"),
        ("all/search?q=", 400, "InvalidParametersError"),
        ("all/search?q=a%0Ab", 400, "InvalidParametersError"),
        ("all/search?q=a&start=-1", 400, "InvalidParametersError"),
    ],
)
async def test_a_search_that_cannot_be_is_refused(
    rest: str, status: int, code: str, house: House, api: httpx2.AsyncClient
) -> None:
    run = await house.running()
    reply = await api.get(log_path(run, rest))
    assert (reply.status_code, reply.json()["code"]) == (status, code)
