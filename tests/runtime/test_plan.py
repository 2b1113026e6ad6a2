"""The plan of a container."""

from dataclasses import replace

import pytest

from openpai.images.credentials.credential import Credential
from openpai.runtime.container import ContainerPlan
from openpai.runtime.plan import PIDS, container_plan, network_plan
from openpai.runtime.view import JobView, TaskView
from tests.runtime.jobs import ONE_GPU, job, role, task

SUBNET = "10.0.0.0/28"


def plan_of(some: JobView, one: TaskView, commands: str = "true") -> ContainerPlan:
    return container_plan(
        some,
        one,
        image="python:3.12",
        credential=None,
        commands=commands,
        network=network_plan(some, one, name="net", subnet=SUBNET),
    )


def test_a_plan_says_all_that_a_backend_must_know() -> None:
    some = job(role("worker", 2, resources=ONE_GPU), attempt=1)
    one = task("worker", 1, attempt=2)
    credential = Credential("alice", "s3cret", "registry.example.org")
    plan = container_plan(
        some,
        one,
        image="python:3.12",
        credential=credential,
        commands="python train.py",
        network=network_plan(some, one, name="net", subnet=SUBNET),
    )
    assert (plan.task, plan.image, plan.credential) == (one.id, "python:3.12", credential)
    assert plan.labels == {
        "openpai.job": "alice~mnist",
        "openpai.role": "worker",
        "openpai.index": "1",
        "openpai.job-attempt": "1",
        "openpai.task-attempt": "2",
    }
    assert plan.environment["PAI_TASK_ATTEMPT"] == "2"
    assert set(plan.files) == {
        *("bootstrap.sh", "session.sh", "rules.sh", "user.sh"),
        *("frameworks.sh", "hostfile"),
    }
    assert plan.files["user.sh"] == "python train.py\n"
    assert (plan.resources, plan.shm_mb, plan.pids, plan.hostname) == (ONE_GPU, 512, PIDS, "worker-1")


def test_secrets_of_the_commands_are_in_user_sh_alone() -> None:
    plan = plan_of(job(role("worker")), task("worker"), commands="echo hunter2")
    seen = replace(plan, files={name: text for name, text in plan.files.items() if name != "user.sh"})
    assert "hunter2" in plan.files["user.sh"]
    assert "hunter2" not in str(seen.files) + repr(seen)
    assert "hunter2" not in repr(plan)


def test_shared_memory_is_as_asked() -> None:
    plan = plan_of(job(replace(role("worker"), shm_mb=4096)), task("worker"))
    assert (plan.shm_mb, plan.pids) == (4096, PIDS)


def test_what_is_too_much_to_export_becomes_a_file() -> None:
    plan = plan_of(job(role("a_rather_long_role_name", 3000)), task("a_rather_long_role_name"))
    assert "PAI_HOST_IP_" in plan.files["peers.sh"]


def test_the_only_task_of_a_job_is_isolated_and_has_no_names() -> None:
    network = plan_of(job(role("worker")), task("worker")).network
    assert (network.name, network.subnet, network.address) == ("net", SUBNET, "10.0.0.2")
    assert network.isolated
    assert network.aliases == ()


@pytest.mark.parametrize(
    ("name", "hostname", "aliases"),
    [
        ("worker", "worker-1", ("worker-1",)),
        ("Task_Role", "taskrole-1", ("Task_Role-1", "taskrole-1")),
        ("_", "task-1", ("_-1", "task-1")),
    ],
)
def test_peers_find_a_task_by_both_names_of_its_role(
    name: str, hostname: str, aliases: tuple[str, ...]
) -> None:
    plan = plan_of(job(role("ps"), role(name, 2)), task(name, 1))
    assert plan.hostname == hostname
    assert plan.network.aliases == aliases
    assert not plan.network.isolated
    assert plan.network.address == "10.0.0.4"


def test_a_long_role_name_still_makes_a_host_name_of_its_own() -> None:
    one, other = "r" * 300, "r" * 299 + "s"
    some = job(role(one, 200), role(other, 200))
    names = {plan_of(some, task(name, 150)).hostname for name in (one, other)}
    assert len(names) == 2
    assert all(len(name) == 63 and name.endswith("-150") for name in names)
    assert plan_of(some, task(one, 150)).network.aliases == (plan_of(some, task(one, 150)).hostname,)


@pytest.mark.parametrize(
    ("commands", "script"),
    [
        ("a", "a\n"),
        ("a\nb\n", "a\nb\n"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\r\nb\r", "a\nb\n"),
        ("printf 'x\ry'", "printf 'x\ry'\n"),
        ("", "\n"),
    ],
)
def test_user_sh_is_what_the_user_wrote_without_windows_line_ends(commands: str, script: str) -> None:
    assert plan_of(job(role("worker")), task("worker"), commands=commands).files["user.sh"] == script
