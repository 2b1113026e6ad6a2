"""The environment of a task: who it is, what its job looks like, where its peers are. Holds no secret.

Linux hands a program 2 MiB of arguments and environment (a quarter of its stack limit), and 128 KiB in one
string; beyond that nothing can be started any more. A job of 500 tasks comes to 0.1 to 0.7 MiB, one of 2,000 to
0.5 to 2.7 MiB, depending on names and port labels, and the engine keeps that for each of its containers. What
is too much is therefore not exported, but set as variables of the shell that runs the user's commands.
"""

from dataclasses import dataclass

from openpai.runtime.peers import Variables, joined_ports, peer_script, peer_variables, role_variables
from openpai.runtime.view import JobView, TaskView

EXPORTED_BYTES = 512 << 10
"""The most that is exported: the user's own variables and arguments need room as well."""

LONGEST_VALUE = 120 << 10
"""Bytes of the longest value that is exported; Linux's 128 KiB include the name."""

_POINTER = 8


@dataclass(frozen=True, slots=True)
class Environment:
    """Variables that every process of the task sees, and a script ("" if all fit) that sets all others."""

    exported: Variables
    script: str


def environment(job: JobView, task: TaskView) -> Environment:
    """The environment of this attempt of this task.

    If it is too large, variables about single tasks are exported for index 0 of each role and for the task
    itself only. `KeyError` if the job has no such role, or a task has no address.
    """
    variables = _of_job(job) | _of_task(job, task) | role_variables(job)
    too_long = {name: value for name, value in variables.items() if len(value) > LONGEST_VALUE}
    variables = {name: value for name, value in variables.items() if name not in too_long}
    script = "".join(f"{name}='{value}'\n" for name, value in too_long.items())
    peers = peer_variables(job)
    if _size(variables | peers) > EXPORTED_BYTES:
        script += peer_script(job)
        peers = peer_variables(job, index=0) | peer_variables(job, task.role, task.index)
    short = {name: value for name, value in peers.items() if len(value) <= LONGEST_VALUE}
    return Environment(variables | short, script)


def _size(variables: Variables) -> int:
    """Bytes as Linux counts them: `NAME=value`, its end, and a pointer to it."""
    return sum(len(name) + len(value.encode()) + 2 + _POINTER for name, value in variables.items())


def _of_job(job: JobView) -> Variables:
    """The same in all tasks of the job; further names for the same are OpenPAI's older ones."""
    role_count = str(len(job.roles))
    task_count = str(len(job.tasks))
    role_list = ",".join(role.name for role in job.roles)
    return {
        "PAI_JOB_NAME": job.full_name,
        "PAI_FRAMEWORK_NAME": job.full_name,
        "PAI_USER_NAME": job.user,
        "PAI_USERNAME": job.user,
        "PAI_DEFAULT_FS_URI": "",
        "PAI_VIRTUAL_CLUSTER": job.virtual_cluster,
        "PAI_JOB_ATTEMPT": str(job.attempt),
        "PAI_TASK_ROLE_COUNT": role_count,
        "PAI_TASK_ROLES_NUM": role_count,
        "PAI_JOB_TASK_ROLE_COUNT": role_count,
        "PAI_TASK_ROLE_LIST": role_list,
        "PAI_JOB_TASK_ROLE_LIST": role_list,
        "PAI_TASKS_NUM": task_count,
        "PAI_JOB_TASK_COUNT": task_count,
        "PAI_TASK_ROLE_INSTANCES": ",".join(f"{role}:{index}" for role, index in job.tasks),
    }


def _of_task(job: JobView, task: TaskView) -> Variables:
    role = job.role(task.role)
    address = job.addresses[task.role, task.index]
    ports = joined_ports(role)
    ssh, http = (ports[label].split(",")[0] for label in ("ssh", "http"))
    variables = {
        "PAI_CURRENT_TASK_ROLE_NAME": task.role,
        "PAI_CURRENT_TASK_ROLE_CURRENT_TASK_INDEX": str(task.index),
        "PAI_TASK_INDEX": str(task.index),
        "PAI_TASK_ATTEMPT": str(task.attempt),
        "PAI_CURRENT_CONTAINER_IP": address,
        "PAI_CONTAINER_HOST_IP": address,
        "PAI_CURRENT_CONTAINER_PORT": http,
        "PAI_CONTAINER_HOST_PORT": http,
        "PAI_CONTAINER_SSH_PORT": ssh,
        "PAI_CONTAINER_HOST_PORT_LIST": "".join(f"{label}:{numbers};" for label, numbers in ports.items()),
    }
    variables |= {f"PAI_CONTAINER_HOST_{label}_PORT_LIST": numbers for label, numbers in ports.items()}
    if role.resources.gpu == 0:
        variables["NVIDIA_VISIBLE_DEVICES"] = "void"  # many images ask for all GPUs of the machine
    return variables
