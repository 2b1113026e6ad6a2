"""Gangs in few words, and what becomes of them, in a form that a person reads."""

import json
from collections.abc import Mapping

from openpai.cluster.hived_file import read_hived
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Placement, Preempt, Start, Wait


def gang(
    name: str,
    virtual_cluster: str,
    *sizes: int,
    priority: int = 0,
    types: tuple[str, ...] = ("G",),
    pinned: str | None = None,
    lazy: bool = False,
    nodes: set[str] | None = None,
) -> Gang:
    """Tasks t0, t1, … of these sizes."""
    return Gang(
        name,
        virtual_cluster,
        priority,
        {key: {f"t{i}": size for i, size in enumerate(sizes)} for key in types},
        pinned,
        lazy,
        None if nodes is None else frozenset(nodes),
    )


def starts(scheduler: Scheduler, wanted: Gang) -> dict[str, list[str]]:
    """It starts at once: node → the tasks on it with their leaf cells, `t0:0,1`."""
    decision = scheduler.decide(wanted)
    assert isinstance(decision, Start), decision
    scheduler.apply(wanted, decision)
    return where(decision.placement)


def reserves(scheduler: Scheduler, wanted: Gang) -> tuple[dict[str, list[str]], list[str]]:
    """It has to wait for others to leave: its cells, and who must leave them."""
    decision = scheduler.decide(wanted)
    assert isinstance(decision, Preempt), decision
    scheduler.apply(wanted, decision)
    return where(decision.placement), sorted(decision.victims)


def waits(scheduler: Scheduler, wanted: Gang) -> list[tuple[str, str]]:
    """It waits: chain and reason of each obstacle."""
    decision = scheduler.decide(wanted)
    assert isinstance(decision, Wait), decision
    return [(each.chain, each.why.value) for each in decision.obstacles]


def where(placement: Placement) -> dict[str, list[str]]:
    nodes: dict[str, list[str]] = {}
    for task, place in sorted(placement.tasks.items()):
        nodes.setdefault(place.node, []).append(f"{task}:{','.join(map(str, place.leaves))}")
    return nodes


def states(scheduler: Scheduler) -> dict[str, str]:
    """Gang → its state; a downgraded one is marked."""
    return {
        name: held.state.value + (" downgraded" if held.downgraded else "")
        for name, held in scheduler.held.items()
    }


def cluster(
    types: Mapping[str, tuple[str, int]],
    node: str | tuple[str, ...],
    cells: list[tuple[str, object]],
    promised: Mapping[str, Mapping[str, int] | tuple[Mapping[str, int], list[str]]],
) -> Cluster:
    """`types`: name → child and count; `node`: the types of machines; `cells`: type and what is in it (names of nodes,
    as they nest; `name!pin` for a pinned cell); `promised`: virtual cluster → chain.type → count, and pins."""
    nodes = (node,) if isinstance(node, str) else node
    quotas = {vc: each if isinstance(each, tuple) else (each, []) for vc, each in promised.items()}
    return read_hived(
        json.dumps(
            {
                "physicalCluster": {
                    "cellTypes": {
                        name: {"childCellType": child, "childCellNumber": count, "isNodeLevel": name in nodes}
                        for name, (child, count) in types.items()
                    },
                    "physicalCells": [{"cellType": kind, **spelled(content)} for kind, content in cells],
                },
                "virtualClusters": {
                    vc: {
                        "virtualCells": [
                            {"cellType": kind, "cellNumber": count} for kind, count in cells.items()
                        ],
                        "pinnedCells": [{"pinnedCellId": pin} for pin in pins],
                    }
                    for vc, (cells, pins) in quotas.items()
                },
            }
        )
    )


def spelled(content: object) -> dict[str, object]:
    """A node by its name, a cell above nodes by the list of what is in it, `(pin, list)` where it is pinned."""
    if isinstance(content, str):
        name, _, pin = content.partition("!")
        return {"cellAddress": name, **({"pinnedCellId": pin} if pin else {})}
    pin, children = content if isinstance(content, tuple) else (None, content)
    assert isinstance(children, list)
    return {"cellChildren": [spelled(each) for each in children], **({"pinnedCellId": pin} if pin else {})}
