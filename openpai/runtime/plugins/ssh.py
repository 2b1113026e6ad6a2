"""`ssh`: an SSH server in each task, for the job's other tasks and for people; names of peers; the barrier.

All tasks of a job attempt share two key pairs that belong to nobody else: one by which a task enters another, one by
which the other shows who it is. ssh.sh says what is done with the files.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

from openpai.protocol.job import normalise_role_name
from openpai.protocol.plugins import Ssh
from openpai.runtime.peers import addresses_of
from openpai.runtime.plugins.part import Part
from openpai.runtime.ports import ports_of
from openpai.runtime.view import JobView, RoleView, TaskView

_SCRIPT = files("openpai.runtime.plugins").joinpath("ssh.sh").read_text("utf-8")

_MOST_VARIABLES = 600
"""An SSH server ends when the file of a user's environment has more than 1,000 lines."""

_ROLE = """\
    i=0
    for ip in {addresses}; do
        _pai_host "$ip" {port} {names}
        i=$((i + 1))
    done
"""


@dataclass(frozen=True, slots=True)
class SshKeys:
    """The key pairs of a job attempt, as OpenSSH writes them: `job` enters, `host` is entered."""

    job_private: str = field(repr=False)
    job_public: str
    host_private: str = field(repr=False)
    host_public: str


def ssh_part(
    parameters: Ssh,
    job: JobView,
    task: TaskView,
    *,
    entered: Sequence[str],
    keys: SshKeys,
    ignores_failure: bool,
) -> Part:
    """`entered`: the roles whose tasks can be entered by the job's own, so that a barrier may wait for them."""
    user_keys = parameters.user_keys
    authorized = [*([keys.job_public] if parameters.jobssh else []), *user_keys]
    texts = {
        "ssh-job.sh": _settings(parameters, job, task, entered),
        "ssh-host-key": keys.host_private,
        "ssh-authorized-keys": "".join(f"{key}\n" for key in authorized),
        "ssh-sshd-config": _SSHD_CONFIG,
    }
    if parameters.jobssh:
        texts |= {"ssh-job-key": keys.job_private, "ssh-known-hosts": f"* {keys.host_public}\n"}
    return Part("ssh", before=_SCRIPT, files=texts, ignores_failure=ignores_failure)


def _settings(parameters: Ssh, job: JobView, task: TaskView, entered: Sequence[str]) -> str:
    """What ssh.sh must know of the job: variables and functions of a shell."""
    alone = len(job.tasks) == 1
    peers = _peers(job, task, entered) if parameters.jobssh and parameters.sshbarrier else []
    values = {
        "_pai_port": str(ports_of(job.role(task.role).ports)["ssh"][0]),
        "_pai_client": "yes" if parameters.jobssh and not alone else "",
        "_pai_needed": "" if alone and not parameters.user_keys else "yes",
        "_pai_peers": " ".join(peers),
        "_pai_barrier_s": str(round(parameters.sshbarrier_timeout * 60)),
        "_pai_barrier_min": f"{parameters.sshbarrier_timeout:g}",
        "_pai_many": "yes" if _too_many(job) else "",
    }
    hosts = "".join(_hosts(job, role) for role in job.roles)
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    return f"{''.join(lines)}_pai_hosts() {{\n{hosts}    :\n}}\n"


def _hosts(job: JobView, role: RoleView) -> str:
    """Calls `_pai_host ADDRESS PORT NAME…` for each task of a role."""
    aliases = dict.fromkeys((normalise_role_name(role.name) or "task", role.name))
    return _ROLE.format(
        addresses=" ".join(address or "-" for address in addresses_of(job, role)),
        port=ports_of(role.ports)["ssh"][0],
        names=" ".join(f'"{alias}-$i"' for alias in aliases),
    )


def _peers(job: JobView, task: TaskView, entered: Sequence[str]) -> list[str]:
    """The aliases of all tasks but this one that the barrier waits for."""
    return [
        f"{normalise_role_name(role) or role}-{index}"
        for role, index in job.tasks
        if role in entered and (role, index) != (task.role, task.index)
    ]


def _too_many(job: JobView) -> bool:
    """Whether variables about single tasks would be more than an SSH server takes."""
    labels = sum(len(ports_of(role.ports)) * role.instances for role in job.roles)
    return (len(job.tasks) + 2 * labels) * 2 > _MOST_VARIABLES


_SSHD_CONFIG = """\
PasswordAuthentication no
ChallengeResponseAuthentication no
PermitRootLogin prohibit-password
PermitUserEnvironment yes
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
X11Forwarding no
MaxStartups 1000
MaxSessions 1000
Subsystem sftp internal-sftp
"""
