"""From a job and its placement to the plan of one container. Pure."""

from openpai.images.credential import Credential
from openpai.lifecycle.records import JobRun, TaskAttempt
from openpai.protocol.job import Job
from openpai.protocol.task_role import TaskRole
from openpai.protocol.template import render_auth, render_commands
from openpai.runtime.container import ContainerPlan
from openpai.runtime.demand import task_resources
from openpai.runtime.plan import container_plan, network_plan
from openpai.runtime.view import JobView, RoleView, TaskView


def plan_of(run: JobRun, job: Job, task: TaskAttempt) -> ContainerPlan:
    """The plan of a task attempt that has its place. Its secrets are rendered: keep it nowhere."""
    network = run.attempt.network
    assert network is not None, f"{task.uid} has no network"
    image = job.role_image(task.role)
    auth = render_auth(job, image)
    view = _view(run, job)
    task_view = TaskView(task.uid, task.role, task.index, task.attempt)
    return container_plan(
        view,
        task_view,
        image=image.uri,
        credential=Credential(*auth) if auth else None,
        commands=render_commands(job, task.role),
        network=network_plan(view, task_view, name=network.name, subnet=network.subnet),
    )


def _view(run: JobRun, job: Job) -> JobView:
    return JobView(
        user=run.user,
        name=run.name,
        virtual_cluster=job.virtual_cluster,
        attempt=run.attempt.index,
        roles=tuple(_role_view(name, role) for name, role in job.task_roles.items()),
        addresses={(task.role, task.index): task.address or "" for task in run.tasks},
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
