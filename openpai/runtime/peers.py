"""Variables that name a task role: about the role as a whole, and about each of its tasks.

They exist under the role's name as the job has it and under OpenPAI's normalised one; where two roles claim one
variable, the role that is really called so has it.
"""

import hashlib
from collections.abc import Iterator

from openpai.protocol.job import normalise_role_name
from openpai.runtime.ports import ports_of
from openpai.runtime.view import JobView, RoleView

Variables = dict[str, str]

DNS_LABEL = 63
"""Characters of the longest name that a host can have."""


def role_variables(job: JobView) -> Variables:
    """About roles: counts, amounts, completion policy, and where all tasks listen."""
    variables: Variables = {}
    for name, role in _named(job):
        has = role.resources
        http = ports_of(role.ports)["http"][0]
        hosts = (f"{address}:{http}" for address in addresses_of(job, role))
        variables |= {
            f"PAI_TASK_ROLE_TASK_COUNT_{name}": str(role.instances),
            f"PAI_RESOURCE_{name}": f"{has.gpu},{has.cpu},{has.memory_mb},{role.shm_mb}",
            f"PAI_MIN_FAILED_TASK_COUNT_{name}": str(role.min_failed),
            f"PAI_MIN_SUCCEEDED_TASK_COUNT_{name}": str(role.min_succeeded),
            f"PAI_TASK_ROLE_{name}_HOST_LIST": ",".join(hosts),
        }
    return variables


def peer_variables(job: JobView, role_name: str | None = None, index: int | None = None) -> Variables:
    """About single tasks: of all, or of those of one role, or of one index."""
    variables: Variables = {}
    for name, role in _named(job):
        if role_name not in (None, role.name):
            continue
        ports = joined_ports(role)
        for i, address in enumerate(addresses_of(job, role)):
            if index in (None, i):
                variables |= _of_peer(name, str(i), address, ports)
    return variables


def peer_script(job: JobView) -> str:
    """A POSIX script that sets all of `peer_variables`, in a fraction of their size, without exporting them."""
    return "".join(
        _LOOP.format(
            addresses=" ".join(addresses_of(job, role)),
            assignments=" ".join(
                f"{variable}={value}"
                for variable, value in _of_peer(name, "${_pai_i}", "$_pai_ip", joined_ports(role)).items()
            ),
        )
        for name, role in _named(job)
    )


def addresses_of(job: JobView, role: RoleView) -> list[str]:
    """The addresses of a role's tasks, by index."""
    return [job.addresses[role.name, index] for index in range(role.instances)]


def joined_ports(role: RoleView) -> dict[str, str]:
    """The ports of a role's tasks, by label, as lists with commas."""
    return {label: ",".join(map(str, numbers)) for label, numbers in ports_of(role.ports).items()}


def host_name(role: str, index: int) -> str:
    """`<normalised role>-<index>`; a name too long is cut and told from others by a digest of the whole."""
    name, end = normalise_role_name(role) or "task", f"-{index}"
    room = DNS_LABEL - len(end)
    if len(name) > room:
        digest = hashlib.sha256(role.encode()).hexdigest()[:8]
        name = f"{name[: room - 9]}-{digest}"
    return name + end


_LOOP = """\
_pai_i=0
for _pai_ip in {addresses}; do
    eval "{assignments}"
    _pai_i=$((_pai_i + 1))
done
"""


def _named(job: JobView) -> Iterator[tuple[str, RoleView]]:
    """Every role under every name it has; of two that claim one name, the one that shall have it comes last."""
    for role in reversed(job.roles):
        if alias := normalise_role_name(role.name):
            yield alias, role
    for role in job.roles:
        yield role.name, role


def _of_peer(name: str, index: str, address: str, ports: Variables) -> Variables:
    variables = {f"PAI_HOST_IP_{name}_{index}": address}
    for label, numbers in ports.items():
        variables[f"PAI_PORT_LIST_{name}_{index}_{label}"] = numbers
        variables[f"PAI_{name}_{index}_{label}_PORT"] = numbers
    return variables
