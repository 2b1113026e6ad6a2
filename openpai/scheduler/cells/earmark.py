"""Which promised leaves are kept for a gang that waits first."""

from collections.abc import Collection, Mapping

from openpai.scheduler.cells.tree import Virtual
from openpai.scheduler.cells.view import View, ViewNode, admits, is_good

Earmark = Mapping[ViewNode, frozenset[Virtual]]
"""Leaves by node."""

NOTHING: Earmark = {}


def earmark_in(view: View, needs: Mapping[str, int], nodes: frozenset[str] | None) -> Earmark | None:
    """Where tasks of these sizes would go if nobody else was in this part of the virtual cluster: to the emptiest
    nodes, and there to free leaves first. None where there would be no room even then."""
    candidates = sorted(
        (node for node in view.nodes if admits(node, nodes)), key=lambda node: (-node.free, node.number)
    )
    kept: dict[ViewNode, int] = {}
    begin, before = 0, 0
    for size in sorted(needs.values(), reverse=True):
        begin = begin if size == before else 0  # what had no room for one has none for the next of that size
        before = size
        while begin < len(candidates) and _room(candidates[begin], kept) < size:
            begin += 1
        if begin == len(candidates):
            return None
        node = candidates[begin]
        kept[node] = kept.get(node, 0) + size
    return {node: frozenset(_leaves(node)[:count]) for node, count in kept.items()}


def still_kept(kept: Earmark, views: Collection[View], nodes: frozenset[str] | None) -> bool:
    """Whether all of what was kept for a gang can still be: it may use it, and it is good."""
    return all(
        node.view in views and admits(node, nodes) and all(map(is_good, leaves))
        for node, leaves in kept.items()
    )


def _room(node: ViewNode, kept: Mapping[ViewNode, int]) -> int:
    return node.size - node.bad - kept.get(node, 0)


def _leaves(node: ViewNode) -> list[Virtual]:
    """The good leaves, the free ones first."""
    return sorted(filter(is_good, node.leaves), key=lambda leaf: leaf.owner is not None)
