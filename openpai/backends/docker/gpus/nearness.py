"""Which GPUs are near one another: from what NVML says of each pair to levels of equal groups. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from openpai.images.cuda.machine import GpuLevel

_SHARED = (("socket", 40), ("bridge", 30), ("switches", 20), ("switch", 10))
"""What a pair shares, from NVML's numbers for its nearest common ancestor; the smaller the nearer."""

_Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Nearness:
    """`common`: pair → NVML's number for what it shares; `linked`: pairs with NVLink between them. The first of a pair
    is the smaller one."""

    count: int = 0
    common: Mapping[tuple[int, int], int] = field(default_factory=dict)
    linked: frozenset[tuple[int, int]] = frozenset()


def levels(near: Nearness) -> tuple[GpuLevel, ...]:
    """From the widest groups to the narrowest. A level that tells nothing new is left out, and so is one whose groups
    are not all of one size: no cell type could describe it. NVLink counts more than PCIe, where they disagree."""
    linked = _groups(near.count, lambda pair: pair in near.linked)
    found: dict[_Groups, str] = {linked: "nvlink"} if _tells(linked, near.count) else {}
    for name, most in _SHARED:
        groups = _groups(near.count, _within(near.common, most))
        if groups != linked and _tells(groups, near.count) and _agree(groups, linked):
            found[groups] = name  # of the same groups, the nearest thing that they share
    return tuple(
        GpuLevel(name, groups) for groups, name in sorted(found.items(), key=lambda one: len(one[0]))
    )


def _within(common: Mapping[tuple[int, int], int], most: int) -> Callable[[tuple[int, int]], bool]:
    return lambda pair: pair in common and common[pair] <= most


def _groups(count: int, together: Callable[[tuple[int, int]], bool]) -> _Groups:
    """The smallest groups of which no pair that is together leads out."""
    group = list(range(count))  # each one's smallest companion
    for one in range(count):
        for other in range(one + 1, count):
            if together((one, other)) and group[one] != group[other]:
                joined, gone = sorted((group[one], group[other]))
                group = [joined if each == gone else each for each in group]
    return tuple(tuple(_members(group, first)) for first in sorted(set(group)))


def _members(group: list[int], first: int) -> Iterator[int]:
    return (index for index, each in enumerate(group) if each == first)


def _tells(groups: _Groups, count: int) -> bool:
    return 1 < len(groups) < count and len({len(group) for group in groups}) == 1


def _agree(groups: _Groups, others: _Groups) -> bool:
    """Whether each of these groups lies within one of the others, or the other way about."""
    wide, narrow = sorted((groups, others), key=len)
    return all(any(set(small) <= set(large) for large in wide) for small in narrow)
