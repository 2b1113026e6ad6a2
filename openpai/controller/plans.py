"""From a job and its placement to the plan of one container. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from openpai.images.credentials.credential import Credential
from openpai.images.kept import KeptImage
from openpai.images.lock import Lock, locked
from openpai.images.reference import parse_reference
from openpai.lifecycle.records import JobRun, TaskAttempt
from openpai.protocol.job import Job
from openpai.protocol.plugins import plugins_of
from openpai.protocol.task_role import TaskRole
from openpai.protocol.template import render_auth, render_commands
from openpai.runtime.container import ContainerPlan
from openpai.runtime.demand import task_resources
from openpai.runtime.plan import container_plan, network_plan
from openpai.runtime.plugins.parts import MakeKeys, parts_of
from openpai.runtime.view import JobView, RoleView, TaskView

NOTHING_KEPT: Mapping[str, KeptImage] = {}


def plan_of(
    run: JobRun,
    job: Job,
    task: TaskAttempt,
    make_keys: MakeKeys,
    images: Mapping[str, KeptImage] = NOTHING_KEPT,
) -> ContainerPlan:
    """The plan of a task attempt that has its place. Its secrets are rendered: keep it nowhere.

    `make_keys`: gives the SSH keys of the job attempt. `images`: what was kept of the job's images, by their names
    in its file.
    """
    network = run.attempt.network
    assert network is not None, f"{task.uid} has no network"
    image = job.role_image(task.role)
    kept = images.get(image.uri)
    lock = kept.lock if kept else Lock()
    auth = render_auth(job, image)
    view = _view(run, job)
    task_view = TaskView(task.uid, task.role, task.index, task.attempt)
    plan = container_plan(
        view,
        task_view,
        image=str(locked(parse_reference(image.uri), lock)) if lock.digest else image.uri,
        credential=Credential(*auth) if auth else None,
        commands=render_commands(job, task.role),
        network=network_plan(view, task_view, name=network.name, subnet=network.subnet),
        parts=parts_of(view, task_view, {role: plugins_of(job, role) for role in job.task_roles}, make_keys),
    )
    gpus = task.cells.gpus if task.cells and plan.resources.gpu else ()
    return replace(plan, image_id=lock.image_id, refresh=not job.locks_images, gpus=gpus)


def images_of(job: Job, images: Mapping[str, KeptImage]) -> frozenset[str]:
    """The images that the job's tasks are started with, as `ContainerPlan` has them: by name, or by id."""
    uris = {job.role_image(role).uri for role in job.task_roles}
    locks = {uri: images[uri].lock if uri in images else Lock() for uri in uris}
    return frozenset(lock.image_id or str(locked(parse_reference(uri), lock)) for uri, lock in locks.items())


def _view(run: JobRun, job: Job) -> JobView:
    return JobView(
        user=run.user,
        name=run.name,
        virtual_cluster=job.virtual_cluster,
        attempt=run.attempt.index,
        roles=tuple(_role_view(name, role) for name, role in job.task_roles.items()),
        addresses={(task.role, task.index): task.address or "" for task in run.tasks},
        gang=job.gang,
    )


def _role_view(name: str, role: TaskRole) -> RoleView:
    return RoleView(
        name=name,
        instances=role.instances,
        resources=task_resources(role),
        min_failed=_or_never(role.completion.min_failed_instances),
        min_succeeded=_or_never(role.completion.min_succeeded_instances),
        shm_mb=role.extra_container_options.shm_mb,
        ports=role.resource_per_instance.ports,
    )


def _or_never(instances: int | None) -> int:
    return -1 if instances is None else instances
