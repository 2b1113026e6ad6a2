"""What frameworks find without being told: which tasks belong together, and where they meet."""

import json
import subprocess
from pathlib import Path

import pytest

from openpai.runtime.frameworks import framework_script, framework_variables, hostfile
from openpai.runtime.ports import LAST_PORT, RENDEZVOUS_PORT, TENSORFLOW_PORT
from openpai.runtime.scripts import scripts
from openpai.runtime.view import JobView
from openpai.scheduler.resources import Resources
from tests.runtime.jobs import ONE_GPU, job, role, task

FOUR_GPUS = Resources(8, 8192, 4)
RANKS = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")


def ranks(some: JobView, name: str, index: int = 0) -> tuple[str, ...]:
    found = framework_variables(some, task(name, index))
    return tuple(found[each] for each in RANKS if each in found)


def test_tasks_of_one_role_train_together() -> None:
    some = job(role("worker", 3, resources=ONE_GPU))
    found = framework_variables(some, task("worker", 2))
    assert found["MASTER_ADDR"] == some.addresses["worker", 0]
    assert found["MASTER_PORT"] == str(RENDEZVOUS_PORT)
    assert ranks(some, "worker", 2) == ("2", "3", "0", "1")


def test_a_master_and_its_workers_train_together_with_the_master_first() -> None:
    some = job(role("Worker", 2), role("master"))
    assert ranks(some, "master") == ("0", "3", "0", "1")
    assert ranks(some, "Worker", 1) == ("2", "3", "0", "1")
    assert framework_variables(some, task("Worker"))["MASTER_ADDR"] == some.addresses["master", 0]


@pytest.mark.parametrize(
    "some",
    [
        pytest.param(job(role("worker")), id="a task alone"),
        pytest.param(job(role("worker", 2, resources=FOUR_GPUS)), id="several processes per task"),
        pytest.param(job(role("worker", 2), gang=False), id="tasks that work each for itself"),
        pytest.param(job(role("worker", 2), role("ps")), id="roles that do different things"),
        pytest.param(job(role("master", 2), role("worker")), id="two masters"),
        pytest.param(job(role("master"), role("worker"), role("ps")), id="more than a master and workers"),
    ],
)
def test_nobody_gets_a_rank_where_nobody_can_know_it(some: JobView) -> None:
    assert ranks(some, "worker") == ()


def test_several_roles_meet_at_the_first_task_of_the_first_one() -> None:
    some = job(role("learner"), role("actor", 2))
    found = framework_variables(some, task("actor", 1))
    assert (found["MASTER_ADDR"], found["MASTER_PORT"]) == ("10.0.0.2", str(RENDEZVOUS_PORT))


def test_a_task_alone_is_told_nothing_of_peers() -> None:
    assert set(framework_variables(job(role("worker")), task("worker"))) == {
        "PAI_MPI_HOSTFILE", "OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM",
    }  # fmt: skip


def test_the_interface_is_the_one_that_every_container_has() -> None:
    found = framework_variables(job(role("worker", 2)), task("worker"))
    assert {found[f"{of}_SOCKET_IFNAME"] for of in ("NCCL", "GLOO", "TP")} == {"eth0"}


def test_tensorflow_gets_its_cluster() -> None:
    some = job(role("Chief"), role("worker", 2), role("ps"), role("evaluator"))
    found = framework_variables(some, task("worker", 1))
    cluster = {
        "chief": [f"10.0.0.2:{TENSORFLOW_PORT}"],
        "worker": [f"10.0.0.3:{TENSORFLOW_PORT}", f"10.0.0.4:{TENSORFLOW_PORT}"],
        "ps": [f"10.0.0.5:{TENSORFLOW_PORT}"],
    }
    assert json.loads(found["TF_CONFIG"]) == {"cluster": cluster, "task": {"type": "worker", "index": 1}}
    evaluator = json.loads(framework_variables(some, task("evaluator"))["TF_CONFIG"])
    assert evaluator == {"cluster": cluster, "task": {"type": "evaluator", "index": 0}}


@pytest.mark.parametrize(
    ("some", "name"),
    [
        (job(role("taskrole", 2)), "taskrole"),
        (job(role("ps", 2)), "ps"),
        (job(role("worker", 2), gang=False), "worker"),
        (job(role("worker", 2), role("board")), "board"),
        (job(role("worker", 20_000)), "worker"),
    ],
)
def test_tensorflow_gets_none_where_there_is_none_or_too_large_a_one(some: JobView, name: str) -> None:
    assert "TF_CONFIG" not in framework_variables(some, task(name))


def test_no_label_is_given_a_port_of_the_frameworks() -> None:
    assert LAST_PORT < RENDEZVOUS_PORT < TENSORFLOW_PORT


def test_the_hostfile_has_a_slot_for_each_gpu_and_one_where_there_is_none() -> None:
    some = job(role("Master"), role("worker", 2, resources=FOUR_GPUS))
    assert hostfile(some) == "master-0 slots=1\nworker-0 slots=4\nworker-1 slots=4\n"


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox ash"])
def test_what_is_set_already_stays(shell: str, tmp_path: Path) -> None:
    some = job(role("worker", 2))
    commands = 'echo "$MASTER_ADDR,$RANK,${WORLD_SIZE:-empty}"\necho "$TF_CONFIG"'
    files = {**scripts(commands), "frameworks.sh": framework_script(some, task("worker", 1))}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [*shell.split(), str(tmp_path / "bootstrap.sh")],
        env={"PATH": "/usr/bin:/bin", "MASTER_ADDR": "mine", "WORLD_SIZE": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first == "mine,1,empty"
    assert second == framework_variables(some, task("worker", 1))["TF_CONFIG"]
