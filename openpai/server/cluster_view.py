"""The cluster and who has what of it, as replies show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import to_json

from openpai.cluster.compare import Difference
from openpai.cluster.compare import Promised as WasPromised
from openpai.cluster.effect import Effect
from openpai.cluster.health import Mark, NodeMark
from openpai.cluster.promises import promises_to
from openpai.cluster.standing import Standing
from openpai.cluster.usage import NodeUse, Use, by_node, by_virtual_cluster, on_idle
from openpai.images.cuda.machine import Machine
from openpai.runtime.demand import job_of
from openpai.runtime.outlook import Outlook
from openpai.scheduler.cluster import Cluster, Sku, leaves_of, machines_of
from openpai.scheduler.core import Scheduler
from openpai.scheduler.inspect import CellStatus, Inside
from openpai.scheduler.resources import Node
from openpai.server.cluster_shapes import (
    Amount,
    DifferenceReply,
    EffectReply,
    GpuReply,
    JobHere,
    MarkReply,
    NodeReply,
    NodeState,
    ProcessReply,
    Promised,
    SkuChange,
    SkuType,
    SkuUse,
    VirtualClusterChange,
    VirtualClusterReply,
)
from openpai.server.replies import told

_JOBS_INSIDE = 20
"""Most jobs that are named of one cell."""


def sku_types(cluster: Cluster, vc: str | None = None) -> dict[str, SkuType]:
    """What a cell of each SKU is; of a virtual cluster, of those that it is promised."""
    skus = [each.leaf for each in promises_to(vc, cluster)]
    return {sku: _sku_type(cluster.skus[sku]) for sku in cluster.skus if sku in skus}


def _sku_type(sku: Sku) -> SkuType:
    return SkuType(cpu=sku.cpu, memory=sku.memory_mb, gpu=sku.gpu)


def virtual_clusters(
    scheduler: Scheduler, standing: Standing, usable: Collection[str], jobs: Mapping[tuple[str, str], int]
) -> dict[str, VirtualClusterReply]:
    """All of them, and whether the caller may use each. `jobs`: how many there are, by virtual cluster and state."""
    cluster, groups = scheduler.cluster, standing.described.groups
    fake = _described_skus(cluster, standing.machines)
    whole = _amount({each.leaf: each.count for each in promises_to(None, cluster)}, cluster)

    def reply(vc: str, skus: dict[str, SkuUse]) -> VirtualClusterReply:
        total = _amount({sku: use.total for sku, use in skus.items()}, cluster)
        used = _amount({sku: use.used for sku, use in skus.items()}, cluster)
        return VirtualClusterReply(
            capacity=_percent(total, whole),
            maxCapacity=_percent(total, whole),
            usedCapacity=_percent(used, whole),
            resourcesUsed=used,
            resourcesGuaranteed=_amount({sku: use.total - use.bad for sku, use in skus.items()}, cluster),
            resourcesTotal=total,
            skus=skus,
            pinnedCells=list(cluster.virtual_clusters[vc].pins),
            groups=_listed(groups.get(vc)),
            usable=vc in usable,
            runningJobs=jobs.get((vc, "RUNNING"), 0),
            waitingJobs=jobs.get((vc, "WAITING"), 0),
        )

    return {
        vc: reply(vc, {sku: _promised_use(use, sku in fake) for sku, use in skus.items()})
        for vc, skus in by_virtual_cluster(scheduler).items()
    }


def _described_skus(cluster: Cluster, machines: Sequence[Machine]) -> frozenset[str]:
    """Those with GPUs of machines whose GPUs are not real."""
    fake = {machine.name for machine in machines if machine.described}
    leaves = (
        {next(leaves_of(cell)).type for cell in machines_of(cluster) if cell.address in fake} if fake else ()
    )
    return frozenset(leaf for leaf in leaves if cluster.skus[leaf].gpu)


def _listed(groups: frozenset[str] | None) -> list[str] | None:
    return None if groups is None else sorted(groups)


def _amount(cells: Mapping[str, int], cluster: Cluster) -> Amount:
    each = [(count, cluster.skus[sku]) for sku, count in cells.items()]
    cpu, gpu = sum(count * sku.cpu for count, sku in each), sum(count * sku.gpu for count, sku in each)
    memory = sum(count * sku.memory_mb for count, sku in each)
    return Amount(cpu=cpu, memory=memory, gpu=gpu, vCores=cpu, GPUs=gpu)


def _percent(amount: Amount, whole: Amount) -> float:
    """Of all GPUs that there are; of all cores, where there is none."""
    part, of = (amount.gpu, whole.gpu) if whole.gpu else (amount.cpu, whole.cpu)
    return round(100 * part / of, 2) if of else 0.0


def _promised_use(use: Use, described: bool) -> SkuUse:
    """Opportunistic cells are no part of what is promised."""
    return _sku_use(use, max(use.total - use.used - use.bad, 0), described)


def _sku_use(use: Use, free: int, described: bool) -> SkuUse:
    return SkuUse(
        total=use.total,
        used=use.used,
        opportunistic=use.opportunistic,
        bad=use.bad,
        free=free,
        described=described,
    )


def nodes(standing: Standing, outlook: Outlook, language: str) -> list[NodeReply]:
    """All machines, those of the cluster first."""
    scheduler = outlook.scheduler
    uses = by_node(scheduler.cluster, standing.health, scheduler.held.values())
    there = {node.name: node for node in standing.nodes}
    machines = {machine.name: machine for machine in standing.machines}
    marks = {mark.node: mark for mark in standing.marks}
    return [
        _node(
            _Seen(name, there.get(name), machines.get(name), marks.get(name), uses.get(name)),
            outlook,
            language,
        )
        for name in dict.fromkeys([*uses, *there])
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of a machine: that it is there, what it has, who keeps it free, and its cells."""

    name: str
    node: Node | None
    machine: Machine | None
    mark: NodeMark | None
    use: NodeUse | None


