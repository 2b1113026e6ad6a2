"""What another cluster would mean for the gangs that are there, tried out on a scheduler that nobody else sees."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpai.cluster.health import Health
from openpai.scheduler.cluster import Cluster
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


def effect_of(cluster: Cluster, health: Health, held: Sequence[Held], waiting: Sequence[Waiting]) -> Effect:
    """`held`: what has cells now, or has reserved some; `waiting`: what waits, as it would ask in the new cluster."""
    trial = Scheduler(cluster)
    displaced, downgraded, unreserved = [], [], []
    for each in sorted(held, key=lambda each: (each.state == GangState.PREEMPTING, -each.gang.priority)):
        name = each.gang.name
        if each.state == GangState.PREEMPTING:
            if not trial.restore_reservation(each.gang, each.placement):
                unreserved.append(name)
            continue
        now = trial.restore(each.gang, each.placement, downgraded=each.downgraded)
        if _places(now) != _places(each):
            displaced.append(name)
        elif now.downgraded and not each.downgraded:
            downgraded.append(name)
    trial.set_bad(health.bad_nodes, health.bad_leaves)
    empty = Scheduler(cluster)
    never = [each for each in waiting if isinstance(empty.decide(each.gang), Wait)]
    decisions = take_turns(trial, [each for each in waiting if each not in never]).decisions
    return Effect(
        tuple(displaced),
        tuple(downgraded),
        tuple(unreserved),
        tuple(name for name, decision in decisions.items() if isinstance(decision, Start)),
        tuple(each.gang.name for each in never),
    )


def _places(held: Held) -> set[tuple[str, str, tuple[int, ...]]]:
    return {(task, place.node, place.leaves) for task, place in held.placement.tasks.items()}
