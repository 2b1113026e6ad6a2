"""Storages at submission: what a job gets of them is told, and one that cannot be had refuses it, with its place."""

import pytest

from openpai.admission.submit import Plan, Submission
from openpai.storages.file import storages_file
from openpai.storages.ground import Ground
from openpai.storages.provision import Provision
from openpai.store.groups import Group, GroupStore
from tests.admission.door import YAML, Door

EXTRAS = "extras:\n  storages:\n    - name: data\n    - {name: homes, mountPath: /home/me}\n"


@pytest.fixture
async def groups(door: Door) -> GroupStore:
    """Two storages, of which `homes` is granted to the group `vision`, that nobody is in."""
    for name in ("data", "homes"):
        (door.folder / name).mkdir()
    file = storages_file(door.folder / "storages.toml", door.folder / "private")
    file.path.write_text(
        f"""
        [[storage]]
        name = "data"
        path = "{door.folder}/data"
        read_only = true
        everybody = true
        [[storage]]
        name = "homes"
        path = "{door.folder}/homes"
        share = false
        groups = ["vision"]
        """
    )
    groups = GroupStore(door.database)
    await groups.add(Group("vision", ""))
    door.storages = Provision(file, groups.of, Ground()).facts
    return groups


async def dry(door: Door, text: str = YAML + EXTRAS) -> Plan:
    return await door.admission.dry_run(Submission("ann", text.encode()))


def storage_verdicts(plan: Plan) -> list[tuple[str, str]]:
    return [(v.verdict, v.code) for v in plan.verdicts if v.check == "storage"]


async def test_a_dry_run_tells_where_each_storage_is_mounted(door: Door, groups: GroupStore) -> None:
    await groups.join("vision", "ann")
    plan = await dry(door)
    assert storage_verdicts(plan) == [("pass", "StorageMounted"), ("pass", "StorageMounted")]
    told = [v.params for v in plan.verdicts if v.check == "storage"]
    assert [(each["mount_path"], each["cause"]) for each in told] == [
        ("/mnt/data", "storage.read_only"),
        ("/home/me", "storage.read_write"),
    ]
    assert list((door.folder / "homes").iterdir()) == [], "folders are made when a task starts"


async def test_one_that_is_not_granted_refuses_the_job_at_its_line(door: Door, groups: GroupStore) -> None:
    (problem,) = await door.refused(YAML + EXTRAS)
    line = (YAML + EXTRAS).splitlines().index("    - {name: homes, mountPath: /home/me}") + 1
    assert (problem.code, problem.line, problem.column) == ("StorageNotGranted", line, 14)
    assert problem.path == "extras.storages[1].name"
    await groups.join("vision", "ann")
    assert await door.submit(YAML + EXTRAS) == "ann~train"


async def test_all_that_is_wrong_is_told_at_once(door: Door, groups: GroupStore) -> None:
    text = YAML + "extras: {storages: [{name: nfs}, {name: data, mountPath: /proc}, 7, {name: homes}]}"
    problems = await door.refused(text)
    assert [problem.code for problem in problems] == [
        "WrongType",
        "StorageUnknown",
        "StorageMountPath",
        "StorageNotGranted",
    ]
    assert all(problem.line == len(text.splitlines()) for problem in problems)


async def test_one_that_is_gone_refuses_the_job(door: Door, groups: GroupStore) -> None:
    (door.folder / "data").rmdir()
    text = YAML + "extras: {storages: [{name: data}]}"
    (problem,) = await door.refused(text)
    assert (problem.code, problem.params["cause"]) == ("StorageGone", "storage.missing")
    assert problem.path == "extras.storages[0]"
    (door.folder / "data").mkdir()
    await door.submit(text)


async def test_without_a_file_no_storage_is_known(door: Door) -> None:
    (problem,) = await door.refused(YAML + "extras: {storages: [{name: data}]}")
    assert problem.code == "StorageUnknown"
    assert storage_verdicts(await dry(door, YAML + "extras: {storages: []}")) == []
