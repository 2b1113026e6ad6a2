"""Checks on GPUs: whether containers can get any. Pure."""

from collections.abc import Iterable

from openpai.admission.facts import Facts
from openpai.admission.verdict import Verdict
from openpai.images.cuda.machine import NO_WAY_INTO_CONTAINERS
from openpai.protocol.job import Job


def gpu_verdicts(job: Job, facts: Facts) -> Iterable[Verdict]:
    """Is there a GPU that a container can get? Where there are none at all, that is told as no room."""
    gpus = [gpu for machine in facts.machines for gpu in machine.gpus]
    reasons = [gpu.bad for gpu in gpus if gpu.bad and gpu.bad.code in NO_WAY_INTO_CONTAINERS]
    if not gpus or len(reasons) < len(gpus):
        return
    for name, role in job.task_roles.items():
        if role.resource_per_instance.gpu > 0:
            path = ("taskRoles", name, "resourcePerInstance", "gpu")
            yield Verdict.of("gpus", "fail", reasons[0], path)
