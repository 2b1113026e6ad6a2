"""How a part of the cluster stands for a gang: how much there is, who has it, what is left. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from openpai.scheduler.gang import Blocked


@dataclass(frozen=True, slots=True)
class Holder:
    """A gang with so many leaf cells here; `reserved`: it does not have them yet."""

    gang: str
    priority: int
    cells: int
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How near the leaves of a gang are to one another: they are in so many (`number`) cells of the type `cell`, the
    smallest that holds all, or else top-level ones. `neighbours`: the other gangs on their machines."""

    cell: str
    number: int
    neighbours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """What a gang may use in one chain, in leaf cells.

    `cells`: all that its virtual cluster is promised there, or for an opportunistic gang, that there is. `free`: good,
    and nobody's; `elsewhere` of these on machines that the gang may not use. `bad`: nobody's either, but out of order.
    `largest_free`: the most on one machine that it may use. `needed`, and `largest_needed` on one machine, by the gang.
    `used`: by priority.
    """

    chain: str
    sku: str
    cells: int
    free: int
    elsewhere: int
    bad: int
    largest_free: int
    needed: int
    largest_needed: int
    used: Mapping[int, int]
    holders: tuple[Holder, ...]
    why: Blocked | None = None
