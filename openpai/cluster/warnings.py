"""What in a cluster may be meant so, but often is not: told beside it, and no error."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from openpai.cluster.discover import DEFAULT
from openpai.cluster.promises import promises_to
from openpai.errors import Params, Problem
from openpai.protocol.findings import listed
from openpai.scheduler.cluster import Cluster, leaves_of, machines_of
from openpai.scheduler.resources import NOTHING, Node, Resources


def warnings_on(cluster: Cluster, nodes: Sequence[Node]) -> Iterator[Problem]:
    """`nodes`: the machines that are there."""
    yield from _no_default(cluster)
    yield from _promised_to_nobody(cluster)
    yield from _overcommitted(cluster, nodes)
    yield from _other_machines(cluster, nodes)


def _other_machines(cluster: Cluster, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Machines that the file and the world do not agree on."""
    named, there = needs_of(cluster).keys(), {node.name for node in nodes}
    for node in sorted(named - there):
        yield Problem("NodeNotThere", {"node": node})
    for node in sorted(there - named):
        yield Problem("NodeNotInFile", {"node": node})


def unknown_groups(groups: Mapping[str, frozenset[str]], known: frozenset[str]) -> Iterator[Problem]:
    """Groups that may use a virtual cluster, and are not there."""
    for vc, mine in groups.items():
        for group in sorted(mine - known):
            yield Problem("NoSuchGroupOfFile", {"group": group, "virtual_cluster": vc})


def _no_default(cluster: Cluster) -> Iterator[Problem]:
    known = cluster.virtual_clusters
    if DEFAULT not in known:
        yield Problem("NoDefaultVirtualCluster", {"default": DEFAULT, "known": listed(known)})


def _promised_to_nobody(cluster: Cluster) -> Iterator[Problem]:
    there = Counter({each.leaf: each.count for each in promises_to(None, cluster)})
    for vc in cluster.virtual_clusters:
        there.subtract({each.leaf: each.count for each in promises_to(vc, cluster)})
    for sku, left in there.items():
        if left > 0:
            yield Problem("PromisedToNobody", {"sku": sku, "count": left})


def _overcommitted(cluster: Cluster, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Machines whose cells are more than they have. The first of each kind is told, with the number of such."""
    has = {node.name: node.capacity for node in nodes}
    alike: dict[tuple[Resources, Resources], list[str]] = {}
    for name, told in needs_of(cluster).items():
        if name in has and not told.fits_in(has[name]):
            alike.setdefault((told, has[name]), []).append(name)
    for (told, real), names in alike.items():
        params: Params = {
            "nodes": listed(names),
            "cpu": told.cpu,
            "memory_mb": told.memory_mb,
            "gpu": told.gpu,
            "has_cpu": real.cpu,
            "has_memory_mb": real.memory_mb,
            "has_gpu": real.gpu,
        }
        yield Problem("Overcommitted", params)


def needs_of(cluster: Cluster) -> Mapping[str, Resources]:
    """Machine → what all its cells together promise."""
    needs: dict[str, Resources] = {}
    for cell in machines_of(cluster):
        skus = [cluster.skus[leaf.type] for leaf in leaves_of(cell)]
        part = sum((Resources(sku.cpu, sku.memory_mb, sku.gpu) for sku in skus), start=NOTHING)
        needs[cell.address] = needs.get(cell.address, NOTHING) + part
    return needs
