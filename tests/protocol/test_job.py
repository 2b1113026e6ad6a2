"""Defaults as OpenPAI's server really had them, and harmless values for meaningless ones."""

from typing import Any

import pytest

from openpai.errors import PaiError
from openpai.protocol.job import Job, normalise_role_name
from openpai.protocol.parse import parse, parse_document
from tests.protocol.samples import FULL, job, role


def worker(document: dict[str, Any]) -> Any:
    return parse_document(document).task_roles["worker"]


def test_a_bare_role_gets_the_defaults() -> None:
    bare = worker(job())
    assert (bare.instances, bare.task_retry_count) == (1, 0)
    assert (bare.completion.min_failed_instances, bare.completion.min_succeeded_instances) == (1, 1)
    assert bare.extra_container_options.shm_mb == 512
    assert bare.extra_container_options.infiniband is False
    assert bare.resource_per_instance.ports == {"ssh": 1, "http": 1}


@pytest.mark.parametrize(
    ("written", "failed", "succeeded"),
    [
        ({}, 1, 3),
        ({"minFailedInstances": 0, "minSucceededInstances": 0}, 1, 3),
        ({"minFailedInstances": None, "minSucceededInstances": None}, 1, 3),
        ({"minFailedInstances": 2, "minSucceededInstances": 1.0}, 2, 1),
        ({"minFailedInstances": -1, "minSucceededInstances": -7}, None, None),
    ],
)
def test_completion_thresholds(written: dict[str, Any], failed: int | None, succeeded: int | None) -> None:
    completion = worker(role(instances=3, completion=written)).completion
    assert (completion.min_failed_instances, completion.min_succeeded_instances) == (failed, succeeded)


def test_meaningless_amounts_become_harmless() -> None:
    resources = {"cpu": -1, "memoryMB": 0, "gpu": -2, "ports": {"a": 0, "b": -1, "ssh": 0, "http": 3}}
    adjusted = worker(
        role(resourcePerInstance=resources, taskRetryCount=-3, extraContainerOptions={"shmMB": -3})
    )
    used = adjusted.resource_per_instance
    assert (used.cpu, used.memory_mb, used.gpu) == (1, 512, 0)
    assert used.ports == {"ssh": 1, "http": 3, "a": 0, "b": 0}
    assert (adjusted.task_retry_count, adjusted.extra_container_options.shm_mb) == (0, 512)


@pytest.mark.parametrize("written", [-2, -1, 0, 3])
def test_task_retries_may_be_without_end(written: int) -> None:
    assert worker(role(taskRetryCount=written)).task_retry_count == written


@pytest.mark.parametrize(
    ("written", "used"),
    [
        (60, 60),
        (0, 0),
        (1.5, 1.5),
        (None, None),
        (-1, None),
        (True, None),
        ("60", None),
        (float("nan"), None),
    ],
)
def test_a_grace_period_is_an_amount_of_time(written: object, used: float | None) -> None:
    assert parse_document(job(extras={"stopGracePeriodSeconds": written})).stop_grace_s == used


@pytest.mark.parametrize(
    ("written", "used"), [(True, True), ("yes", True), (1, True), ("no", False), (0, False), (None, False)]
)
def test_infiniband_goes_by_truth(written: object, used: bool) -> None:
    options = worker(role(extraContainerOptions={"infiniband": written})).extra_container_options
    assert options.infiniband is used


@pytest.mark.parametrize(
    ("written", "gang"), [(False, False), (True, True), ("no", True), (None, True), (0, True)]
)
def test_only_a_literal_false_turns_gang_allocation_off(written: object, gang: bool) -> None:
    assert parse_document(job(extras={"gangAllocation": written})).gang is gang


@pytest.mark.parametrize(("written", "used"), [(..., "default"), (7, "7"), (None, "default"), ("a", "a")])
def test_the_virtual_cluster_is_a_text(written: object, used: str) -> None:
    defaults = {} if written is ... else {"virtualCluster": written}
    assert parse_document(job(defaults=defaults)).virtual_cluster == used


def test_a_full_job_is_read_completely() -> None:
    full = parse(FULL).job
    assert list(full.task_roles) == ["ps", "worker"]
    assert full.task_count == 3
    assert full.job_retry_count == 1
    assert full.role_image("worker").uri == "registry.example.org/team/train:1.2-RC1"
    assert full.deployment is not None
    assert full.deployment.name == "prod"
    assert full.virtual_cluster == "vc1"
    assert full.gang is False
    assert full.task_roles["ps"].completion.min_succeeded_instances is None
    assert full.prerequisite("script", "prep").model_extra == {
        "callbacks": [{"event": "taskStarts", "commands": ["date"]}]
    }


def test_a_stored_document_gives_the_same_job() -> None:
    parsed = parse(FULL)
    assert parse_document(parsed.document) == parsed.job


def test_a_damaged_stored_document_is_an_error_with_a_field() -> None:
    with pytest.raises(PaiError) as error:
        parse_document(job(name=3))
    assert (error.value.first.code, error.value.first.path) == ("WrongType", "name")


def test_secrets_are_not_in_the_representation() -> None:
    assert "p&ss" not in repr(parse(FULL).job)


def test_a_job_does_not_change() -> None:
    parsed: Any = parse_document(job())
    with pytest.raises(ValueError, match="frozen"):
        parsed.name = "other"
    assert isinstance(parsed, Job)


def test_role_names_are_normalised_to_lower_case_letters_and_digits() -> None:
    assert normalise_role_name("Task_Role_1") == "taskrole1"
