"""The environment variables of a task: who it is, what its job looks like, where its peers are.

Names that hold a role name exist under the name as the job has it and under OpenPAI's normalised one; where two
roles claim one variable, the role that is really called so has it.
"""

from openpai.runtime.ports import ports_of
from openpai.runtime.view import JobView, RoleView, TaskView, normalised

Variables = dict[str, str]


def environment(job: JobView, task: TaskView) -> Variables:
    """All variables of this attempt of this task, those about its peers last. Holds no secret."""
    return _of_job(job) | _of_task(job, task) | _under_both_names(job)


def _of_job(job: JobView) -> Variables:
    """The same in all tasks of the job; the second names are OpenPAI's older ones."""
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
    ports = {label: _comma(numbers) for label, numbers in ports_of(role.ports).items()}
    first_http = ports["http"].split(",")[0]
    variables = {
        "PAI_CURRENT_TASK_ROLE_NAME": task.role,
        "PAI_CURRENT_TASK_ROLE_CURRENT_TASK_INDEX": str(task.index),
        "PAI_TASK_INDEX": str(task.index),
        "PAI_TASK_ATTEMPT": str(task.attempt),
        "PAI_CURRENT_CONTAINER_IP": address,
        "PAI_CONTAINER_HOST_IP": address,
        "PAI_CURRENT_CONTAINER_PORT": first_http,
        "PAI_CONTAINER_HOST_PORT": first_http,
        "PAI_CONTAINER_SSH_PORT": ports["ssh"].split(",")[0],
        "PAI_CONTAINER_HOST_PORT_LIST": "".join(f"{label}:{numbers};" for label, numbers in ports.items()),
    }
    variables |= {f"PAI_CONTAINER_HOST_{label}_PORT_LIST": numbers for label, numbers in ports.items()}
    if role.resources.gpu == 0:
        variables["NVIDIA_VISIBLE_DEVICES"] = "none"  # CUDA images ask for all GPUs of the machine by default
    return variables


def _under_both_names(job: JobView) -> Variables:
    """What names a role, for every role: under normalised names first, so that real names win."""
    variables: Variables = {}
    for role in reversed(job.roles):  # of two roles with one normalised name, the first one has it
        if alias := normalised(role.name):
            variables |= _of_role(job, role, alias)
    for role in job.roles:
        variables |= _of_role(job, role, role.name)
    return variables


def _of_role(job: JobView, role: RoleView, name: str) -> Variables:
    """The variables of `role`, with `name` where its name stands."""
    ports = {label: _comma(numbers) for label, numbers in ports_of(role.ports).items()}
    addresses = [job.addresses[role.name, index] for index in range(role.instances)]
    http = ports["http"].split(",")[0]
    has = role.resources
    variables = {
        f"PAI_TASK_ROLE_TASK_COUNT_{name}": str(role.instances),
        f"PAI_RESOURCE_{name}": f"{has.gpu},{has.cpu},{has.memory_mb},{role.shm_mb}",
        f"PAI_MIN_FAILED_TASK_COUNT_{name}": str(role.min_failed),
        f"PAI_MIN_SUCCEEDED_TASK_COUNT_{name}": str(role.min_succeeded),
        f"PAI_TASK_ROLE_{name}_HOST_LIST": ",".join(f"{address}:{http}" for address in addresses),
    }
    for index, address in enumerate(addresses):
        variables[f"PAI_HOST_IP_{name}_{index}"] = address
        for label, numbers in ports.items():
            variables[f"PAI_PORT_LIST_{name}_{index}_{label}"] = numbers
            variables[f"PAI_{name}_{index}_{label}_PORT"] = numbers
    return variables


def _comma(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)
