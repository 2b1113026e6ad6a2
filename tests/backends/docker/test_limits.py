"""What a container may use and do: the limits really hold."""

from dataclasses import replace

import pytest

from openpai.backends.contract import Backend
from openpai.errors import Refused, TemporaryFailure
from openpai.scheduler.resources import Resources
from tests.backends import images
from tests.backends.bench import DockerBench, docker, network, plan, read_log, silent, until_ended

pytestmark = pytest.mark.engine

SERVE = "echo hello >/tmp/x; exec httpd -f -p 80 -h /tmp"


def fetch(address: str) -> str:
    """A command that prints "hello" where the server above can be reached."""
    return f"printf 'GET /x HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} 80 2>/dev/null | grep hello"


async def output(backend: Backend, script: str, **changes: object) -> list[str]:
    """The lines that a container writes which runs `script`."""
    await backend.start(replace(plan("a", script), **changes), silent)  # type: ignore[arg-type]  # a test's own
    return (await read_log(backend, "a")).decode().splitlines()


async def test_memory_is_limited_without_swap(backend: Backend) -> None:
    await backend.start(plan("a", "exec tail -c 900m /dev/zero"), silent)
    seen = (await until_ended(backend, "a")).tasks["a"]
    assert seen.exit is not None
    assert (seen.exit.code, seen.exit.oom_killed) == (137, True)


async def test_sigkill_by_itself_is_no_lack_of_memory(backend: Backend) -> None:
    await backend.start(plan("a", "kill -9 $$"), silent)
    seen = (await until_ended(backend, "a")).tasks["a"]
    assert seen.exit is not None
    assert (seen.exit.code, seen.exit.oom_killed) == (137, False)


async def test_processes_are_limited(backend: Backend) -> None:
    script = "for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; echo all"
    lines = await output(backend, script, pids=6)
    assert "all" not in lines
    assert any("can't fork" in line for line in lines)


async def test_shared_memory_has_its_size(backend: Backend) -> None:
    lines = await output(backend, "df -m /dev/shm | tail -n 1", shm_mb=24)
    assert lines[0].split()[1] == "24"


async def test_processor_time_is_limited(backend: Backend) -> None:
    quota = "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/cpu.max"
    assert await output(backend, quota) == ["100000"]


async def test_no_cpu_asked_for_is_no_limit(backend: Backend) -> None:
    quota = "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/cpu.max"
    assert await output(backend, quota, resources=Resources(0, 64, 0)) in (["-1"], ["max"])


async def test_rights_are_few_and_cannot_grow(backend: Backend) -> None:
    lines = await output(backend, "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status")
    status = dict(line.split(":\t") for line in lines)
    assert status == {"CapEff": "00000000200405fb", "NoNewPrivs": "1", "Seccomp": "2"}


async def test_files_are_there_read_only_for_any_user_and_not_in_inspect(
    bench: DockerBench, backend: Backend
) -> None:
    images.ensure(images.OWN_USER)
    files = {
        "bootstrap.sh": "cat /usr/local/pai/secret; id -u; pwd; touch /usr/local/pai/x 2>&1",
        "secret": "s3cret\n",
    }
    await backend.start(replace(plan("a", ""), image=images.OWN_USER, files=files), silent)
    lines = (await read_log(backend, "a")).decode().splitlines()
    assert lines[:3] == ["s3cret", "1000", "/work"]
    assert "Read-only file system" in lines[3]
    assert "s3cret" not in docker("inspect", f"pai-{bench.instance[:8]}-a")
    assert bench.runtime_dir.stat().st_mode & 0o777 == 0o700


async def test_sigterm_reaches_the_children_of_the_shell(backend: Backend) -> None:
    script = "sh -c 'trap \"echo child; exit\" TERM; echo up; while :; do sleep 0.1; done' & trap wait TERM; wait; wait"
    await backend.start(plan("a", script), silent)
    async for _ in backend.logs("a", 0):
        break
    await backend.stop("a", 10)
    assert b"child\n" in await read_log(backend, "a")


async def test_tasks_on_an_isolated_network_cannot_reach_each_other(backend: Backend) -> None:
    shared = network("shared", isolated=True)
    serve = replace(plan("s", SERVE), network=shared)
    other = replace(shared, address=f"{shared.address[:-1]}6", aliases=())
    await backend.start(serve, silent)
    script = f"sleep 0.5; {fetch(shared.address)} || echo apart"
    assert await output(backend, script, network=other) == ["apart"]
    for task in ("a", "s"):
        await backend.remove(task)
    await backend.remove_network("shared")


async def test_tasks_of_a_job_reach_each_other_by_address_and_name(backend: Backend) -> None:
    own = network("own")
    await backend.start(replace(plan("s", SERVE), network=own), silent)
    other = replace(own, address=f"{own.address[:-1]}6", aliases=())
    script = f"sleep 0.5; {fetch(own.address)}; nslookup worker-0 127.0.0.11; hostname"
    lines = await output(backend, script, network=other)
    assert (lines[0], lines[-1]) == ("hello", "host-of-a-test")
    assert any(own.address in line for line in lines[1:-1])


async def test_an_image_without_shell_is_refused_and_leaves_nothing(
    bench: DockerBench, backend: Backend
) -> None:
    images.ensure(images.NO_SHELL)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            await backend.start(replace(plan("a", ""), image=images.NO_SHELL), silent)
        assert refused.value.first.code == "ImageHasNoShell"
    assert (await backend.observe()).tasks == {}
    assert list(bench.runtime_dir.iterdir()) == []


async def test_more_processors_than_there_are_is_refused(backend: Backend) -> None:
    with pytest.raises(Refused) as refused:
        await backend.start(replace(plan("a", ""), resources=Resources(4096, 64, 0)), silent)
    assert refused.value.first.code == "ContainerRefused"
    assert (await backend.observe()).tasks == {}


async def test_a_subnet_that_is_taken_is_refused_with_its_holder(backend: Backend) -> None:
    first, second = plan("a", "sleep 100"), plan("b", "")
    await backend.start(first, silent)
    with pytest.raises(Refused) as refused:
        await backend.start(
            replace(second, network=replace(second.network, subnet=first.network.subnet)), silent
        )
    assert refused.value.first.code == "SubnetTaken"
    assert str(refused.value.first.params["network"]).endswith("-net-a")


async def test_an_address_that_is_taken_may_come_free(backend: Backend) -> None:
    first = plan("a", "sleep 100")
    await backend.start(first, silent)
    with pytest.raises(TemporaryFailure) as failed:
        await backend.start(replace(plan("b", ""), network=first.network), silent)
    assert failed.value.first.code == "ContainerRefused"
    assert set((await backend.observe()).tasks) == {"a"}
