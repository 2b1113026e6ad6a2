"""The cluster file is changed under running jobs, and a machine is emptied: nothing that runs is harmed but by wish."""

import asyncio
import time
from pathlib import Path

from openpai.client import Client
from tests.e2e.conftest import MakeServer
from tests.e2e.jobs import codes, ended, in_state, job, reached, role, task

_DIVIDED = """\
virtual-clusters:
  default: {cells: {V100-SXM2-32GB: 2}, share: rest}
  team: {cells: {V100-SXM2-32GB: 2}, groups: team}
"""


def _on_gpus(gpus: int) -> str:
    made = role("sleep 1000")
    made["resourcePerInstance"]["gpu"] = gpus
    return job(taskRoles={"main": made})


async def _divided(pai: Client, within: float = 20) -> None:
    end = time.monotonic() + within
    while list(await pai.virtual_clusters()) != ["default", "team"]:
        assert time.monotonic() < end
        await asyncio.sleep(0.1)


async def test_a_job_runs_on_when_the_machine_is_divided_and_elsewhere_when_it_is_emptied(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server(fake_gpus="4xV100-SXM2-32GB")
    server.start()
    (tmp_path / "cluster.yaml").write_text(_DIVIDED)
    async with server.client() as pai:
        name = (await pai.submit(_on_gpus(2)))["name"]
        async with ended(pai, name):
            before = task(await in_state(pai, name, "RUNNING"))
            checked = server.pai("vc", "check", str(tmp_path / "cluster.yaml"))
            assert "Virtual cluster team: none → 2 V100-SXM2-32GB (team)" in checked.stdout
            assert name not in checked.stdout, "it keeps what it has"
            assert server.pai("vc", "apply", str(tmp_path / "cluster.yaml")).returncode == 0
            await _divided(pai)

            second = (await pai.submit(_on_gpus(2)))["name"]
            detail = await reached(pai, second, lambda detail: bool(detail["jobStatus"]["waits"]))
            assert codes(detail["jobStatus"]["waits"]) == ["WaitsForCells"], (
                "the others are promised to the team"
            )
            await pai.stop(second)
            now = task(await pai.job(name))
            assert (now["containerId"], now["taskState"]) == (before["containerId"], "RUNNING")

            (node,) = await pai.nodes()
            assert server.pai("nodes", "drain", node["name"]).returncode == 0
            await reached(pai, name, lambda detail: detail["jobStatus"]["retries"] == 1, within=30)
            (node,) = await pai.nodes()
            assert (node["state"], node["jobs"]) == ("drained", [])
            server.stop()
            server.start()
            assert [node["state"] for node in await pai.nodes()] == ["drained"], (
                "a restart does not forget it"
            )
            assert server.pai("nodes", "uncordon", node["name"]).returncode == 0
            again = task(await in_state(pai, name, "RUNNING", within=30))
            assert again["containerId"] != before["containerId"]
