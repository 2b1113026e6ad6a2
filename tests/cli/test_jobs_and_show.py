"""`pai jobs`, `pai show`, `pai config`, `pai stop`, `pai schema`: reading and stopping."""

import json
import subprocess
from typing import Any

import pytest
import yaml

from tests.cli.builders import a_job, a_task, an_item, failed_job
from tests.cli.conftest import Pai, command
from tests.cli.stand_in import StandIn


def test_jobs_are_listed_one_per_line(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item("bert"), an_item("训练", "FAILED")]
    lines = pai("jobs").stdout.splitlines()
    assert lines[0].split()[:3] == ["JOB", "STATE", "DURATION"]
    assert lines[1].split()[:4] == ["ann~bert", "RUNNING", "1m", "5s"]
    assert lines[2].split()[:2] == ["ann~训练", "FAILED"]
    assert "2023-11-14 22:13:20" in lines[1]


def test_no_jobs_are_told_apart_from_the_list(pai: Pai) -> None:
    told = pai("jobs")
    assert (told.returncode, told.stdout) == (0, "")
    assert "No jobs." in told.stderr


def test_json_is_the_apis_own_shape(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item("bert")]
    assert json.loads(pai("jobs", "--json").stdout) == {"totalCount": 1, "data": server.world.items}


def test_a_limit_says_how_many_there_are(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item(f"j{number}") for number in range(3)]
    told = pai("jobs", "--limit", "2")
    assert "j1" in told.stdout
    assert "j2" not in told.stdout
    assert "2 of 3" in told.stderr


def test_all_jobs_are_fetched_page_by_page(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item(f"j{number}") for number in range(1001)]
    reply = json.loads(pai("jobs", "--all", "--json").stdout)
    assert [item["name"] for item in reply["data"]] == [f"j{number}" for number in range(1001)]


def test_states_may_be_written_small_and_given_twice(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item("a", "FAILED"), an_item("b", "STOPPED"), an_item("c")]
    reply = json.loads(pai("jobs", "--state", "failed", "--state", "STOPPED", "--json").stdout)
    assert [item["name"] for item in reply["data"]] == ["a", "b"]


def test_control_characters_of_others_never_reach_the_terminal(pai: Pai, server: StandIn) -> None:
    server.world.items = [an_item("evil\x1b]0;title\x07\x9b31m\u202e")]
    server.world.jobs["ann~evil"] = failed_job("evil")
    server.world.ended_logs = {("ann~evil", "worker", 0, 0)}
    for told in (pai("jobs"), pai("show", "ann~evil"), pai("jobs", "--json"), pai("watch", "ann~evil")):
        assert not {"\x1b", "\x07", "\x9b"} & set(told.stdout + told.stderr)
    assert "\\x1b]0;title" in pai("jobs").stdout


def test_show_of_a_failed_job_has_cause_evidence_remedy_and_exit_code(pai: Pai, server: StandIn) -> None:
    server.world.jobs["ann~train"] = failed_job()
    told = pai("show", "ann~train").stdout
    for words in ("failed after 1m 5s", "needed more memory", "| Killed", "Ask for more memory.", "137"):
        assert words in told


def test_show_of_a_waiting_job_tells_why(pai: Pai, server: StandIn) -> None:
    reason = {"code": "NotEnoughFree", "message": "2 GPUs are free, 4 are needed.", "fix": "Ask for 2."}
    server.world.jobs["ann~train"] = a_job(state="WAITING", waits=[reason])
    told = pai("show", "ann~train").stdout
    assert "2 GPUs are free, 4 are needed." in told
    assert "Ask for 2." in told


def test_show_of_a_pulling_task_tells_how_far_the_image_is(pai: Pai, server: StandIn) -> None:
    pull = {
        "role": "worker", "index": 0, "image": "big:1", "doneBytes": 500_000_000, "totalBytes": 2_000_000_000,
        "layersDone": 1, "layersTotal": 4, "bytesPerSecond": 50_000_000, "remainingSeconds": 30,
    }  # fmt: skip
    server.world.jobs["ann~train"] = a_job(
        state="WAITING", sub_state="PREPARING", tasks=[a_task(0, "WAITING", pull=pull)]
    )
    assert "25% 500 MB / 2.0 GB 50.0 MB/s 30s left" in pai("show", "ann~train").stdout


@pytest.mark.parametrize(("state", "told"), [("RUNNING", True), ("SUCCEEDED", False)])
def test_show_tells_where_a_tensorboard_is_while_it_is(
    pai: Pai, server: StandIn, state: str, told: bool
) -> None:
    tasks = [a_task(0, state, containerPorts={"ssh": "15000", "tensorboard": "6006"}), a_task(1, state)]
    server.world.jobs["ann~train"] = a_job(state=state, tasks=tasks)
    assert ("TensorBoard: http://10.210.0.2:6006" in pai("show", "ann~train").stdout) == told


def test_show_as_json_is_the_job_as_the_api_has_it(pai: Pai, server: StandIn) -> None:
    server.world.jobs["ann~train"] = failed_job()
    assert json.loads(pai("show", "ann~train", "--json").stdout) == server.world.jobs["ann~train"]


