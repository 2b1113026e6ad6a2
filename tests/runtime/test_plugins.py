"""What plugins add to a task: which files, for whom, and who waits for whom."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from openpai.protocol.plugins import Cmd, Plugin, Ssh, Tensorboard, UserSsh
from openpai.runtime.environment import environment
from openpai.runtime.plugins.part import Part
from openpai.runtime.plugins.parts import parts_of
from openpai.runtime.plugins.ssh import SshKeys
from openpai.runtime.scripts import scripts
from openpai.runtime.view import JobView
from tests.runtime.jobs import job, role, task

KEYS = SshKeys("JOB PRIVATE", "ssh-ed25519 JOB", "HOST PRIVATE", "ssh-ed25519 HOST")
PERSON = "ssh-ed25519 AAAA alice@laptop"
TWO = job(role("Master"), role("worker", 2))


def ssh(**parameters: object) -> Plugin:
    return Plugin("ssh", Ssh.model_validate({"jobssh": True, **parameters}))


def parts(
    some: JobView, name: str, index: int = 0, plugins: Mapping[str, list[Plugin]] | None = None
) -> list[Part]:
    """The parts of a task; all roles have the plugin ssh unless said otherwise."""
    of_roles = plugins or {each.name: [ssh(sshbarrier=True)] for each in some.roles}
    return parts_of(some, task(name, index), of_roles, lambda: KEYS)


def settings(part: Part, folder: Path, print_: str) -> str:
    """What a shell prints that has read the settings of the part."""
    file = folder / "settings.sh"
    file.write_text(f'_pai_host() {{ echo "$@"; }}\n{part.files["ssh-job.sh"]}\n{print_}\n')
    return subprocess.run(["dash", "-eu", file], capture_output=True, text=True, check=True).stdout


def test_every_task_is_known_by_both_names_of_its_role(tmp_path: Path) -> None:
    [part] = parts(TWO, "worker")
    assert settings(part, tmp_path, "_pai_hosts") == (
        "10.0.0.2 15000 master-0 Master-0\n10.0.0.3 15000 worker-0\n10.0.0.4 15000 worker-1\n"
    )


def test_a_task_without_an_address_yet_is_left_out(tmp_path: Path) -> None:
    some = JobView(
        "alice", "mnist", "default", 0, TWO.roles, {**TWO.addresses, ("worker", 0): ""}, gang=False
    )
    [part] = parts(some, "Master")
    assert "- 15000 worker-0" in settings(
        part, tmp_path, "_pai_hosts"
    )  # ssh.sh skips an address that is none


def test_the_barrier_waits_for_all_others_that_can_be_entered(tmp_path: Path) -> None:
    with_peers = {"Master": [ssh(sshbarrier=True)], "worker": [ssh()]}
    [part] = parts(TWO, "Master", plugins=with_peers)
    assert settings(part, tmp_path, 'echo "$_pai_peers" $_pai_barrier_s') == "worker-0 worker-1 1800\n"
    for others in ([], [Plugin("ssh", Ssh(userssh=UserSsh(type="custom", value=PERSON)))]):
        [part] = parts(TWO, "Master", plugins={"Master": [ssh(sshbarrier=True)], "worker": others})
        assert settings(part, tmp_path, 'echo "$_pai_peers"') == "\n"


def test_keys_of_the_job_are_there_only_where_its_tasks_may_enter() -> None:
    [part] = parts(TWO, "worker")
    assert part.files["ssh-job-key"] == "JOB PRIVATE"
    assert part.files["ssh-authorized-keys"] == "ssh-ed25519 JOB\n"
    assert part.files["ssh-known-hosts"] == "* ssh-ed25519 HOST\n"
    person = Plugin("ssh", Ssh(userssh=UserSsh(type="custom", value=PERSON)))
    [part] = parts(TWO, "worker", plugins={"Master": [], "worker": [person]})
    assert part.files["ssh-authorized-keys"] == f"{PERSON}\n"
    assert "JOB PRIVATE" not in part.files.values()


def test_no_key_is_shown_where_a_part_is() -> None:
    [part] = parts(TWO, "worker")
    assert "PRIVATE" not in repr(part) + repr(KEYS)


@pytest.mark.parametrize("nothing", [Ssh(), Ssh(userssh=UserSsh()), Ssh(sshbarrier=True)])
def test_ssh_that_asks_for_nothing_does_nothing(nothing: Ssh) -> None:
    assert parts(TWO, "worker", plugins={"Master": [], "worker": [Plugin("ssh", nothing)]}) == []


def test_of_two_plugins_ssh_the_first_acts() -> None:
    twice = [ssh(), Plugin("ssh", Ssh(jobssh=True), ignores_failure=True)]
    assert [
        part.ignores_failure for part in parts(TWO, "worker", plugins={"Master": [], "worker": twice})
    ] == [False]


@pytest.mark.parametrize(
    ("some", "plugin", "needed"),
    [
        (job(role("main")), ssh(), False),
        (job(role("main")), ssh(userssh={"type": "custom", "value": PERSON}), True),
        (job(role("main", 2)), ssh(), True),
    ],
)
def test_a_server_is_needed_where_somebody_could_enter(
    some: JobView, plugin: Plugin, needed: bool, tmp_path: Path
) -> None:
    [part] = parts(some, "main", plugins={"main": [plugin]})
    assert settings(part, tmp_path, 'echo "$_pai_needed"') == ("yes\n" if needed else "\n")


@pytest.mark.parametrize(("tasks", "many"), [(20, False), (500, True)])
def test_who_enters_sees_no_more_variables_than_an_ssh_server_takes(
    tasks: int, many: bool, tmp_path: Path
) -> None:
    large = job(role("Worker_role", tasks))
    [part] = parts(large, "Worker_role", plugins={"Worker_role": [ssh()]})
    assert settings(part, tmp_path, 'echo "$_pai_many"') == ("yes\n" if many else "\n")
    exported = environment(large, task("Worker_role")).exported
    kept = [name for name in exported if not (many and name.startswith(("PAI_HOST_IP_", "PAI_PORT_LIST_")))]
    assert len([name for name in kept if not (many and name.endswith("_PORT"))]) < 900


def test_the_files_grow_little_with_the_number_of_tasks() -> None:
    [part] = parts(job(role("w", 1000)), "w", plugins={"w": [ssh()]})
    assert sum(map(len, part.files.values())) < 20_000


BOARD = Plugin("tensorboard", Tensorboard(logdir={"a": "/my logs", "b": "/b"}, port=6123))


def test_tensorboard_stands_beside_the_first_task_alone() -> None:
    plugins = {"Master": [BOARD], "worker": [BOARD]}
    assert [part.plugin for part in parts(TWO, "Master", plugins=plugins)] == ["tensorboard"]
    assert parts(TWO, "worker", plugins=plugins) == []


@pytest.mark.parametrize(
    ("version", "logdir", "given"),
    [
        ("2.9.0", {"a": "/my logs"}, "--logdir=/my logs"),
        ("2.9.0", {"a": "/a", "b": "/b"}, "--logdir_spec=a:/a,b:/b"),
        ("1.15.0", {"a": "/a"}, "--logdir=a:/a"),
        ("1.15.0", {"a": "/a", "b": "/b"}, "--logdir=a:/a,b:/b"),
    ],
)
def test_every_tensorboard_is_given_its_folders_as_it_takes_them(
    version: str, logdir: dict[str, str], given: str, tmp_path: Path
) -> None:
    stand_in = f'#!/bin/sh\ncase $1 in --version) echo {version};; *) printf "<%s>" "$@";; esac\n'
    (tmp_path / "tensorboard").write_text(stand_in)
    (tmp_path / "tensorboard").chmod(0o755)
    plugin = Plugin("tensorboard", Tensorboard(logdir=logdir))
    [part] = parts(job(role("main")), "main", plugins={"main": [plugin]})
    (tmp_path / "script.sh").write_text(f"{part.before}wait\n")
    done = subprocess.run(
        ["dash", "-eu", tmp_path / "script.sh"],
        env={"PATH": f"{tmp_path}:/bin:/usr/bin", "PAI_CURRENT_CONTAINER_IP": "10.0.0.2"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "[openpai] TensorBoard: http://10.0.0.2:6006",
        f"<{given}><--host=0.0.0.0><--port=6006>",
    ]


def test_a_task_without_plugins_has_no_scripts_for_them() -> None:
    assert set(scripts("true")) == {"bootstrap.sh", "session.sh", "rules.sh", "user.sh"}


def test_commands_of_plugins_are_files_of_their_own() -> None:
    plugin = Plugin("cmd", Cmd.model_validate({"preCommands": ["echo hunter2"]}))
    found = parts(TWO, "worker", plugins={"Master": [], "worker": [plugin]})
    assert scripts("true", parts=found)["before-0-cmd.sh"] == "echo hunter2\n"
    assert "hunter2" not in repr(found)
