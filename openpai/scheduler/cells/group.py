"""A gang that has cells, or reserved ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from openpai.scheduler.cells.tree import Physical, Virtual
from openpai.scheduler.gang import OPPORTUNISTIC, Gang, GangState, Held, Placement, TaskPlace


class Seat(NamedTuple):
    """A physical leaf, and the virtual one that it is charged to: none of an opportunistic gang."""

    leaf: Physical
    charged: Virtual | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a gang goes: what a placement says, in cells. `downgrades` come before it; `version` is the state that it
    was made for."""

    chain: str
    leaf_type: str
    seats: dict[str, tuple[Seat, ...]]
    version: int
    downgrades: tuple[str, ...] = ()

    def all_seats(self) -> Iterator[Seat]:
        """The seats of all tasks."""
        for seats in self.seats.values():
            yield from seats

    def placement(self) -> Placement:
        """It in words."""
        tasks = {task: task_place(seats) for task, seats in self.seats.items()}
        return Placement(self.chain, self.leaf_type, tasks)


class Group:
    """A gang with its seats by task. `reserved` counts seats that others wait for; `priority` is the one that counts:
    a downgraded gang is opportunistic."""

    __slots__ = (
        "downgraded",
        "downgraded_by",
        "gang",
        "placement",
        "preempting",
        "priority",
        "reserved",
        "seats",
    )

    def __init__(self, gang: Gang, plan: Plan, *, preempting: bool) -> None:
        self.gang = gang
        self.seats = dict(plan.seats)
        self.placement = plan.placement()
        self.preempting = preempting
        self.priority = gang.priority
        self.reserved = 0
        self.downgraded = False
        self.downgraded_by: str | None = None

    @property
    def name(self) -> str:
        """The gang's."""
        return self.gang.name

    @property
    def state(self) -> GangState:
        """As its seats say."""
        if self.preempting:
            return GangState.PREEMPTING
        return GangState.BEING_PREEMPTED if self.reserved else GangState.ALLOCATED

    def all_seats(self) -> Iterator[Seat]:
        """The seats of all its tasks."""
        for seats in self.seats.values():
            yield from seats

    def chains(self) -> list[str]:
        """The chains that its seats are in: more than one where a machine has moved while it ran."""
        return list(dict.fromkeys(seat.leaf.chain.name for seat in self.all_seats()))

    def lose(self, tasks: Iterable[str]) -> list[Seat]:
        """These tasks are not in it any more: the seats that they had."""
        lost = [seat for task in tasks for seat in self.seats.pop(task, ())]
        left = {task: place for task, place in self.placement.tasks.items() if task in self.seats}
        self.placement = replace(self.placement, tasks=left)
        return lost

    def sit(self, seats: dict[str, tuple[Seat, ...]]) -> None:
        """Its tasks have these seats from now on."""
        self.seats = seats
        tasks = {task: task_place(each) for task, each in seats.items()}
        self.placement = replace(self.placement, tasks=tasks)

    def downgrade(self, by: str | None) -> None:
        """Its seats are charged to nobody from now on."""
        self.seats = {
            task: tuple(Seat(seat.leaf, None) for seat in seats) for task, seats in self.seats.items()
        }
        tasks = {task: replace(place, preassigned=()) for task, place in self.placement.tasks.items()}
        self.placement = replace(self.placement, tasks=tasks)
        self.priority = OPPORTUNISTIC
        self.downgraded = True
        self.downgraded_by = by

    def held(self) -> Held:
        """It as others see it."""
        return Held(self.gang, self.state, self.placement, self.downgraded, self.downgraded_by)


def task_place(seats: tuple[Seat, ...]) -> TaskPlace:
    """Where a task with these seats is."""
    machine = seats[0].leaf.machine
    assert machine is not None
    charged = [seat.charged for seat in seats]
    types = tuple(cell.root.view.chain.levels[cell.root.level].type for cell in charged if cell is not None)
    return TaskPlace(machine.name, tuple(int(seat.leaf.address) for seat in seats), types)
