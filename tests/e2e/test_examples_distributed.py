"""The examples of several tasks that train together, run for real at a small size."""

import re
from contextlib import ExitStack

import pytest

from openpai.client import Client
from tests.e2e.conftest import MakeServer
from tests.e2e.examples import example, reached, succeeded
from tests.e2e.jobs import output
from tests.e2e.larger_machine import machine_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_pytorch_ddp_trains_one_model_in_two_tasks(pai: Client) -> None:
    document = example("pytorch_ddp/ddp_gloo.yaml")
    detail, log = await succeeded(pai, document, "worker", within=200, epochs=3)
    assert "rank 0 of 2, gloo" in log
    assert "the same weights in 2 tasks" in log
    assert reached(log) > 85
    other = (await output(pai, detail, role="worker", index=1)).decode()
    assert "rank 1 of 2, gloo" in other
    assert reached(other) == reached(log)


async def test_tensorflow_trains_one_model_in_two_tasks(pai: Client) -> None:
    document = example("tensorflow_multi_worker/multi_worker_cpu.yaml")
    detail, log = await succeeded(pai, document, "worker", within=200, epochs=3)
    assert "worker 0: 2 replicas" in log
    assert reached(log) > 80
    other = (await output(pai, detail, role="worker", index=1)).decode()
    assert "worker 1: 2 replicas" in other
    assert reached(other) == reached(log)


async def test_horovod_reduces_over_two_tasks_and_tells_its_speed(pai: Client) -> None:
    _, log = await succeeded(pai, example("horovod/horovod_cpu.yaml"), "master", within=200, batches=2)
    for rank in range(2):
        assert f"rank {rank} of 2 on cpu: the allreduce is right" in log
    total = re.search(r"total: ([\d.]+) images/s in 2 processes", log)
    assert total is not None, log[-2000:]
    assert float(total[1]) > 0


async def test_mpi_says_hello_from_four_tasks(stack: ExitStack, make_server: MakeServer) -> None:
    """Four tasks of a core each, on a machine that may have two."""
    server = make_server(docker_host=stack.enter_context(machine_of(4)))
    server.start()
    async with server.client() as pai:
        _, log = await succeeded(pai, example("mpi_hello/mpi_hello.yaml"), "launcher", within=200)
    hosts = dict(re.findall(r"hello from rank (\d) of 4 on (\S+)", log))
    assert sorted(hosts) == ["0", "1", "2", "3"]
    assert len(set(hosts.values())) == 4, "each in a task of its own"
    assert "the ranks of 4 processes add up to 6" in log
