"""The GPUs as they are now: whether they are free, and that looking costs little and never hangs."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from openpai.backends.docker.gpus import finder, hints
from openpai.backends.docker.gpus.access import Way
from openpai.backends.docker.gpus.finder import FixedGpus, Found, MachineGpus
from openpai.backends.docker.gpus.hints import with_gpu_hints
from openpai.images.cuda.fake import read_fake_gpus
from openpai.images.cuda.machine import Gpu, Machine
from tests.nvml import H100, T4, FakeNvml

INFO: Mapping[str, Any] = {"Runtimes": {"nvidia": {}}}


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder, "RECENT_S", 0)


async def _no_containers() -> frozenset[str]:
    return frozenset()


def _bad(found: Found) -> list[str]:
    return [gpu.bad.code if gpu.bad else "" for gpu in found.gpus]


async def test_gpus_that_are_well_are_found_with_all_that_is_known_of_them(nvml: FakeNvml) -> None:
    found = await MachineGpus(_no_containers).find(INFO)
    assert found.driver == "535.104.05"
    assert found.gpus == (
        Gpu(H100.model, H100.uuid, H100.compute_capability, H100.memory_mb),
        Gpu(T4.model, T4.uuid, T4.compute_capability, T4.memory_mb),
    )
    assert not found.described


async def test_a_strangers_gpu_is_fenced_until_its_process_has_ended(nvml: FakeNvml) -> None:
    gpus = MachineGpus(_no_containers)
    stranger = await asyncio.create_subprocess_exec("sleep", "60")
    nvml.tells(f"compute 1 {stranger.pid}")
    found = await gpus.find(INFO)
    assert _bad(found) == ["", "GpuHeld"]
    assert [(each.pid, each.name) for each in found.gpus[1].processes] == [(stranger.pid, "sleep")]
    stranger.kill()
    await stranger.wait()
    nvml.tells()
    found = await gpus.find(INFO)
    assert _bad(found) == ["", ""]
    assert found.gpus[1].processes == ()


async def test_a_process_that_has_just_ended_fences_nothing_and_one_that_stays_unseen_does(
    nvml: FakeNvml,
) -> None:
    gpus = MachineGpus(_no_containers)
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    nvml.tells(f"compute 0 {ended.pid}")
    assert _bad(await gpus.find(INFO)) == ["", ""]
    assert _bad(await gpus.find(INFO)) == ["GpuHeld", ""]
    nvml.tells()
    assert _bad(await gpus.find(INFO)) == ["", ""]


async def test_the_engine_is_asked_for_our_containers_only_when_somebody_holds_a_gpu(nvml: FakeNvml) -> None:
    asked: list[int] = []

    async def containers() -> frozenset[str]:
        asked.append(1)
        return frozenset()

    gpus = MachineGpus(containers)
    await gpus.find(INFO)
    assert asked == []
    nvml.tells(f"compute 0 {os.getpid()}")
    await gpus.find(INFO)
    assert asked == [1]


async def test_gpus_that_no_container_can_get_are_bad_with_what_to_do(nvml: FakeNvml) -> None:
    gpus = MachineGpus(_no_containers)
    assert _bad(await gpus.find({"Runtimes": {"runc": {}}})) == ["NoGpuRuntime", "NoGpuRuntime"]
    cdi = {
        "CDISpecDirs": ["/etc/cdi"],
        "DiscoveredDevices": [{"Source": "cdi", "ID": f"nvidia.com/gpu={H100.uuid}"}],
    }
    assert _bad(await gpus.find(cdi)) == ["", "GpuNotInCdi"]
    assert await gpus.way((H100.uuid,), cdi) is Way.CDI
    assert await gpus.way((T4.uuid,), cdi) is Way.RUNTIME


async def test_a_driver_that_hangs_holds_nobody_up_and_its_gpus_are_bad_until_it_answers(
    nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "_PATIENCE_S", 0.1)
    gpus = MachineGpus(_no_containers)
    await gpus.find(INFO)
    nvml.tells("error 0 9", "error 1 9", "hangs 0 1")  # the next look but one opens the library anew
    await gpus.find(INFO)
    assert _bad(await gpus.find(INFO)) == ["GpuSilent", "GpuSilent"]
    begun = time.monotonic()
    again = await gpus.find(INFO)
    assert time.monotonic() - begun < 0.1
    assert (_bad(again), again.failure) == (["GpuSilent", "GpuSilent"], "no answer within 0.1 s")
    nvml.tells()
    for _ in range(200):
        if _bad(await gpus.find(INFO)) == ["", ""]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it answers, and nobody noticed")


async def test_looks_are_shared_by_all_who_want_to_know_within_a_few_seconds(
    nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finder, "RECENT_S", 60)
    gpus = MachineGpus(_no_containers)
    first = await asyncio.gather(*(gpus.find(INFO) for _ in range(5)))
    nvml.tells("error 0 15")
    assert [_bad(found) for found in [*first, await gpus.find(INFO)]] == [["", ""]] * 6


async def test_described_gpus_are_marked_and_only_told_of() -> None:
    fake = read_fake_gpus("2xT4,held=1")
    found = await FixedGpus(fake).find({})
    assert (found.gpus, found.described, found.driver) == (fake.gpus, True, fake.driver)
    assert await FixedGpus(fake).way((fake.gpus[0].uuid,), {}) is Way.DESCRIBED
    assert await FixedGpus().find({}) == Found()


async def test_a_hint_is_given_when_a_gpu_has_become_bad_or_well_and_at_no_other_time(
    nvml: FakeNvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "LOOK_EVERY_S", 0.02)
    gpus, end = MachineGpus(_no_containers), asyncio.Event()
    seen: list[Machine] = []
    looked = asyncio.Semaphore(0)

    async def machine() -> Machine:
        found = await gpus.find(INFO)
        seen.append(Machine("m", "amd64", found.driver, found.gpus))
        looked.release()
        return seen[-1]

    async def until_the_end() -> AsyncIterator[None]:
        yield None
        await end.wait()

    hinted = with_gpu_hints(until_the_end(), machine)
    await anext(hinted)
    waiting = asyncio.ensure_future(anext(hinted))
    for _ in range(3):
        await looked.acquire()
    assert not waiting.done()
    nvml.tells("error 0 15")
    async with asyncio.timeout(5):
        await waiting
    assert seen[-1].bad_gpus == {0}
    nvml.tells()
    async with asyncio.timeout(5):
        await anext(hinted)
    assert seen[-1].bad_gpus == frozenset()
    end.set()
    with pytest.raises(StopAsyncIteration):
        await anext(hinted)
