"""Whether virtual clusters get all that they were promised, each of them, at once."""

from collections.abc import Iterator

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.gang import HIGHEST, Gang, Preempt, Start
from tests.scheduler.invariants import promised_cells
from tests.scheduler.tree import levels_of, paths_of, pins_of
from tests.scheduler.world import World


def everybody_gets_all(world: World) -> None:
    """In a world like this one, where nothing is bad, each virtual cluster asks for every cell of its own with the
    highest priority: it starts as soon as those have left who must give way to it."""
    world = world.replay()
    world.set_bad(frozenset(), frozenset())
    for gang in whole_promises(world.cluster):
        decision = world.decide(gang)
        assert isinstance(decision, Start | Preempt), f"{gang} does not get what was promised: {decision}"
        world.apply(gang, decision)
        if isinstance(decision, Preempt):
            for victim in decision.victims:
                world.release(victim)
            at_last = world.decide(gang)
            assert at_last == Start(decision.placement)
            world.apply(gang, at_last)


def whole_promises(cluster: Cluster) -> Iterator[Gang]:
    """A gang for all cells of one type that a virtual cluster has in a chain: larger cells first, since small tasks
    would find room in them too."""
    promised = promised_cells(cluster)
    for virtual_cluster, vc in cluster.virtual_clusters.items():
        for chain in dict.fromkeys(cell.type for cell in cluster.cells):
            for kind in levels_of(cluster, chain):
                if count := promised[virtual_cluster, chain, kind]:
                    yield whole_cells(cluster, virtual_cluster, chain, kind, count)
        for pin in vc.pins:
            chain, path = pins_of(cluster)[pin]
            kind = levels_of(cluster, chain)[len(path) - 1]
            yield whole_cells(cluster, virtual_cluster, chain, kind, 1, pin)


def whole_cells(
    cluster: Cluster, virtual_cluster: str, chain: str, kind: str, count: int, pin: str | None = None
) -> Gang:
    levels = levels_of(cluster, chain)
    parts, size = count, 1
    for name in levels[levels.index(kind) : -1]:
        above_node = any(cluster.types[each].is_node for each in levels[levels.index(name) + 1 : -1])
        parts, size = (
            (parts * cluster.types[name].count, size)
            if above_node
            else (parts, size * cluster.types[name].count)
        )
    return Gang(
        name=f"all {pin or kind} of {virtual_cluster} in {chain}",
        virtual_cluster=virtual_cluster,
        priority=HIGHEST,
        needs={levels[-1]: {f"t{i}": size for i in range(parts)}},
        pinned=pin,
        nodes=frozenset(node for at, node, _leaf in paths_of(cluster) if at == chain),
    )
