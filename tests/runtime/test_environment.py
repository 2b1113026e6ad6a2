"""The environment of a task: what it says, under which names, and that it always fits."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.protocol.job import normalise_role_name
from openpai.runtime.environment import EXPORTED_BYTES, LONGEST_VALUE, environment
from openpai.runtime.peers import peer_script, peer_variables, role_variables
from tests.runtime.jobs import CPU_ONLY, ONE_GPU, job, role, task

TRAINING = job(role("PS_node", ports={"grpc": 2}), role("worker", 2, resources=ONE_GPU), attempt=3)


def test_all_variables_of_a_task_of_two_roles() -> None:
    found = environment(TRAINING, task("worker", 1, attempt=5))
    assert found.script == ""
    assert found.exported == {
        "PAI_JOB_NAME": "alice~mnist",
        "PAI_FRAMEWORK_NAME": "alice~mnist",
        "PAI_USER_NAME": "alice",
        "PAI_USERNAME": "alice",
        "PAI_DEFAULT_FS_URI": "",
        "PAI_VIRTUAL_CLUSTER": "default",
        "PAI_JOB_ATTEMPT": "3",
        "PAI_TASK_ROLE_COUNT": "2",
        "PAI_TASK_ROLES_NUM": "2",
        "PAI_JOB_TASK_ROLE_COUNT": "2",
        "PAI_TASK_ROLE_LIST": "PS_node,worker",
        "PAI_JOB_TASK_ROLE_LIST": "PS_node,worker",
        "PAI_TASKS_NUM": "3",
        "PAI_JOB_TASK_COUNT": "3",
        "PAI_TASK_ROLE_INSTANCES": "PS_node:0,worker:0,worker:1",
        "PAI_CURRENT_TASK_ROLE_NAME": "worker",
        "PAI_CURRENT_TASK_ROLE_CURRENT_TASK_INDEX": "1",
        "PAI_TASK_INDEX": "1",
        "PAI_TASK_ATTEMPT": "5",
        "PAI_CURRENT_CONTAINER_IP": "10.0.0.4",
        "PAI_CONTAINER_HOST_IP": "10.0.0.4",
        "PAI_CURRENT_CONTAINER_PORT": "15001",
        "PAI_CONTAINER_HOST_PORT": "15001",
        "PAI_CONTAINER_SSH_PORT": "15000",
        "PAI_CONTAINER_HOST_PORT_LIST": "ssh:15000;http:15001;",
        "PAI_CONTAINER_HOST_ssh_PORT_LIST": "15000",
        "PAI_CONTAINER_HOST_http_PORT_LIST": "15001",
        "PAI_TASK_ROLE_TASK_COUNT_PS_node": "1",
        "PAI_TASK_ROLE_TASK_COUNT_psnode": "1",
        "PAI_TASK_ROLE_TASK_COUNT_worker": "2",
        "PAI_RESOURCE_PS_node": "0,4,8192,512",
        "PAI_RESOURCE_psnode": "0,4,8192,512",
        "PAI_RESOURCE_worker": "1,2,4096,512",
        "PAI_MIN_FAILED_TASK_COUNT_PS_node": "1",
        "PAI_MIN_FAILED_TASK_COUNT_psnode": "1",
        "PAI_MIN_FAILED_TASK_COUNT_worker": "1",
        "PAI_MIN_SUCCEEDED_TASK_COUNT_PS_node": "1",
        "PAI_MIN_SUCCEEDED_TASK_COUNT_psnode": "1",
        "PAI_MIN_SUCCEEDED_TASK_COUNT_worker": "2",
        "PAI_TASK_ROLE_PS_node_HOST_LIST": "10.0.0.2:15001",
        "PAI_TASK_ROLE_psnode_HOST_LIST": "10.0.0.2:15001",
        "PAI_TASK_ROLE_worker_HOST_LIST": "10.0.0.3:15001,10.0.0.4:15001",
        "PAI_HOST_IP_PS_node_0": "10.0.0.2",
        "PAI_HOST_IP_psnode_0": "10.0.0.2",
        "PAI_HOST_IP_worker_0": "10.0.0.3",
        "PAI_HOST_IP_worker_1": "10.0.0.4",
        "PAI_PORT_LIST_PS_node_0_ssh": "15000",
        "PAI_PORT_LIST_PS_node_0_http": "15001",
        "PAI_PORT_LIST_PS_node_0_grpc": "15002,15003",
        "PAI_PORT_LIST_psnode_0_ssh": "15000",
        "PAI_PORT_LIST_psnode_0_http": "15001",
        "PAI_PORT_LIST_psnode_0_grpc": "15002,15003",
        "PAI_PORT_LIST_worker_0_ssh": "15000",
        "PAI_PORT_LIST_worker_0_http": "15001",
        "PAI_PORT_LIST_worker_1_ssh": "15000",
        "PAI_PORT_LIST_worker_1_http": "15001",
        "PAI_PS_node_0_ssh_PORT": "15000",
        "PAI_PS_node_0_http_PORT": "15001",
        "PAI_PS_node_0_grpc_PORT": "15002,15003",
        "PAI_psnode_0_ssh_PORT": "15000",
        "PAI_psnode_0_http_PORT": "15001",
        "PAI_psnode_0_grpc_PORT": "15002,15003",
        "PAI_worker_0_ssh_PORT": "15000",
        "PAI_worker_0_http_PORT": "15001",
        "PAI_worker_1_ssh_PORT": "15000",
        "PAI_worker_1_http_PORT": "15001",
    }


def test_a_task_without_gpus_sees_none_of_the_machine() -> None:
    exported = environment(TRAINING, task("PS_node")).exported
    assert exported["NVIDIA_VISIBLE_DEVICES"] == "void"
    assert exported["PAI_CONTAINER_HOST_PORT_LIST"] == "ssh:15000;http:15001;grpc:15002,15003;"
    assert exported["PAI_CONTAINER_HOST_grpc_PORT_LIST"] == "15002,15003"


def test_never_is_told_as_minus_one() -> None:
    server = replace(role("server"), min_failed=-1, min_succeeded=-1)
    exported = environment(job(server), task("server")).exported
    assert exported["PAI_MIN_FAILED_TASK_COUNT_server"] == "-1"
    assert exported["PAI_MIN_SUCCEEDED_TASK_COUNT_server"] == "-1"


def test_a_role_called_so_wins_over_one_that_is_only_normalised_so() -> None:
    exported = environment(job(role("a_b"), role("AB"), role("ab")), task("ab")).exported
    assert exported["PAI_HOST_IP_a_b_0"] == "10.0.0.2"
    assert exported["PAI_HOST_IP_AB_0"] == "10.0.0.3"
    assert exported["PAI_HOST_IP_ab_0"] == "10.0.0.4"


def test_of_two_roles_with_one_normalised_name_the_first_has_it() -> None:
    exported = environment(job(role("a_b"), role("A_b")), task("a_b")).exported
    assert exported["PAI_HOST_IP_ab_0"] == "10.0.0.2"


def test_a_role_name_without_letters_has_no_normalised_variables() -> None:
    exported = environment(job(role("_")), task("_")).exported
    assert exported["PAI_HOST_IP___0"] == "10.0.0.2"
    assert "PAI_HOST_IP__0" not in exported


@pytest.mark.parametrize(("name", "index"), [("nobody", 0), ("worker", 2)])
def test_a_task_that_the_job_does_not_have_is_a_fault(name: str, index: int) -> None:
    with pytest.raises(KeyError):
        environment(TRAINING, task(name, index))


def bytes_of(variables: dict[str, str]) -> int:
    return sum(len(f"{name}={value}") + 9 for name, value in variables.items())


def test_a_job_of_500_tasks_exports_everything() -> None:
    large = job(role("master"), role("taskrole", 500))
    found = environment(large, task("taskrole", 7))
    assert found.script == ""
    assert found.exported["PAI_HOST_IP_taskrole_499"] == large.addresses["taskrole", 499]
    assert bytes_of(found.exported) < EXPORTED_BYTES / 4


def test_a_job_too_large_exports_the_first_of_each_role_and_the_task_itself() -> None:
    large = job(role("Master"), role("Task_Role", 3000, ports={"nccl": 4}))
    found = environment(large, task("Task_Role", 7))
    names = {name for name in found.exported if name.startswith("PAI_HOST_IP_")}
    assert names == {
        "PAI_HOST_IP_Master_0",
        "PAI_HOST_IP_master_0",
        "PAI_HOST_IP_Task_Role_0",
        "PAI_HOST_IP_taskrole_0",
        "PAI_HOST_IP_Task_Role_7",
        "PAI_HOST_IP_taskrole_7",
    }
    assert "PAI_PORT_LIST_taskrole_7_nccl" in found.exported
    assert found.exported["PAI_TASK_ROLE_taskrole_HOST_LIST"].count(",") == 2999
    assert bytes_of(found.exported) < EXPORTED_BYTES


def test_what_is_not_exported_is_set_by_the_script(tmp_path: Path) -> None:
    large = job(role("worker", 7_000), role("p", ports={"many": 14_000}))
    found = environment(large, task("p"))
    everything = peer_variables(large) | role_variables(large)
    missing = {name: value for name, value in everything.items() if found.exported.get(name) != value}
    assert missing
    assert max(len(value) for value in found.exported.values()) <= LONGEST_VALUE
    set_by_script = variables_after(found.script, "dash", tmp_path)
    assert {name: set_by_script.get(name) for name in missing} == missing


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox ash"])
def test_every_shell_reads_the_script_of_peers(shell: str, tmp_path: Path) -> None:
    some = job(role("A_b", 3, ports={"x": 2}), role("Ab", 2), role("ab"))
    assert variables_after(peer_script(some), shell, tmp_path) == peer_variables(some)


def variables_after(script: str, shell: str, folder: Path) -> dict[str, str]:
    """The PAI_ variables that a shell has after the script."""
    file = folder / "peers.sh"
    file.write_text(f"set -eu\n{script}\nset\n")
    done = subprocess.run([*shell.split(), file], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    lines = (line.partition("=") for line in done.stdout.splitlines() if line.startswith("PAI_"))
    return {name: value.strip("'") for name, _, value in lines}


identifiers = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]{0,8}\Z")


@given(st.lists(st.tuples(identifiers, st.integers(1, 4)), min_size=1, max_size=4, unique_by=lambda r: r[0]))
def test_every_task_is_found_under_both_names(roles: list[tuple[str, int]]) -> None:
    some = job(*(role(name, instances) for name, instances in roles))
    exported = environment(some, task(roles[0][0])).exported
    for (name, index), address in some.addresses.items():
        assert exported[f"PAI_HOST_IP_{name}_{index}"] == address
        if alias := normalise_role_name(name):
            sharing = [other for other, _ in roles if alias in (other, normalise_role_name(other))]
            assert exported[f"PAI_HOST_IP_{alias}_{index}"] in [
                some.addresses[other, index] for other in sharing if (other, index) in some.addresses
            ]


def test_a_cpu_role_keeps_its_own_shm() -> None:
    large_shm = replace(role("worker", resources=CPU_ONLY), shm_mb=2048)
    assert environment(job(large_shm), task("worker")).exported["PAI_RESOURCE_worker"] == "0,4,8192,2048"
