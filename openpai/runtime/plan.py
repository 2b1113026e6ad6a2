"""One attempt of one task as a `ContainerPlan`: the last pure step before a backend."""

from collections.abc import Sequence

from openpai.images.credentials.credential import Credential
from openpai.runtime.container import ContainerPlan, NetworkPlan
from openpai.runtime.environment import environment
from openpai.runtime.frameworks import HOSTFILE, framework_script, hostfile
from openpai.runtime.peers import DNS_LABEL, host_name
from openpai.runtime.plugins.part import Part
from openpai.runtime.scripts import scripts
from openpai.runtime.view import JobView, TaskView

PIDS = 32768
"""Processes and threads of one container: a fork bomb ends here, but no training with hundreds of data loaders
that have a thread per core each."""


def container_plan(
    job: JobView,
    task: TaskView,
    *,
    image: str,
    credential: Credential | None,
    commands: str,
    network: NetworkPlan,
    parts: Sequence[Part] = (),
) -> ContainerPlan:
    """The plan of this attempt of this task.

    `commands` is the role's rendered script (deployment's commands included) and may hold secrets: it goes
    into the file `user.sh` and nowhere else. `network` comes from `network_plan`, `parts` from `parts_of`.
    `KeyError` if the job has no such role, or a task has no address; `Refused` if there are not enough ports.
    """
    role = job.role(task.role)
    around = environment(job, task)
    return ContainerPlan(
        task=task.id,
        image=image,
        credential=credential,
        labels=_labels(job, task),
        environment=around.exported,
        files={
            **scripts(commands, around.script, parts),
            "frameworks.sh": framework_script(job, task),
            HOSTFILE: hostfile(job),
        },
        resources=role.resources,
        shm_mb=role.shm_mb,
        pids=PIDS,
        hostname=host_name(task.role, task.index),
        network=network,
    )


def network_plan(job: JobView, task: TaskView, *, name: str, subnet: str) -> NetworkPlan:
    """The task's place in the network `name`: isolated if the job has no other task, else its peers find it
    by address and by the names `<role>-<index>`, both with the role's own and with its normalised name."""
    alone = len(job.tasks) == 1
    aliases = dict.fromkeys((f"{task.role}-{task.index}", host_name(task.role, task.index)))
    return NetworkPlan(
        name=name,
        subnet=subnet,
        address=job.addresses[task.role, task.index],
        isolated=alone,
        aliases=() if alone else tuple(alias for alias in aliases if len(alias) <= DNS_LABEL),
    )


def _labels(job: JobView, task: TaskView) -> dict[str, str]:
    return {
        "openpai.job": job.full_name,
        "openpai.role": task.role,
        "openpai.index": str(task.index),
        "openpai.job-attempt": str(job.attempt),
        "openpai.task-attempt": str(task.attempt),
    }
