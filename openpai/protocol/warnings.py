"""What is accepted, as OpenPAI accepted it, but is likely not what the user meant. For valid jobs."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from openpai.errors import Params
from openpai.protocol.findings import Finding, Path, items, mapping
from openpai.protocol.job import Defaults, Job
from openpai.protocol.prerequisites import Auth
from openpai.protocol.task_role import ContainerOptions, TaskRole


def warnings(document: Mapping[str, object], job: Job) -> Iterator[Finding]:
    """Fields that are ignored, values that were made harmless, and settings without effect."""
    yield from _ignored(mapping(document, "defaults"), Defaults, ("defaults",))
    for index, prerequisite in enumerate(items(document, "prerequisites")):
        yield from _ignored(mapping(prerequisite, "auth"), Auth, ("prerequisites", index, "auth"))
    gang = job.extras.get("gangAllocation", True)
    if not isinstance(gang, bool):
        yield _not_boolean(("extras", "gangAllocation"), gang, read_as=True)
    for name, role in job.task_roles.items():
        yield from _role(mapping(document["taskRoles"], name), role, ("taskRoles", name), gang=job.gang)
    for index, deployment in enumerate(job.deployments):
        for name in deployment.task_roles:
            if name not in job.task_roles:
                path: Path = ("deployments", index, "taskRoles", name)
                yield Finding("DeploymentRoleUnknown", path, {"role": name}, at_key=True)


def _role(written: Mapping[str, object], role: TaskRole, path: Path, *, gang: bool) -> Iterator[Finding]:
    options = mapping(written, "extraContainerOptions")
    yield from _ignored(options, ContainerOptions, (*path, "extraContainerOptions"))
    infiniband = options.get("infiniband", False)
    if not isinstance(infiniband, bool):
        used = role.extra_container_options.infiniband
        yield _not_boolean((*path, "extraContainerOptions", "infiniband"), infiniband, read_as=used)
    yield from _adjusted(written, role, path)
    if role.task_retry_count and gang:
        yield Finding("TaskRetryNeedsNoGang", (*path, "taskRetryCount"), {"count": role.task_retry_count})
    for field, threshold in (
        ("minFailedInstances", role.completion.min_failed_instances),
        ("minSucceededInstances", role.completion.min_succeeded_instances),
    ):
        if threshold is not None and threshold > role.instances:
            params: Params = {"field": field, "value": threshold, "instances": role.instances}
            yield Finding("NeverReached", (*path, "completion", field), params)


def _adjusted(written: Mapping[str, object], role: TaskRole, path: Path) -> Iterator[Finding]:
    resources, options = mapping(written, "resourcePerInstance"), mapping(written, "extraContainerOptions")
    used = role.resource_per_instance
    ports = mapping(resources, "ports")
    shm_mb = role.extra_container_options.shm_mb
    pairs: list[tuple[Path, object, int]] = [
        (("resourcePerInstance", "cpu"), resources.get("cpu"), used.cpu),
        (("resourcePerInstance", "memoryMB"), resources.get("memoryMB"), used.memory_mb),
        (("resourcePerInstance", "gpu"), resources.get("gpu"), used.gpu),
        (("extraContainerOptions", "shmMB"), options.get("shmMB") or None, shm_mb),
        (("taskRetryCount",), written.get("taskRetryCount"), role.task_retry_count),
    ]
    for label, count in ports.items():
        pairs.append((("resourcePerInstance", "ports", label), count, used.ports[label]))
    for inner, value, taken in pairs:
        if isinstance(value, int | float) and value != taken:
            params: Params = {"field": str(inner[-1]), "value": value, "used": taken}
            yield Finding("ValueAdjusted", (*path, *inner), params)


def _ignored(written: Mapping[str, object], model: type[BaseModel], path: Path) -> Iterator[Finding]:
    known = [field.alias or name for name, field in model.model_fields.items()]
    for name in written:
        if name not in known:
            params = {"field": name, "known": ", ".join(known)}
            yield Finding("IgnoredField", (*path, name), params, at_key=True)


def _not_boolean(path: Path, value: Any, *, read_as: bool) -> Finding:
    params = {"field": str(path[-1]), "value": str(value)[:60], "used": "true" if read_as else "false"}
    return Finding("NotABoolean", path, params)
