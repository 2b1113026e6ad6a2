"""`pai watch`: a job from its first state to its last, over whatever happens to the server."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from tests.cli.builders import a_job, a_task, failed_job
from tests.cli.conftest import Pai, command
from tests.cli.stand_in import StandIn

pytestmark = pytest.mark.slow  # real processes that wait for one another

NAME = "ann~train"
LOG = (NAME, "worker", 0, 0)


@pytest.fixture
def live(server: StandIn) -> Callable[[Callable[[], None]], None]:
    """Lets a job live beside the watch."""

    def begin(life: Callable[[], None]) -> None:
        threading.Thread(target=life, daemon=True).start()

    server.world.jobs[NAME] = a_job(state="WAITING")
    return begin


def end(server: StandIn, state: str = "SUCCEEDED") -> None:
    server.world.ended_logs.add(LOG)
    server.world.jobs[NAME] = (
        failed_job()
        if state == "FAILED"
        else a_job(state=state, tasks=[a_task(0, state, containerExitCode=0)])
    )


def a_pull(share: float) -> dict[str, object]:
    total = 4_000_000_000
    return {
        "role": "worker", "index": 0, "image": "big:1", "doneBytes": int(total * share), "totalBytes": total,
        "layersDone": int(share * 4), "layersTotal": 4,
        "bytesPerSecond": 100_000_000, "remainingSeconds": int(total * (1 - share) / 1e8),
    }  # fmt: skip


def test_states_go_to_standard_error_and_output_to_standard_output(
    pai: Pai, server: StandIn, live: Callable[[Callable[[], None]], None]
) -> None:
    def life() -> None:
        server.world.wait_told(NAME)
        server.world.show(NAME, a_job())
        server.world.logs[LOG] = b"hello\n"
        server.world.wait_sent(LOG)
        end(server)

    live(life)
    told = pai("watch", NAME)
    assert told.returncode == 0
    assert told.stdout == "hello\n"
    assert told.stderr.splitlines() == [
        "WAITING: waits for its turn",
        "RUNNING: runs",
        "worker-0: runs on node-a",
        "worker-0: SUCCEEDED, exit code 0",
        "ann~train: succeeded after 1m 5s.",
    ]


def test_a_failed_job_shows_its_card_and_exits_1(pai: Pai, server: StandIn) -> None:
    end(server, "FAILED")
    told = pai("watch", NAME)
    assert told.returncode == 1
    for words in ("failed after", "Cause: The task needed more", "| Killed", "Ask for more memory.", "137"):
        assert words in told.stderr


def test_a_stopped_job_exits_1(pai: Pai, server: StandIn) -> None:
    end(server, "STOPPED")
    assert pai("watch", NAME).returncode == 1


def test_it_speaks_chinese(pai: Pai, server: StandIn) -> None:
    end(server)
    assert "成功，用时 1m 5s" in pai("watch", NAME, LANG="zh_CN.UTF-8").stderr


def test_reasons_to_wait_are_told_once_each(
    pai: Pai, server: StandIn, live: Callable[[Callable[[], None]], None]
) -> None:
    reasons = [{"code": "X", "message": f"reason {number}", "fix": ""} for number in range(2)]

    def life() -> None:
        server.world.show(NAME, a_job(state="WAITING", waits=reasons[:1]))
        server.world.show(NAME, a_job(state="WAITING", waits=reasons))
        end(server)

    live(life)
    told = pai("watch", NAME).stderr
    assert (told.count("reason 0"), told.count("reason 1")) == (1, 1)


def test_a_pull_into_a_pipe_is_a_line_per_tenth(
    pai: Pai, server: StandIn, live: Callable[[Callable[[], None]], None]
) -> None:
    def life() -> None:
        server.world.show(NAME, a_job(state="WAITING", sub_state="PREPARING"))
        for hundredth in range(101):
            server.world.pulls[NAME] = a_pull(hundredth / 100)
            time.sleep(0.02)
        end(server)

    live(life)
    pulls = [text for text in pai("watch", NAME).stderr.splitlines() if text.startswith("Pulling big:1")]
    assert 5 <= len(pulls) <= 12
    assert "/ 4.0 GB" in pulls[-1]
    assert "left" in pulls[-1]


def test_it_goes_on_when_the_server_comes_back(
    pai: Pai, server: StandIn, live: Callable[[Callable[[], None]], None]
) -> None:
    server.world.jobs[NAME] = a_job()
    server.world.logs[LOG] = b"before\n"

    def life() -> None:
        server.world.wait_told(NAME)
        server.world.wait_sent(LOG)
        server.stop()
        server.world.logs[LOG] += b"while it was away\n"
        time.sleep(1.5)
        server.start()
        server.world.logs[LOG] += b"after\n"
        server.world.wait_sent(LOG)
        end(server)

    live(life)
    told = pai("watch", NAME)
    assert told.returncode == 0
    assert told.stdout == "before\nwhile it was away\nafter\n"
    assert told.stderr.count("The server does not answer") == 1
    assert told.stderr.count("The server answers again.") == 1


def test_ctrl_c_says_that_the_job_goes_on_and_exits_130(of_server: dict[str, str], server: StandIn) -> None:
    server.world.jobs[NAME] = a_job()
    server.world.logs[LOG] = b"hello\n"
    process = subprocess.Popen(
        command("watch", NAME),
        env=of_server,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "hello\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the job goes on" in told
    assert "Traceback" not in told


def test_json_is_one_object_per_event(pai: Pai, server: StandIn) -> None:
    server.world.logs[LOG] = b"\xff"
    end(server)
    told = [json.loads(text) for text in pai("watch", NAME, "--json").stdout.splitlines()]
    assert [entry["event"] for entry in told] == ["job", "log", "end"]
    assert told[0]["data"] == server.world.jobs[NAME]
    assert told[1]["data"] == {
        "role": "worker", "index": 0, "jobAttempt": 0, "taskAttempt": 0, "offset": 0, "base64": "/w==",
    }  # fmt: skip
    assert told[2]["data"] == {"state": "SUCCEEDED"}


def test_submit_can_watch_at_once(pai: Pai, server: StandIn) -> None:
    server.world.on_submit = lambda name: server.world.jobs.update({name: failed_job("job")})
    server.world.ended_logs = {("ann~job", "worker", 0, 0)}
    told = pai("submit", "-", "--watch", stdin="name: job\n")
    assert told.returncode == 1
    assert "Ask for more memory." in told.stderr


def test_many_tasks_are_counted_and_not_named(pai: Pai, server: StandIn) -> None:
    server.world.jobs[NAME] = a_job(state="SUCCEEDED", tasks=[a_task(i, "SUCCEEDED") for i in range(40)])
    server.world.ended_logs = {(NAME, "worker", i, 0) for i in range(40)}
    told = pai("watch", NAME).stderr
    assert "40 tasks: SUCCEEDED 40" in told
    assert "worker-7" not in told
