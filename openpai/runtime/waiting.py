"""Why a job waits, in words for people: jobs by their names, what stands in its way, what it asks for. Pure."""

from collections.abc import Mapping

from openpai.errors import Params
from openpai.protocol.job import Job
from openpai.runtime.demand import job_of, job_resources
from openpai.scheduler.gang import Blocked, Limit, Limited, Preempt, Wait
from openpai.scheduler.reason import Reason

_MOST_NAMES = 5

_CODES: Mapping[Blocked, str] = {
    Blocked.NO_SUCH_VIRTUAL_CLUSTER: "WaitsForVirtualCluster",
    Blocked.NO_SUCH_PIN: "WaitsForPinnedCell",
    Blocked.PIN_FOR_OPPORTUNISTIC: "WaitsForPinnedCell",
    Blocked.NO_SUCH_TYPE: "WaitsForSku",
    Blocked.TYPE_NOT_IN_VIRTUAL_CLUSTER: "WaitsForSku",
    Blocked.NO_ROOM: "WaitsForCells",
    Blocked.ONLY_BAD_NODES: "WaitsForGoodNodes",
    Blocked.ONLY_OTHER_NODES: "WaitsForFittingNode",
    Blocked.NO_PHYSICAL_CELLS: "WaitsForOtherMachines",
    Blocked.BEHIND: "WaitsForTurn",
}
_LIMITS: Mapping[Limited, str] = {Limited.TASKS: "WaitsForOwnTasks", Limited.GPUS: "WaitsForOwnGpus"}
_BEST_FIRST = (
    Blocked.BEHIND,
    Blocked.ONLY_OTHER_NODES,
    Blocked.ONLY_BAD_NODES,
    Blocked.NO_PHYSICAL_CELLS,
    Blocked.NO_ROOM,
)
"""Where chains differ in what stands against a job, what it is nearest to starting for is told."""


def reason_of(decision: Wait | Preempt, job: Job, names: Mapping[str, str]) -> Reason:
    """What a job of these waits for; `names`: the full names of live jobs, by id."""
    asked = _asked(job)
    if isinstance(decision, Preempt):
        leaving = list(dict.fromkeys(names.get(job_of(gang), gang) for gang in decision.victims))
        shown = ", ".join(leaving[:_MOST_NAMES]) + (", …" if len(leaving) > _MOST_NAMES else "")
        return Reason("WaitsForOthersToLeave", {**asked, "jobs": shown, "count": len(leaving)})
    why = [obstacle.why for obstacle in decision.obstacles]
    best = next((each for each in _BEST_FIRST if each in why), why[0] if why else Blocked.NO_SUCH_TYPE)
    if decision.behind is not None:
        asked = {**asked, "behind": names.get(job_of(decision.behind), decision.behind)}
    if decision.limit is not None:
        return _limited(decision.limit)
    return Reason(_CODES[best], asked)


def _limited(limit: Limit) -> Reason:
    amounts: Params = {"most": limit.most, "has": limit.has, "needed": limit.needed}
    if limit.virtual_cluster is None:
        return Reason(_LIMITS[limit.kind], amounts)
    return Reason(f"{_LIMITS[limit.kind]}Here", {**amounts, "virtual_cluster": limit.virtual_cluster})


def _asked(job: Job) -> Params:
    """What all tasks of a job ask for together."""
    asked = job_resources(job)
    return {
        "virtual_cluster": job.virtual_cluster,
        "cpu": asked.cpu,
        "memory_mb": asked.memory_mb,
        "gpu": asked.gpu,
    }