def _node(seen: _Seen, outlook: Outlook, language: str) -> NodeReply:
    node, machine, mark, use = seen.node, seen.machine, seen.mark, seen.use or NodeUse()
    fake = machine.described if machine else False
    return NodeReply(
        name=seen.name,
        state=_state(seen),
        mark=MarkReply(username=mark.username, time=mark.at) if mark else None,
        architecture=machine.architecture if machine else None,
        driver=machine.driver if machine else None,
        described=fake,
        cpu=node.capacity.cpu if node else None,
        memoryMB=node.capacity.memory_mb if node else None,
        skus={
            sku: _sku_use(each, each.free, fake and bool(outlook.scheduler.cluster.skus[sku].gpu))
            for sku, each in use.skus.items()
        },
        gpus=_gpus(machine, use, outlook, language) if machine else [],
        jobs=_jobs(use, outlook),
    )


def _state(seen: _Seen) -> NodeState:
    if seen.node is None:
        return "gone"
    if seen.use is None or not seen.use.skus:
        return "unlisted"
    match seen.mark.mark if seen.mark else None:
        case None:
            return "ready"
        case Mark.CORDONED:
            return "cordoned"
        case _ if not seen.use.gangs:
            return "drained"
        case Mark.DRAINING:
            return "draining"
        case _:
            return "emptying"


def _gpus(machine: Machine, use: NodeUse, outlook: Outlook, language: str) -> list[GpuReply]:
    skus = outlook.scheduler.cluster.skus
    holders = {
        index: job_name(gang, outlook)
        for gang, cells in use.gangs.items()
        for sku, indices in cells.items()
        if sku in skus and skus[sku].gpu
        for index in indices
    }
    return [
        GpuReply(
            index=index,
            model=gpu.model,
            uuid=gpu.uuid,
            memoryMB=gpu.memory_mb,
            job=holders.get(index),
            problem=told(gpu.bad.code, gpu.bad.params, language) if gpu.bad else None,
            processes=[ProcessReply(pid=each.pid, name=each.name) for each in gpu.processes],
        )
        for index, gpu in enumerate(machine.gpus)
    ]


