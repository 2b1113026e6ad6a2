"""What another cluster would mean for the gangs that are there, tried out on a scheduler that nobody else sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpai.cluster.health import Health
from openpai.scheduler.cluster import Cluster, Sku
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import GangState, Held, Start, Wait
from openpai.scheduler.queue import Waiting, take_turns


@dataclass(frozen=True, slots=True)
class Effect:
    """Names of gangs. Nothing that runs is ended.

    `displaced`: they run on cells that would not be there any more; `downgraded`: they go on as opportunistic ones,
    since their virtual cluster would not be promised what they have; `unreserved`: they lose what is reserved for
    them, and wait again. Of those that wait, `starts` would start at once, and `never` would never start.
    """

    displaced: tuple[str, ...] = ()
    downgraded: tuple[str, ...] = ()
    unreserved: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """The gangs that there are, as they would ask in the other cluster: what has cells, or has reserved some, and what
    waits. `skus`: those of the cluster as it is."""

    held: Sequence[Held]
    waiting: Sequence[Waiting]
    skus: Mapping[str, Sku]


def effect_of(cluster: Cluster, health: Health, live: Live) -> Effect:
    """What would become of them."""
    trial = Scheduler(cluster)
    unreserved = _restore(trial, live.held)
    running = [each for each in live.held if each.state != GangState.PREEMPTING]
    displaced = [
        each.gang.name for each in running if not _same(each, trial.held.get(each.gang.name), cluster, live)
    ]
    downgraded = [
        each.gang.name
        for each in running
        if each.gang.name not in displaced and trial.held[each.gang.name].downgraded and not each.downgraded
    ]
    trial.set_bad(health.bad_nodes, health.bad_leaves)
    empty = Scheduler(cluster)
    never = [each for each in live.waiting if isinstance(empty.decide(each.gang), Wait)]
    decisions = take_turns(trial, [each for each in live.waiting if each not in never]).decisions
    return Effect(
        tuple(displaced),
        tuple(downgraded),
        tuple(unreserved),
        tuple(name for name, decision in decisions.items() if isinstance(decision, Start)),
        tuple(each.gang.name for each in never),
    )


def _restore(trial: Scheduler, held: Sequence[Held]) -> list[str]:
    """Give everybody what they had: what runs first, the more urgent first. Returns whose reservation is lost."""
    unreserved = []
    for each in sorted(held, key=lambda each: (each.state == GangState.PREEMPTING, -each.gang.priority)):
        if each.state != GangState.PREEMPTING:
            trial.restore(each.gang, each.placement, downgraded=each.downgraded)
        elif not trial.restore_reservation(each.gang, each.placement):
            unreserved.append(each.gang.name)
    return unreserved


def _same(before: Held, after: Held | None, cluster: Cluster, live: Live) -> bool:
    """Whether a gang has the cells that it had: GPUs, where they were GPUs."""
    if after is None or _places(before) != _places(after):
        return False
    was, now = live.skus.get(before.placement.leaf_type), cluster.skus.get(after.placement.leaf_type)
    return was is None or now is None or was.gpu == now.gpu


def _places(held: Held) -> set[tuple[str, str, tuple[int, ...]]]:
    return {(task, place.node, place.leaves) for task, place in held.placement.tasks.items()}
