"""Storages in real containers: what one job writes the next one reads, each user's own folder, and nothing more."""

import os
from pathlib import Path
from typing import Any

import pytest

from openpai.client import ApiError, Client
from tests.backends import images
from tests.e2e.jobs import cause, end_of, in_state, job, output, run
from tests.e2e.server import Server

FILE = """
[[storage]]
name = "shared"
path = "{0}/shared"
everybody = true

[[storage]]
name = "homes"
path = "{0}/homes"
share = false
everybody = true
default = true

[[storage]]
name = "frozen"
path = "{0}/frozen"
read_only = true
everybody = true

[[storage]]
name = "nfs"
path = "{0}/nfs"
mounted = true
everybody = true

[[storage]]
name = "vision"
path = "{0}/shared"
groups = ["vision"]
"""


@pytest.fixture
def folder(server: Server) -> Path:
    """The storages of the module's server."""
    folder = server.data_dir.parent
    for name in ("shared", "homes", "frozen", "nfs"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "frozen" / "weights").write_text("as they were")
    (server.data_dir / "storages.toml").write_text(FILE.format(folder))
    return folder


def names(*wanted: str) -> dict[str, Any]:
    return {"extras": {"storages": [{"name": name} for name in wanted]}}


async def test_what_one_job_writes_the_next_one_reads(pai: Client, folder: Path) -> None:
    first = await run(pai, job("echo from the first > /mnt/shared/note", **names("shared")))
    assert cause(first) == "Succeeded"
    assert (folder / "shared" / "note").read_text() == "from the first\n"
    second = job("cat /in/note", extras={"storages": [{"name": "shared", "mountPath": "/in"}]})
    assert await output(pai, await run(pai, second)) == b"from the first\n"


async def test_each_user_has_a_folder_that_any_image_may_write_to(pai: Client, folder: Path) -> None:
    image = images.ensure(images.OWN_USER)
    done = await run(pai, job("id -u > /mnt/homes/who", "ls -a /mnt/homes", image=image, **names("homes")))
    assert (await output(pai, done)).split() == [b".", b"..", b"who"]
    assert (folder / "homes" / "admin" / "who").read_text().strip() != "0"
    default = await run(pai, job("cat /mnt/homes/who; ls /mnt", extras={"storages": []}))
    assert (await output(pai, default)).split()[1:] == [b"homes"]


async def test_a_read_only_storage_takes_nothing(pai: Client, folder: Path) -> None:
    text = job("cat /mnt/frozen/weights", "echo other > /mnt/frozen/weights", **names("frozen"))
    done = await run(pai, text)
    told = await output(pai, done)
    assert (done["jobStatus"]["state"], cause(done)) == ("FAILED", "ExitCode")
    assert b"as they were" in told
    assert b"Read-only file system" in told
    assert (folder / "frozen" / "weights").read_text() == "as they were"


@pytest.mark.parametrize(
    ("name", "code"),
    [("nothing", "StorageUnknown"), ("vision", "StorageNotGranted"), ("nfs", "StorageGone")],
)
async def test_what_cannot_be_mounted_is_refused_at_once(
    pai: Client, folder: Path, name: str, code: str
) -> None:
    with pytest.raises(ApiError) as raised:
        await pai.submit(job("true", **names(name)))
    assert [problem["code"] for problem in raised.value.problems] == [code]


async def test_a_storage_that_is_gone_when_a_task_starts_fails_the_job_with_that_cause(
    pai: Client, server: Server, folder: Path
) -> None:
    cores = os.cpu_count() or 1
    first = await pai.submit(job("sleep 600", cpu=cores))
    await in_state(pai, first["name"], "RUNNING")
    waiting = await pai.submit(job("true", jobRetryCount=3, cpu=cores, **names("shared")))
    (folder / "shared").rename(folder / "moved")
    try:
        await pai.stop(first["name"])
        done = await end_of(pai, waiting["name"])
    finally:
        (folder / "moved").rename(folder / "shared")
    assert (done["jobStatus"]["state"], cause(done)) == ("FAILED", "StorageGone")
    diagnosis = done["jobStatus"]["diagnosis"]
    assert diagnosis is not None
    assert str(folder / "shared") in diagnosis["message"]
    assert done["jobStatus"]["retries"] == 0


async def test_a_link_in_the_place_of_a_users_folder_leads_nowhere(pai: Client, folder: Path) -> None:
    (folder / "homes" / "admin").rename(folder / "homes" / "aside")
    (folder / "homes" / "admin").symlink_to("/etc")
    try:
        done = await run(pai, job("ls /mnt/homes", **names("homes")))
    finally:
        (folder / "homes" / "admin").unlink()
        (folder / "homes" / "aside").rename(folder / "homes" / "admin")
    assert (done["jobStatus"]["state"], cause(done)) == ("FAILED", "StorageFolderFailed")


def test_the_command_line_lists_them(server: Server, folder: Path) -> None:
    shown = server.pai("storage", "list")
    lines = {line.split()[0]: line for line in shown.stdout.splitlines()}
    assert set(lines) == {"STORAGE", "shared", "homes", "frozen", "nfs"}
    assert "(default)" in lines["homes"]
    assert "a folder each" in lines["homes"]
    assert "read-only" in lines["frozen"]
    assert "gone" in lines["nfs"]
    assert "nothing is mounted at" in shown.stderr
    every = server.pai("--lang", "zh", "storage", "list", "--all").stdout
    assert "vision" in every
    assert "所有用户" in every
