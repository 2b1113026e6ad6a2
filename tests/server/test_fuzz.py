"""Whatever a client sends, it is never a fault of the server's."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpai.lifecycle.states import JobState, public_job_state
from openpai.server.listing import PUBLIC_STATES, states_behind
from openpai.server.ranges import NotSatisfiable, parse_range
from tests.server.house import build, client


@pytest.fixture(scope="module")
def asked() -> Iterator["Asked"]:
    """One server for all examples, with a job in it."""
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory() as folder:
        building = build(Path(folder))
        house = runner.run(building.__aenter__())
        runner.run(house.running())
        asking = client(house)
        yield Asked(runner, runner.run(asking.__aenter__()))
        runner.run(asking.__aexit__(None, None, None))
        runner.run(building.__aexit__(None, None, None))


class Asked:
    def __init__(self, runner: asyncio.Runner, api: httpx2.AsyncClient) -> None:
        self._runner = runner
        self._api = api

    def __call__(self, method: str, path: str, **rest: object) -> httpx2.Response:
        return self._runner.run(self._api.request(method, path, **rest))  # type: ignore[arg-type]


NAMES = [
    "username",
    "vc",
    "state",
    "keyword",
    "order",
    "offset",
    "limit",
    "withTotalCount",
    "tagsContain",
    "odd",
]
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.sampled_from(
        [
            "alice",
            "WAITING,RUNNING",
            "stopped",
            "true",
            "%",
            "_",
            "\\",
            "jobName,ASC",
            "state,DESC",
            ",",
            "\0",
        ]
    ),
)


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_list_answers_or_refuses(asked: Asked, params: list[tuple[str, str]]) -> None:
    reply = asked("GET", "/api/v2/jobs", params=params)
    assert reply.status_code in (200, 400)
    if reply.status_code == 400:
        assert reply.json()["code"] == "InvalidParametersError"


PATHS = st.lists(
    st.one_of(
        st.sampled_from(["alice~train", "attempts", "0", "logs", "all", "taskRoles", "taskmain"]),
        st.text(max_size=8),
    ),
    max_size=9,
)


@given(PATHS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_path_answers_or_refuses(asked: Asked, parts: list[str]) -> None:
    reply = asked("GET", "/api/v2/jobs/" + "/".join(quote(part, safe="~") for part in parts))
    assert reply.status_code < 500


@given(st.binary(max_size=100), st.sampled_from(["text/yaml", "application/json", ""]))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_body_is_taken_or_refused(asked: Asked, body: bytes, kind: str) -> None:
    assert asked("POST", "/api/v2/jobs", content=body, headers={"Content-Type": kind}).status_code < 500
    assert asked("PUT", "/api/v2/jobs/alice~train/executionType", content=body).status_code < 500


@pytest.mark.parametrize("public", PUBLIC_STATES)
def test_a_shown_state_stands_for_exactly_the_jobs_that_show_it(public: str) -> None:
    behind = states_behind(public)
    for state in JobState:
        for stop in (False, True):
            meant = any(state == one and asked in (None, stop) for one, asked in behind)
            assert meant == (public_job_state(state, stop) == public)


@given(
    st.integers(0, 50), st.integers(0, 60), st.integers(0, 60), st.sampled_from(["{a}-{b}", "{a}-", "-{b}"])
)
def test_a_range_is_the_slice_that_it_names(size: int, first: int, last: int, form: str) -> None:
    whole = bytes(range(size))
    try:
        part = parse_range("bytes=" + form.format(a=first, b=last), size)
    except NotSatisfiable:
        assert first >= size if form != "-{b}" else 0 in (last, size)
        return
    start, end = part or (0, size)
    match form:
        case "{a}-":
            assert whole[start:end] == whole[first:]
        case "-{b}":
            assert whole[start:end] == whole[max(size - last, 0) :]
        case _:
            assert whole[start:end] == (whole[first : last + 1] if part else whole)
    assert part is None or 0 <= start < end <= size


@given(st.text(max_size=20), st.integers(0, 50))
def test_any_range_header_is_understood_or_ignored(header: str, size: int) -> None:
    part = parse_range(header, size)
    assert part is None or 0 <= part[0] < part[1] <= size
