"""The calls of the original scheduler, which sees one pod at a time, said to ours, which sees gangs.

The first pod of a group decides for all of it; later ones pick their slot. A group holds its cells until its last pod
is gone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpai.cluster.hived_file import read_hived
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Decision, Gang, Placement, Preempt, TaskPlace, Wait
from tests.scheduler.inspected import charged_leaves, free_cells, opportunistic_leaves, promised_cells
from tests.scheduler.tree import in_order_of_chains, paths_of

Fields = dict[str, Any]


@dataclass
class Group:
    """A group of pods. `slots`: task → the pod that runs there; `waiting`: pods that wait for cells being freed."""

    gang: Gang
    placement: Placement
    slots: dict[str, str] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)


class Pods:
    """One recorded case as it goes. `chains`: the order of the chains of one leaf type; none: descending by name."""

    def __init__(self, document: Mapping[str, Any], chains: Iterable[str] = ()) -> None:
        self.chains = list(chains)
        self.bad: frozenset[str] = frozenset()
        self.groups: dict[str, Group] = {}
        self.cluster = self.read(document)
        self.scheduler = Scheduler(self.cluster)

    def read(self, document: Mapping[str, Any]) -> Cluster:
        return in_order_of_chains(read_hived(json.dumps(document)), self.chains)

    def ask(self, pod: str, of: Fields, phase: str = "preempting", keep: bool = True) -> Fields:
        """What a call for this pod answers. A preempting one may reserve, a filtering one only start."""
        name = of["group"]
        group = self.groups.get(name)
        if group and group.slots:
            return self.start(pod, of["cells"], group)
        gang = gang_of(of, self.cluster)
        decision = self.scheduler.decide(gang)
        if isinstance(decision, Wait):
            return self.wait(name, decision, phase)
        if isinstance(decision, Preempt):
            return self.preempt(pod, gang, decision, phase)
        if not keep:
            return self.bound(pod, first_of(of["cells"], decision.placement), decision.placement)
        self.scheduler.apply(gang, decision)
        self.forget(decision)
        self.groups[name] = Group(gang, decision.placement)
        answer = self.start(pod, of["cells"], self.groups[name])
        return answer | {"cancelled": sorted(decision.cancelled)}

    def wait(self, name: str, decision: Wait, phase: str) -> Fields:
        """A group that has reserved and finds no place any more loses what it reserved."""
        if phase == "preempting" and name in self.groups:
            del self.groups[name]
            self.scheduler.release(name)
        return answer_to_wait(decision)

    def preempt(self, pod: str, gang: Gang, decision: Preempt, phase: str) -> Fields:
        before = self.groups.get(gang.name)
        if phase == "preempting":
            self.scheduler.apply(gang, decision)
            self.forget(decision)
            group = self.groups.setdefault(gang.name, Group(gang, decision.placement))
            group.placement = decision.placement
            group.waiting.add(pod)
        return {
            "kind": "preempt",
            "victims": sorted(
                pod for victim in decision.victims for pod in self.groups[victim].slots.values()
            ),
            "reserved": nodes_of(decision.placement),
            "as_before": before is not None and before.placement == decision.placement,
        }

    def forget(self, decision: Decision) -> None:
        """The groups whose reservation ends by this decision."""
        for name in () if isinstance(decision, Wait) else decision.cancelled:
            del self.groups[name]

    def start(self, pod: str, cells: int, group: Group) -> Fields:
        """The pod gets the first slot of its size that is empty."""
        assert group.gang.name in self.scheduler.held
        slot = next(
            task
            for task, place in group.placement.tasks.items()
            if len(place.leaves) == cells and task not in group.slots
        )
        place = group.placement.tasks[slot]
        answer = self.bound(pod, place, group.placement)
        group.slots[slot] = pod
        return answer

    def bound(self, pod: str, place: TaskPlace, placement: Placement) -> Fields:
        paths = [self.path(placement.chain, place.node, leaf) for leaf in place.leaves]
        depth = next(n for n in range(len(paths[0]), 0, -1) if len({path[:n] for path in paths}) == 1)
        return {
            "kind": "bind",
            "node": place.node,
            "chain": placement.chain,
            "level": len(paths[0]) - depth + 1,
            "beside": self.others(lambda _chain, node, _leaf: node == place.node),
            "under": self.others(lambda *leaf: self.path(*leaf)[:1] == paths[0][:1]),
        }

    def path(self, chain: str, node: str, leaf: int) -> tuple[str, ...]:
        return paths_of(self.cluster)[chain, node, leaf]

    def others(self, near: Any) -> list[str]:
        """The pods with a leaf cell that is near."""
        return sorted(
            pod
            for group in self.groups.values()
            for slot, pod in group.slots.items()
            for place in [group.placement.tasks[slot]]
            if (group.placement.chain, place.node, place.leaves[0]) in paths_of(self.cluster)
            and near(group.placement.chain, place.node, place.leaves[0])
        )

    def gone(self, pod: str) -> None:
        """A pod that had its place has ended."""
        for name, group in list(self.groups.items()):
            for slot in [slot for slot, other in group.slots.items() if other == pod]:
                del group.slots[slot]
                if not group.slots:
                    del self.groups[name]
                    self.scheduler.release(name)

    def withdrawn(self, pod: str) -> None:
        """A pod that waited has been deleted."""
        for name, group in list(self.groups.items()):
            if pod in group.waiting:
                group.waiting.remove(pod)
                if not group.waiting and not group.slots:
                    del self.groups[name]
                    self.scheduler.release(name)

    def turn(self, node: str, bad: bool) -> None:
        self.bad = self.bad | {node} if bad else self.bad - {node}
        self.scheduler.set_bad(self.bad)

    def restart(self, document: Mapping[str, Any]) -> None:
        """A new scheduler, maybe of another cluster; what waited is forgotten, what has its place goes on."""
        held = self.scheduler.held
        self.cluster = self.read(document)
        self.scheduler = Scheduler(self.cluster)
        self.groups = {name: group for name, group in self.groups.items() if group.slots}
        for name, group in self.groups.items():
            group.waiting.clear()
            self.scheduler.restore(group.gang, group.placement, downgraded=held[name].downgraded)
        self.scheduler.set_bad(self.bad)

    def gangs(self) -> Fields:
        return {
            name: {
                "state": held.state.value,
                "downgraded": held.downgraded,
                "vc": held.gang.virtual_cluster,
                "priority": held.gang.priority,
                "placement": nodes_of(held.placement),
                "charged": charged_leaves(self.scheduler, name),
            }
            for name, held in self.scheduler.held.items()
        }

    def promised(self) -> Fields:
        return promised_cells(self.scheduler)

    def free(self) -> Fields:
        return free_cells(self.scheduler)

    def opportunistic(self) -> Fields:
        return opportunistic_leaves(self.scheduler)


def gang_of(of: Fields, cluster: Cluster) -> Gang:
    """Members of equal size are one; sizes come ascending, types by name."""
    counts: dict[int, int] = {}
    for pods, cells in of["members"]:
        counts[cells] = counts.get(cells, 0) + pods
    tasks = {f"{cells}-{i}": cells for cells, pods in sorted(counts.items()) for i in range(pods)}
    types = [of["type"]] if "type" in of and "pin" not in of else sorted(cluster.skus)
    return Gang(
        name=of["group"],
        virtual_cluster=of["vc"],
        priority=of["priority"],
        needs=dict.fromkeys(types, tasks),
        pinned=of.get("pin"),
        lazy=of.get("lazy", False),
        nodes=frozenset(of["nodes"]) if "nodes" in of else None,
    )


def answer_to_wait(decision: Wait) -> Fields:
    """The original tells the reason of the last chain it tried; a request that can never be met is its user's error."""
    why = decision.obstacles[-1].why
    refused = why.value in {
        "vc_unknown",
        "pinned_unknown_in_vc",
        "pinned_with_opportunistic",
        "type_not_in_cluster",
        "type_not_in_vc",
    }
    return {"kind": "refused" if refused else "wait", "why": why.value}


def first_of(cells: int, placement: Placement) -> TaskPlace:
    return next(place for place in placement.tasks.values() if len(place.leaves) == cells)


def nodes_of(placement: Placement) -> dict[str, list[int]]:
    """Node → its leaf cells."""
    nodes: dict[str, list[int]] = {}
    for place in placement.tasks.values():
        nodes.setdefault(place.node, []).extend(place.leaves)
    return {node: sorted(leaves) for node, leaves in nodes.items()}
