"""What is asked of the scheduler, and what it answers. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

OPPORTUNISTIC = -1
"""The priority of gangs that use what is idle and give way to every other."""

HIGHEST = 1000


@dataclass(frozen=True, slots=True)
class Gang:
    """Tasks that start together or not at all.

    `needs`: leaf type → task → leaf cells, all of them on one node; types in the order in which they are tried. A
    type on which the tasks cannot run is not in it. `pinned`: only in the pinned cell of this name; its leaf type must
    be in `needs`. `lazy`: rather than be ended for a gang of its own virtual cluster with a higher priority, it goes on
    as an opportunistic one. `nodes`: the machines that it may use; None: all.
    """

    name: str
    virtual_cluster: str
    priority: int
    needs: Mapping[str, Mapping[str, int]]
    pinned: str | None = None
    lazy: bool = False
    nodes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Where a task is: its node, and the addresses of its leaf cells on it.

    `preassigned`: for each leaf the type of the cell of its virtual cluster that it is charged to; empty for an
    opportunistic task. What a restart needs to charge it to the same.
    """

    node: str
    leaves: tuple[int, ...]
    preassigned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a gang is. Its cells are all of one chain, and so of one leaf type."""

    chain: str
    leaf_type: str
    tasks: Mapping[str, TaskPlace]


class GangState(StrEnum):
    """`ALLOCATED`: it has its cells. `PREEMPTING`: cells are reserved for it until others have left them.
    `BEING_PREEMPTED`: it still has its cells, and was told to leave."""

    ALLOCATED = "Allocated"
    PREEMPTING = "Preempting"
    BEING_PREEMPTED = "BeingPreempted"


class Blocked(StrEnum):
    """Why a chain cannot take a gang."""

    NO_SUCH_VIRTUAL_CLUSTER = "vc_unknown"
    NO_SUCH_PIN = "pinned_unknown_in_vc"
    PIN_FOR_OPPORTUNISTIC = "pinned_with_opportunistic"
    NO_SUCH_TYPE = "type_not_in_cluster"
    TYPE_NOT_IN_VIRTUAL_CLUSTER = "type_not_in_vc"
    NO_ROOM = "insufficient_capacity"
    ONLY_BAD_NODES = "only_bad_node_left"
    ONLY_OTHER_NODES = "only_non_suggested_node_left"
    NO_PHYSICAL_CELLS = "no_physical_mapping"
    BEHIND = "behind_another"
    LIMIT = "user_limit"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why one chain (or pinned cell) cannot take a gang; `chain` is empty where no chain was even tried."""

    why: Blocked
    chain: str = ""


class Limited(StrEnum):
    """What a user may have so much of at a time."""

    TASKS = "tasks"
    GPUS = "gpus"


@dataclass(frozen=True, slots=True)
class Limit:
    """A user may have `most` of it, `has` so much, and the gang would add `needed`. `virtual_cluster`: in which; None:
    in all together."""

    kind: Limited
    most: int
    has: int
    needed: int
    virtual_cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """The gang starts there. `downgraded`: lazy gangs that go on as opportunistic ones for it. `cancelled`: gangs of
    lower priority whose reservation ends (its own, where it has to go elsewhere). `plan`: how `Scheduler.apply` brings
    it about; nobody else looks into it."""

    placement: Placement
    downgraded: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    plan: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Preempt:
    """The gang gets these cells when the `victims` have left them; the rest as for `Start`."""

    placement: Placement
    victims: tuple[str, ...]
    downgraded: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    plan: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Wait:
    """The gang waits: what stands against it, by chain, in the order in which they were tried. `behind`: the gang that
    cells are kept for; `limit`: what its user may not exceed."""

    obstacles: tuple[Obstacle, ...]
    behind: str | None = None
    limit: Limit | None = None


Decision = Start | Preempt | Wait


@dataclass(frozen=True, slots=True)
class Held:
    """A gang as the scheduler knows it. `placement` has the live tasks only; its `preassigned` are empty where the gang
    is opportunistic or was `downgraded` (by the gang `downgraded_by`)."""

    gang: Gang
    state: GangState
    placement: Placement
    downgraded: bool = False
    downgraded_by: str | None = field(default=None)