def _jobs(use: NodeUse, outlook: Outlook) -> list[JobHere]:
    """The gangs of one job are together."""
    jobs: dict[str, JobHere] = {}
    for gang, cells in use.gangs.items():
        held = outlook.scheduler.held[gang]
        name = job_name(gang, outlook)
        here = jobs.setdefault(
            name,
            JobHere(
                name=name, virtualCluster=held.gang.virtual_cluster, opportunistic=on_idle(held), cells={}
            ),
        )
        for sku, indices in cells.items():
            here.cells[sku] = sorted([*here.cells.get(sku, []), *indices])
    return list(jobs.values())


def job_name(gang: str, outlook: Outlook) -> str:
    """`user~job` of a gang."""
    return outlook.names.get(job_of(gang), gang)


def difference(of: Difference) -> DifferenceReply:
    """What is different, by name."""
    return DifferenceReply(
        addedMachines=list(of.added),
        removedMachines=list(of.removed),
        changedMachines=list(of.machines),
        skus=[
            SkuChange(name=name, before=was and _sku_type(was), after=will and _sku_type(will))
            for name, (was, will) in of.skus.items()
        ],
        virtualClusters=[
            VirtualClusterChange(name=name, before=was and _promised(was), after=will and _promised(will))
            for name, (was, will) in of.virtual_clusters.items()
        ],
        otherCells=list(of.shapes),
    )


def _promised(promised: WasPromised) -> Promised:
    return Promised(
        cells=dict(promised.cells), pinnedCells=list(promised.pins), groups=_listed(promised.groups)
    )


def effect(of: Effect, outlook: Outlook) -> EffectReply:
    """What becomes of jobs, by their names."""

    def names(gangs: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(job_name(gang, outlook) for gang in gangs))

    return EffectReply(
        displaced=names(of.displaced),
        downgraded=names(of.downgraded),
        unreserved=names(of.unreserved),
        starts=names(of.starts),
        never=names(of.never),
    )


def cells(found: Sequence[CellStatus], outlook: Outlook, *, promised: bool) -> bytes:
    """Trees of cells that are there, or that are `promised`: `CellList` as JSON. Written by hand, since there may be a
    hundred thousand."""
    jobs = {gang: job_name(gang, outlook) for gang in outlook.scheduler.held}
    return to_json({"cells": [_cell(cell, jobs, promised=promised, top=True) for cell in found]})


def _inside(inside: Inside, jobs: Mapping[str, str]) -> dict[str, object]:
    names = dict.fromkeys(jobs[gang] for gang in inside.gangs)
    return {
        "cells": inside.leaves,
        "used": inside.used,
        "opportunistic": inside.opportunistic,
        "reserved": inside.reserved,
        "bad": inside.bad,
        "free": inside.free,
        "jobs": list(names)[:_JOBS_INSIDE],
    }


def _cell(
    cell: CellStatus, jobs: Mapping[str, str], *, promised: bool, top: bool = False
) -> dict[str, object]:
    who = cell.gang or cell.reserved_by
    return {
        "cellType": cell.type,
        "cellAddress": cell.address,
        "isNodeLevel": cell.is_node,
        "leafCellType": _leaf_type(cell) if top else None,
        "cellState": cell.state,
        "cellHealthiness": "Healthy" if cell.healthy else "Bad",
        "cellPriority": cell.priority,
        "vc": cell.virtual_cluster,
        "job": jobs[who] if who is not None else None,
        "pinnedCellId": cell.pin,
        "physicalAddress": cell.stands_for if promised else None,
        "inside": _inside(cell.inside, jobs) if cell.inside else None,
        "cellChildren": [_cell(child, jobs, promised=promised) for child in cell.children],
    }


def _leaf_type(cell: CellStatus) -> str:
    return _leaf_type(cell.children[0]) if cell.children else cell.type
