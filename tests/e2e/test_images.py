"""Images of all kinds run the user's commands; what cannot run them says so."""

import pytest

from openpai.client import Client
from tests.backends import images
from tests.e2e.jobs import cause, environment_of, job, output, run, task


async def test_an_image_without_bash_runs_the_commands_in_its_shell(pai: Client) -> None:
    detail = await run(pai, job("command -v bash || echo no bash", "for i in 1 2; do echo $i; done"))
    assert await output(pai, detail) == b"no bash\n1\n2\n"
    assert cause(detail) == "Succeeded"


async def test_an_image_with_own_entrypoint_user_and_folder_runs_the_commands_as_that_user_there(
    pai: Client,
) -> None:
    image = images.ensure(images.OWN_USER)
    detail = await run(pai, job("id -u", "pwd", "echo mine > file && cat file", image=image))
    assert await output(pai, detail) == b"1000\n/work\nmine\n"
    assert cause(detail) == "Succeeded"


async def test_an_image_without_a_shell_fails_with_that_cause(pai: Client) -> None:
    detail = await run(pai, job("true", image=images.ensure(images.NO_SHELL)))
    assert (detail["jobStatus"]["state"], cause(detail)) == ("FAILED", "ImageHasNoShell")


@pytest.mark.parametrize(("commands", "code"), [(["cd /nowhere", "echo on"], 2), (["false", "echo on"], 1)])
async def test_a_command_that_fails_ends_the_job_before_the_next_one(
    pai: Client, commands: list[str], code: int
) -> None:
    detail = await run(pai, job(*commands))
    assert detail["jobStatus"]["state"] == "FAILED"
    assert task(detail).get("containerExitCode") == code
    assert b"\non\n" not in b"\n" + await output(pai, detail)


async def test_a_task_has_what_it_asked_for_and_no_rights_beyond(pai: Client) -> None:
    text = job(
        "env",
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max",
        "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status",
        memory=96,
    )
    detail = await run(pai, text)
    text_out = (await output(pai, detail)).decode()
    assert str(96 << 20) in text_out
    assert "NoNewPrivs:\t1" in text_out
    assert "Seccomp:\t2" in text_out
    capabilities = int(text_out.split("CapEff:\t")[1].split()[0], 16)
    sys_admin, net_raw = 1 << 21, 1 << 13
    assert not capabilities & (sys_admin | net_raw)
    assert environment_of(text_out.encode())["NVIDIA_VISIBLE_DEVICES"] == "void"
