"""What is accepted, as OpenPAI accepted it, but is likely not what the user meant. For valid jobs."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from openpai.errors import Params
from openpai.protocol.findings import Finding, Path, items, mapping
from openpai.protocol.job import Defaults, Job
from openpai.protocol.prerequisites import Auth
from openpai.protocol.task_role import ContainerOptions, TaskRole

_EXTRAS = {
    "jobStatusChangeNotification": "NobodyNotified",
    "tensorBoard": "NoTensorBoard",
}


def warnings(document: Mapping[str, object], job: Job) -> Iterator[Finding]:
    """Fields that are ignored, values that were made harmless, and settings without effect."""
    yield from _ignored(mapping(document, "defaults"), Defaults, ("defaults",))
    yield from _not_there_yet(job)
    for index, prerequisite in enumerate(items(document, "prerequisites")):
        yield from _ignored(mapping(prerequisite, "auth"), Auth, ("prerequisites", index, "auth"))
    gang = job.extras.get("gangAllocation", True)
    if not isinstance(gang, bool):
        yield _not_boolean(("extras", "gangAllocation"), gang, read_as=True)
    if "stopGracePeriodSeconds" in job.extras and job.stop_grace_s is None:
        shown = {"field": "stopGracePeriodSeconds", "value": str(job.extras["stopGracePeriodSeconds"])[:60]}
        yield Finding("NoStopGrace", ("extras", "stopGracePeriodSeconds"), shown)
    for name, role in job.task_roles.items():
        yield from _role(mapping(document["taskRoles"], name), role, ("taskRoles", name))
    for index, deployment in enumerate(job.deployments):
        for name in deployment.task_roles:
            if name not in job.task_roles:
                path: Path = ("deployments", index, "taskRoles", name)
                yield Finding("DeploymentRoleUnknown", path, {"role": name}, at_key=True)


def _not_there_yet(job: Job) -> Iterator[Finding]:
    """What the platform will do one day, and what it does until then."""
    for field, instead in _EXTRAS.items():
        if _asks(job.extras.get(field)):
            yield _kept(instead, ("extras", field))
    for name, role in job.task_roles.items():
        path: Path = ("taskRoles", name)
        if role.task_retry_count and job.gang:
            params: Params = {"field": "taskRetryCount"}
            yield Finding("TaskRetriesNeedNoGang", (*path, "taskRetryCount"), params, at_key=True)
        if role.extra_container_options.infiniband:
            yield _kept("NoInfiniBand", (*path, "extraContainerOptions", "infiniband"))


def _asks(value: object) -> bool:
    """Whether anything is asked for: `{running: false}` asks for nothing."""
    return any(value.values()) if isinstance(value, Mapping) else bool(value)


def _kept(instead: str, path: Path, **params: str) -> Finding:
    field = next(part for part in reversed(path) if isinstance(part, str))
    return Finding("NotThereYet", path, {"field": field, "cause": instead, **params}, at_key=True)


def _role(written: Mapping[str, object], role: TaskRole, path: Path) -> Iterator[Finding]:
    options = mapping(written, "extraContainerOptions")
    yield from _ignored(options, ContainerOptions, (*path, "extraContainerOptions"))
    infiniband = options.get("infiniband", False)
    if not isinstance(infiniband, bool) and not role.extra_container_options.infiniband:
        yield _not_boolean((*path, "extraContainerOptions", "infiniband"), infiniband, read_as=False)
    yield from _adjusted(written, role, path)
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
