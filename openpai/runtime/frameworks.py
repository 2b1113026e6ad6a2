"""Variables and files by which frameworks find the tasks of a job: PyTorch, TensorFlow, MPI, Horovod, NCCL, Gloo.

They are set by `bootstrap.sh`, each one only where it is not set: what an image brings, or what commands set, wins.
What is not set here is left out on purpose, since it would change what a program does that asks for nothing:

- `RANK` and its like in a job whose tasks work each for itself (`gangAllocation: false`), in a task with several
  GPUs (a launcher such as torchrun starts a process for each and sets its own), and in a job of several roles, where
  nobody knows which of them train together; only `master` and `worker` are known to, as in Kubeflow's PyTorchJob.
- the hostfile as mpirun's default: `mpirun -np 2` would leave the task without having been told to.
- `OMP_NUM_THREADS`: torchrun and others choose it themselves where it is not set.
"""

import json
import shlex

from openpai.protocol.job import normalise_role_name
from openpai.runtime.container import MOUNT
from openpai.runtime.environment import LONGEST_VALUE
from openpai.runtime.peers import Variables, host_name
from openpai.runtime.ports import RENDEZVOUS_PORT, TENSORFLOW_PORT
from openpai.runtime.view import JobView, RoleView, TaskView

INTERFACE = "eth0"
"""The network interface of every container."""

HOSTFILE = "hostfile"
"""The MPI hostfile, among the files of a plan."""

Task = tuple[str, int]

_LEADERS = ("master", "chief")
_TRAIN_TOGETHER = {"master", "worker"}
_IN_A_CLUSTER = ("chief", "worker", "ps")  # of TensorFlow; an evaluator knows it and is not in it


def framework_script(job: JobView, task: TaskView) -> str:
    """What `bootstrap.sh` reads: a line for each variable."""
    variables = framework_variables(job, task)
    return "".join(f"_pai_unless_set {name} {shlex.quote(value)}\n" for name, value in variables.items())


def framework_variables(job: JobView, task: TaskView) -> Variables:
    """The variables that this task gets where they are not set."""
    always = {
        "PAI_MPI_HOSTFILE": f"{MOUNT}/{HOSTFILE}",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    }
    if len(job.tasks) == 1:
        return always
    interface = dict.fromkeys(("NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME", "TP_SOCKET_IFNAME"), INTERFACE)
    return always | interface | _pytorch(job, task) | _tensorflow(job, task)


def hostfile(job: JobView) -> str:
    """All tasks of the job, a line each: as many slots as it has GPUs, one where it has none."""
    return "".join(
        f"{host_name(name, index)} slots={max(1, job.role(name).resources.gpu)}\n"
        for name, index in job.tasks
        if job.addresses[name, index]
    )


def _pytorch(job: JobView, task: TaskView) -> Variables:
    if not (address := job.addresses[_leader(job)]):
        return {}
    variables = {"MASTER_ADDR": address, "MASTER_PORT": str(RENDEZVOUS_PORT)}
    members = _train_together(job)
    if (task.role, task.index) in members:
        variables |= {
            "RANK": str(members.index((task.role, task.index))),
            "WORLD_SIZE": str(len(members)),
            "LOCAL_RANK": "0",
            "LOCAL_WORLD_SIZE": "1",
        }
    return variables


def _leader(job: JobView) -> Task:
    """The task that others meet at: of a role that is called so, else of the first one."""
    named = (role.name for role in job.roles if normalise_role_name(role.name) in _LEADERS)
    return next(named, job.roles[0].name), 0


def _train_together(job: JobView) -> list[Task]:
    """The tasks, by rank, that are one process each of one training; none where nobody can know."""
    if not job.gang or any(role.resources.gpu > 1 for role in job.roles):
        return []
    if len(job.roles) == 1:
        return list(job.tasks)
    roles = _by_name(job)
    if set(roles) != _TRAIN_TOGETHER or len(job.roles) > 2 or roles["master"].instances > 1:
        return []
    return [(roles[name].name, index) for name in sorted(roles) for index in range(roles[name].instances)]


def _tensorflow(job: JobView, task: TaskView) -> Variables:
    """`TF_CONFIG`, in a task whose role has one of the names that TensorFlow gives to tasks."""
    roles = _by_name(job)
    kind = normalise_role_name(task.role)
    known = (*_IN_A_CLUSTER, "evaluator")
    if not job.gang or kind not in known or roles[kind].name != task.role or "worker" not in roles:
        return {}
    cluster = {name: _servers(job, roles[name]) for name in _IN_A_CLUSTER if name in roles}
    config = json.dumps({"cluster": cluster, "task": {"type": kind, "index": task.index}})
    return {"TF_CONFIG": config} if len(config) <= LONGEST_VALUE else {}


def _servers(job: JobView, role: RoleView) -> list[str]:
    return [f"{job.addresses[role.name, index]}:{TENSORFLOW_PORT}" for index in range(role.instances)]


def _by_name(job: JobView) -> dict[str, RoleView]:
    """Roles by their normalised names; of two that share one, the first."""
    return {normalise_role_name(role.name): role for role in reversed(job.roles)}
