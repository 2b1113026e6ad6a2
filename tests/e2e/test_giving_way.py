"""Jobs give way to more urgent ones, and to whom their cells are promised, on a real engine: with SIGTERM and their
time, and over the death of the server."""

from typing import Any

import pytest

from openpai.client import Client
from openpai.client.replies import JobDetail
from tests.e2e import engine
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import codes, ended, in_state, job, output, reached, role, task, wrote
from tests.e2e.server import Server

_SHARED = """\
virtual-clusters:
  default: {cells: {V100-SXM2-32GB: 2}, share: rest}
  team: {cells: {V100-SXM2-32GB: 2}}
"""
_SAVES = "trap 'echo saved; exit 0' TERM; echo up; while true; do sleep 0.1; done"
_DEAF = "trap '' TERM; echo up; while true; do sleep 0.1; done"


@pytest.fixture
def server(make_server: MakeServer) -> Server:
    """A machine with four described GPUs, two of which are promised to a virtual cluster of their own."""
    made = make_server(fake_gpus="4xV100-SXM2-32GB", stop_grace="3")
    made.data_dir.mkdir(parents=True)
    (made.data_dir / "cluster.yaml").write_text(_SHARED)
    made.start()
    return made


def _asks(command: str, gpus: int, priority: str, vc: str = "default", **hived: Any) -> str:
    made = role(command)
    made["resourcePerInstance"]["gpu"] = gpus
    asked = {"jobPriorityClass": priority, **hived}
    return job(taskRoles={"main": made}, defaults={"virtualCluster": vc}, extras={"hivedScheduler": asked})


async def _submit(pai: Client, *asked: Any, **more: Any) -> str:
    return (await pai.submit(_asks(*asked, **more)))["name"]


async def _up(pai: Client, name: str) -> JobDetail:
    detail = await in_state(pai, name, "RUNNING")
    await wrote(pai, detail, b"up\n")
    return detail


async def _told(pai: Client, name: str) -> list[str]:
    return [event["reason"] for event in (await pai.events(name))["data"]]


async def test_a_job_for_production_takes_the_gpus_of_a_test_which_saves_and_begins_again(
    server: Server,
) -> None:
    async with server.client() as pai:
        low = await _submit(pai, _SAVES, 2, "test")
        first = await _up(pai, low)
        high = await _submit(pai, _SAVES, 2, "prod")
        async with ended(pai, low, high):
            await _up(pai, high)
            waits = await reached(pai, low, lambda d: d["jobStatus"]["subState"] == "QUEUED")
            assert (waits["jobStatus"]["retries"], waits["jobStatus"].get("attemptId")) == (1, 1)
            assert codes(waits["jobStatus"]["waits"]) == ["WaitsForCells"]
            log = (await output(pai, first)).splitlines()
            assert b"saved" in log, "it was given time to save its work"
            assert "JobGivesWay" in await _told(pai, low)
            await pai.stop(high)
            again = await in_state(pai, low, "RUNNING")
            assert task(again)["containerNodeName"] == task(first)["containerNodeName"]


async def test_who_uses_idle_gpus_gives_way_to_the_virtual_cluster_and_prod_of_another_takes_nothing(
    server: Server,
) -> None:
    async with server.client() as pai:
        idle = await _submit(pai, _SAVES, 4, "oppo")
        await _up(pai, idle)
        theirs = await _submit(pai, _SAVES, 2, "test", "team")
        async with ended(pai, idle, theirs):
            started = await _up(pai, theirs)
            urgent = await _submit(pai, _SAVES, 2, "crit")
            second = await _submit(pai, _SAVES, 2, "crit")
            async with ended(pai, urgent, second):
                await _up(pai, urgent)
                waits = await reached(pai, second, lambda d: bool(d["jobStatus"]["waits"]))
                assert codes(waits["jobStatus"]["waits"]) == ["WaitsForCells"]
                now = await pai.job(theirs)
                assert task(now)["containerId"] == task(started)["containerId"]
                assert now["jobStatus"]["retries"] == 0


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_death_of_the_server_changes_nothing_for_who_gives_way_and_who_waits(
    server: Server, how: str
) -> None:
    with engine.Witness() as witness:
        async with server.client() as pai:
            low = await _submit(pai, _DEAF, 2, "test")
            first = await _up(pai, low)
            high = await _submit(pai, _SAVES, 2, "prod")
            async with ended(pai, high, low):
                stopping = await reached(pai, low, lambda d: task(d)["killTime"] is not None)
                if how == "killed":
                    server.kill()
                else:
                    server.stop()
                server.start()
                cut = await _submit(pai, _SAVES, 2, "test")
                await _up(pai, high)
                assert task(await pai.job(cut))["containerId"] is None, (
                    "the GPUs were kept for who had reserved them"
                )
                await pai.stop(cut)
                assert await output(pai, first) == b"up\n"
                assert witness.starts(server.instance).count(task(stopping)["taskUid"]) == 1
            assert witness.starts(server.instance).count(task(await pai.job(high))["taskUid"]) == 1