def test_show_speaks_chinese(pai: Pai, server: StandIn) -> None:
    server.world.jobs["ann~train"] = failed_job()
    assert "失败，用时 1m 5s" in pai("show", "ann~train", "--lang", "zh").stdout


def test_a_job_that_is_not_there_exits_2_in_the_servers_words(pai: Pai) -> None:
    told = pai("show", "ann~nothing")
    assert told.returncode == 2
    assert "There is no job ann~nothing." in told.stderr


def test_a_config_is_shown_as_yaml_that_can_be_submitted_again(pai: Pai, server: StandIn) -> None:
    config = {"protocolVersion": 2, "name": "训练", "taskRoles": {"w": {"commands": ["a\nb", "\x1b[0m"]}}}
    server.world.configs["ann~train"] = json.dumps(config)
    told = pai("config", "ann~train").stdout
    assert yaml.safe_load(told) == config
    assert "name: 训练" in told
    assert "\x1b" not in told
    assert json.loads(pai("config", "ann~train", "--json").stdout) == config


def test_stop_stops_all_it_can_and_says_what_it_cannot(pai: Pai, server: StandIn) -> None:
    server.world.jobs = {"ann~a": a_job("a"), "ann~c": a_job("c")}
    told = pai("stop", "ann~a", "ann~b", "ann~c")
    assert server.world.stopped == ["ann~a", "ann~c"]
    assert told.returncode == 2
    assert "ann~b" in told.stderr


def test_stop_says_what_has_already_ended(pai: Pai, server: StandIn) -> None:
    server.world.jobs = {"ann~a": a_job("a", "FAILED"), "ann~b": a_job("b")}
    told = pai("stop", "ann~a", "ann~b")
    assert told.returncode == 0
    assert told.stdout == "ann~a: has already ended (FAILED).\nann~b: is being stopped.\n"
    assert server.world.stopped == ["ann~b"]


def test_start_and_delete_do_all_they_can_and_say_what_they_cannot(pai: Pai, server: StandIn) -> None:
    server.world.jobs = {"ann~a": a_job("a", "FAILED"), "ann~c": a_job("c", "STOPPED")}
    told = pai("start", "ann~a", "ann~b", "ann~c")
    assert (told.returncode, told.stdout) == (2, "ann~a is started.\nann~c is started.\n")
    assert server.world.started == ["ann~a", "ann~c"]
    assert "ann~b" in told.stderr
    told = pai("delete", "ann~b", "ann~a")
    assert (told.returncode, told.stdout) == (2, "ann~a is deleted.\n")
    assert list(server.world.jobs) == ["ann~c"]


def test_show_of_a_job_that_is_being_stopped_tells_until_when(pai: Pai, server: StandIn) -> None:
    since = 1_700_000_000_000
    server.world.jobs["ann~train"] = a_job(state="STOPPING", stoppingTime=since, killTime=since + 90_000)
    told = pai("show", "ann~train").stdout
    assert "being stopped since 2023-11-14 22:13:20; what still runs at 2023-11-14 22:14:50 is killed" in told


def test_show_tells_how_long_a_task_waited_pulled_and_started(pai: Pai, server: StandIn) -> None:
    task = a_task(waitedMs=420, pulledMs=61_000, startedMs=None)
    server.world.jobs["ann~train"] = a_job(tasks=[task])
    told = pai("show", "ann~train").stdout
    assert "WAIT/PULL/START" in told
    assert "0.4s/1m 1s/-" in told


def test_the_first_failure_stays_on_top_while_a_job_is_retried(pai: Pai, server: StandIn) -> None:
    message = "It needed more memory."
    diagnosis: dict[str, Any] = {"code": "OutOfMemory", "message": message, "fix": None, "evidence": []}
    first = {
        "attemptId": 0, "taskRoleName": "worker", "taskIndex": 0, "taskAttemptId": 0,
        "completedTime": 1_700_000_001_000, "containerExitCode": 137, "diagnosis": diagnosis,
    }  # fmt: skip
    line = "First failure: worker-0 in attempt 0: It needed more memory."
    server.world.jobs["ann~train"] = a_job(attemptId=2, firstFailure=first)
    assert line in pai("show", "ann~train").stdout
    server.world.jobs["ann~train"] = failed_job()
    server.world.jobs["ann~train"]["jobStatus"] |= {"attemptId": 3, "firstFailure": first}
    assert line in pai("show", "ann~train").stdout
    server.world.jobs["ann~train"]["jobStatus"]["attemptId"] = 0
    assert line not in pai("show", "ann~train").stdout, "that is how it ended, and is told in full"


def test_the_schema_is_json_schema(pai: Pai) -> None:
    assert "$schema" in json.loads(pai("schema").stdout)
    chinese = json.loads(pai("schema", "--lang", "zh").stdout)
    assert chinese["$defs"]["Auth"]["properties"]["username"]["description"] == "镜像仓库的用户名。"


def test_a_reader_that_goes_away_ends_the_command_quietly(of_server: dict[str, str], server: StandIn) -> None:
    server.world.items = [an_item(f"j{number}") for number in range(20_000)]
    process = subprocess.Popen(
        command("jobs", "--all", "--json"), env=of_server, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr.read() == b""
    process.stderr.close()
