"""GPUs and a real engine, which has no way to give any: this machine has none."""

from dataclasses import replace

import pytest

from openpai.backends.docker.gpus import access, finder
from openpai.errors import Refused, TemporaryFailure
from tests.backends import images
from tests.backends.bench import RUNS, DockerBench, docker, silent
from tests.nvml import H100, T4, FakeNvml

pytestmark = pytest.mark.engine

_UUIDS = (H100.uuid, T4.uuid)


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "RECENT_S", 0)


async def test_a_task_with_gpus_is_refused_with_what_to_do_where_the_engine_can_give_none(
    bench: DockerBench,
) -> None:
    backend = bench.backend()
    with pytest.raises(Refused) as refused:
        await backend.start(replace(bench.plan("a", RUNS), gpus=(H100.uuid,)), silent)
    assert refused.value.first.code == "NoGpuRuntime"
    words = 'could not select device driver "nvidia" with capabilities: [[gpu compute utility video]]'
    assert refused.value.first.params["detail"] == words
    assert (await backend.observe()).tasks == {}


async def test_the_machines_gpus_are_bad_where_the_engine_can_give_none(
    bench: DockerBench, nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_ENGINES_PATH", "")
    backend = bench.backend()
    (machine,) = await backend.machines()
    assert [gpu.bad.code if gpu.bad else "" for gpu in machine.gpus] == ["NoGpuRuntime"] * 2
    assert [node.capacity.gpu for node in await backend.nodes()] == [2]


async def test_a_gpu_that_our_own_task_uses_is_no_strangers_and_one_of_another_container_is(
    bench: DockerBench, nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "ways", lambda info: (frozenset(map(access.cdi_name, _UUIDS)), False))
    backend = bench.backend()
    await backend.start(bench.plan("a", RUNS), silent)
    theirs = docker("run", "-d", "--rm", images.SHELL, "/bin/sleep", "100").strip()
    try:
        ours = f"pai-{bench.instance[:8]}-a"
        nvml.tells(f"compute 0 {_pid(ours)}", f"compute 1 {_pid(theirs)}")
        (machine,) = await backend.machines()
        assert machine.gpus[0].bad is None
        assert machine.gpus[1].bad is not None
        assert machine.gpus[1].bad.code == "GpuHeld"
        assert [each.pid for each in machine.gpus[1].processes] == [_pid(theirs)]
    finally:
        docker("rm", "-f", theirs)
    nvml.tells(f"compute 0 {_pid(ours)}")
    (machine,) = await backend.machines()
    assert machine.bad_gpus == frozenset()


def _pid(container: str) -> int:
    return int(docker("inspect", "-f", "{{.State.Pid}}", container))


async def test_a_gpu_that_somebody_took_before_the_task_could_start_is_told_and_nothing_is_left(
    bench: DockerBench, nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "ways", lambda info: (frozenset(), True))
    backend = bench.backend()
    nvml.tells("compute 1 1")
    with pytest.raises(TemporaryFailure) as failed:
        await backend.start(replace(bench.plan("a", RUNS), gpus=(H100.uuid, T4.uuid)), silent)
    assert (failed.value.first.code, failed.value.first.params["gpu"]) == ("GpuHeld", 1)
    with pytest.raises(Refused) as refused:
        await backend.start(replace(bench.plan("a", RUNS), gpus=(H100.uuid,)), silent)
    assert refused.value.first.code == "NoGpuRuntime", "the other GPU is free, and the engine is asked for it"
    assert (await backend.observe()).tasks == {}
    await backend.remove_network("net-a")
