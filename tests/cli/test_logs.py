"""`pai logs`: the right bytes of the right task."""

import subprocess
import threading
import time

import pytest

from openpai.cli.tail import last_lines
from tests.cli.builders import a_job, a_task
from tests.cli.conftest import Pai, command
from tests.cli.stand_in import StandIn

NAME = "ann~train"
BYTES = bytes(range(256)) * 100


@pytest.fixture
def two_tasks(server: StandIn) -> StandIn:
    server.world.jobs[NAME] = a_job(tasks=[a_task(0), a_task(1)], role="Worker_A")
    server.world.logs = {(NAME, "Worker_A", 0, 0): b"zero\n", (NAME, "Worker_A", 1, 0): b"one\n"}
    return server


def raw(of_server: dict[str, str], *args: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(command("logs", *args), env=of_server, capture_output=True, timeout=60, check=False)


def test_the_bytes_are_those_that_the_task_wrote(of_server: dict[str, str], server: StandIn) -> None:
    server.world.jobs[NAME] = a_job()
    server.world.logs[(NAME, "worker", 0, 0)] = BYTES
    assert raw(of_server, NAME).stdout == BYTES


@pytest.mark.parametrize(("tail", "wanted"), [("10b", BYTES[-10:]), ("1k", BYTES[-1024:]), ("9M", BYTES)])
def test_a_tail_in_bytes(of_server: dict[str, str], server: StandIn, tail: str, wanted: bytes) -> None:
    server.world.jobs[NAME] = a_job()
    server.world.logs[(NAME, "worker", 0, 0)] = BYTES
    assert raw(of_server, NAME, "--tail", tail).stdout == wanted


@pytest.mark.parametrize("count", [0, 1, 20_000, 50_000, 70_000])
def test_a_tail_in_lines_however_long_the_log(of_server: dict[str, str], server: StandIn, count: int) -> None:
    lines = [b"line %d\n" % number for number in range(60_000)]
    server.world.jobs[NAME] = a_job()
    server.world.logs[(NAME, "worker", 0, 0)] = b"".join(lines)
    wanted = b"".join(lines[-count:]) if count else b""
    assert raw(of_server, NAME, "--tail", str(count)).stdout == wanted


def test_the_tail_of_an_empty_log_is_empty(of_server: dict[str, str], server: StandIn) -> None:
    server.world.jobs[NAME] = a_job()
    server.world.logs[(NAME, "worker", 0, 0)] = b""
    told = raw(of_server, NAME, "--tail", "5")
    assert (told.returncode, told.stdout) == (0, b"")


@pytest.mark.parametrize(
    ("data", "count", "place"),
    [(b"", 3, 0), (b"a", 1, 0), (b"\n\n", 1, 1), (b"a\nb", 1, 2), (b"a\nb\n", 2, 0)],
)
def test_where_the_last_lines_begin(data: bytes, count: int, place: int) -> None:
    assert last_lines(data, count) == place


def test_several_tasks_are_listed_for_a_choice(pai: Pai, two_tasks: StandIn) -> None:
    told = pai("logs", NAME)
    assert told.returncode == 2
    assert told.stdout == ""
    assert "--role Worker_A --index 1" in told.stderr


def test_a_task_is_chosen_by_index_and_by_either_name_of_its_role(pai: Pai, two_tasks: StandIn) -> None:
    assert pai("logs", NAME, "--index", "1").stdout == "one\n"
    assert pai("logs", NAME, "--index", "0", "--role", "workera").stdout == "zero\n"
    assert pai("logs", NAME, "--index", "0", "--role", "Worker_A").stdout == "zero\n"


def test_a_task_that_is_not_there_lists_those_that_are(pai: Pai, two_tasks: StandIn) -> None:
    told = pai("logs", NAME, "--index", "7")
    assert told.returncode == 2
    assert "--role Worker_A --index 0" in told.stderr


def test_an_earlier_attempt_can_be_chosen(pai: Pai, server: StandIn) -> None:
    server.world.jobs[NAME] = a_job(tasks=[a_task(0, attemptId=2)])
    server.world.logs = {(NAME, "worker", 0, number): b"attempt %d" % number for number in range(3)}
    assert pai("logs", NAME).stdout == "attempt 2"
    assert pai("logs", NAME, "--attempt", "1").stdout == "attempt 1"


def test_a_job_that_waits_has_no_log_yet(pai: Pai, server: StandIn) -> None:
    server.world.jobs[NAME] = a_job(state="WAITING")
    told = pai("logs", NAME)
    assert told.returncode == 2
    assert "--follow" in told.stderr


def test_following_several_tasks_tells_them_apart_line_by_line(
    of_server: dict[str, str], two_tasks: StandIn
) -> None:
    world = two_tasks.world
    world.logs = {(NAME, "Worker_A", 0, 0): b"a\nb", (NAME, "Worker_A", 1, 0): b"\xff\n"}
    world.ended_logs = set(world.logs)
    world.jobs[NAME] = a_job(
        state="SUCCEEDED", tasks=[a_task(0, "SUCCEEDED"), a_task(1, "SUCCEEDED")], role="Worker_A"
    )
    told = raw(of_server, NAME, "-f")
    assert told.returncode == 0
    assert sorted(told.stdout.splitlines()) == [b"[Worker_A-0] a", b"[Worker_A-0] b", b"[Worker_A-1] \xff"]


def test_following_waits_for_the_start_and_goes_over_retries_to_the_end(
    of_server: dict[str, str], server: StandIn
) -> None:
    world = server.world
    world.jobs[NAME] = a_job(state="WAITING")

    def life() -> None:
        world.wait_told(NAME)
        for attempt in range(3):
            log = (NAME, "worker", 0, attempt)
            world.logs[log] = b""
            if attempt != 1:  # the second comes and goes unseen
                world.show(NAME, a_job(tasks=[a_task(0, attemptId=attempt)]))
            for number in range(3):
                world.logs[log] += b"%d.%d\n" % (attempt, number)
                time.sleep(0.05)
            world.ended_logs.add(log)
            if attempt == 0:
                world.wait_sent(log)
        world.jobs[NAME] = a_job(state="SUCCEEDED", tasks=[a_task(0, "SUCCEEDED", attemptId=2)])

    living = threading.Thread(target=life)
    living.start()
    told = raw(of_server, NAME, "--follow")
    living.join()
    lines = told.stdout.splitlines()
    assert sorted(lines) == [b"%d.%d" % (attempt, number) for attempt in range(3) for number in range(3)]
    assert lines[:3] == [b"0.0", b"0.1", b"0.2"]


def test_following_the_tail_begins_there(of_server: dict[str, str], server: StandIn) -> None:
    log = (NAME, "worker", 0, 0)
    server.world.logs[log] = b"old\nnew\n"
    server.world.ended_logs.add(log)
    server.world.jobs[NAME] = a_job(state="FAILED")
    assert raw(of_server, NAME, "-f", "--tail", "1").stdout == b"new\n"
