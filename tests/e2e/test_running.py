"""Jobs that go well, on a real engine."""

import asyncio
import time

from openpai.client import Client, JobChanged, JobEnded
from tests.e2e.jobs import attempt, cause, environment_of, in_state, job, output, role, run, task


async def test_a_job_runs_and_its_log_comes_while_it_is_written(pai: Client) -> None:
    submitted = await pai.submit(job("for i in 1 2 3 4; do echo line $i; sleep 0.5; done"))
    detail = await in_state(pai, submitted["name"], "RUNNING")
    came: list[tuple[float, bytes]] = []
    async for piece in pai.follow_log(attempt(detail)):
        came.append((time.monotonic(), piece))
    assert b"".join(piece for _, piece in came) == b"line 1\nline 2\nline 3\nline 4\n"
    assert came[-1][0] - came[0][0] > 0.9, "all came at the end"
    states = [event async for event in pai.watch(submitted["name"])]
    assert states[-1] == JobEnded("SUCCEEDED")
    detail = await pai.job(submitted["name"])
    assert task(detail)["containerExitCode"] == 0
    assert cause(detail) == "Succeeded"


async def test_watching_a_job_tells_each_state_in_order(pai: Client) -> None:
    submitted = await pai.submit(job("sleep 1"))
    seen = []
    async for event in pai.watch(submitted["name"]):
        if isinstance(event, JobChanged):
            seen.append(event.job["jobStatus"]["subState"])
    order = ["QUEUED", "PREPARING", "RUNNING", "STOPPING", "COMPLETED"]
    ranks = [order.index(state) for state in seen]
    assert ranks == sorted(ranks)
    assert {"RUNNING", "COMPLETED"} <= set(seen)


async def test_many_jobs_at_once_all_run_and_each_has_its_own_log(pai: Client) -> None:
    jobs = await asyncio.gather(*(pai.submit(job(f"echo I am {number}")) for number in range(16)))
    for number, submitted in enumerate(jobs):
        [*_, last] = [event async for event in pai.watch(submitted["name"])]
        assert last == JobEnded("SUCCEEDED")
        assert await output(pai, await pai.job(submitted["name"])) == f"I am {number}\n".encode()


async def test_the_stored_job_can_be_listed_and_found(pai: Client) -> None:
    detail = await run(pai, job("true", name="a_name_to_find"))
    found = await pai.jobs(keyword="name_to_find", state="SUCCEEDED")
    assert [item["name"] for item in found["data"]] == [detail["name"].split("~")[-1]]
    reasons = [event["reason"] for event in (await pai.events(detail["name"]))["data"]]
    assert reasons[-1] == "JobSubmitted"
    assert reasons[0] == "JobSucceeded"


async def test_commands_and_output_may_be_in_any_language(pai: Client) -> None:
    detail = await run(pai, job("echo '训练 – épreuve 🚀'", "你好=世界; true || echo"))
    assert "训练 – épreuve 🚀\n".encode() in await output(pai, detail)


async def test_both_streams_are_kept_apart_and_together(pai: Client) -> None:
    detail = await run(pai, job("echo out", "sleep 0.2", "echo err >&2"))
    assert await output(pai, detail) == b"out\nerr\n"
    assert await output(pai, detail, "stdout") == b"out\n"
    assert await output(pai, detail, "stderr") == b"err\n"


async def test_the_environment_names_every_role_as_written_and_as_openpai_did(pai: Client) -> None:
    roles = {"Big_Worker": role("env; sleep 1"), "ps": role("sleep 1")}
    detail = await run(pai, job(taskRoles=roles))
    found = environment_of(await output(pai, detail, role="bigworker"))
    address = task(detail, "bigworker")["containerIp"]
    for name in ("Big_Worker", "bigworker"):
        assert found[f"PAI_HOST_IP_{name}_0"] == address
        assert found[f"PAI_{name}_0_http_PORT"]
        assert found[f"PAI_PORT_LIST_{name}_0_ssh"]
        assert found[f"PAI_TASK_ROLE_{name}_HOST_LIST"].startswith(f"{address}:")
    assert found["PAI_CURRENT_TASK_ROLE_NAME"] == "Big_Worker"
    assert found["PAI_TASK_INDEX"] == "0"
    assert found["PAI_JOB_NAME"] == f"admin~{detail['name'].split('~')[-1]}"
    assert found["PAI_HOST_IP_ps_0"] == task(detail, "ps")["containerIp"]
