"""The live gangs as they would ask in another cluster, whose SKUs may be others. Pure."""

from dataclasses import replace

from openpai.cluster.effect import Live
from openpai.controller.placing import waiting_gangs
from openpai.controller.planner import Grounds, Runs
from openpai.runtime.demand import ANY_NODE, gangs_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang


def live_gangs(runs: Runs, scheduler: Scheduler, grounds: Grounds, now: int) -> Live:
    """`scheduler`: of the cluster as it is; `grounds`: of the other one."""
    asking: dict[str, Gang] = {}
    for run, job in runs:
        tasks = [(task.role, task.index) for task in run.tasks]
        only = grounds.only.get(run.id, ANY_NODE)
        asking |= {gang.name: gang for gang in gangs_of(run.id, job, tasks, grounds.cluster.skus, only)}
    held = [replace(each, gang=asking.get(name, each.gang)) for name, each in scheduler.held.items()]
    waiting = [each for each in waiting_gangs(runs, grounds, now) if each.gang.name not in scheduler.held]
    return Live(held, waiting, scheduler.cluster.skus)
