"""Virtual clusters, by OpenPAI's calls: what each is promised, and how much of it is used."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import TypeAdapter

from openpai.cluster.standing import Standing
from openpai.errors import fail
from openpai.lifecycle.states import public_job_state
from openpai.protocol.findings import listed
from openpai.scheduler.cluster import Sku
from openpai.server.auth import User
from openpai.server.cluster_shapes import CellList, NodeGpus, NodeReply, SkuType, VirtualClusterReply
from openpai.server.cluster_view import cells, nodes, sku_types, virtual_clusters
from openpai.server.replies import Language, json_reply
from openpai.server.services import Given, Services
from openpai.store.tokens import Identity

router = APIRouter(tags=["virtual clusters"])

VirtualCluster = Annotated[str, Path(max_length=255)]
"""A virtual cluster's name, as part of a path."""

OpenedCells = Annotated[frozenset[str] | None, Query(alias="open", max_length=1000)]
"""The addresses of cells whose insides are asked for: of one that holds machines its children, of others all that is in
them; of the rest only the numbers. An empty address opens none. Without it, everything is told."""

_clusters = TypeAdapter(dict[str, VirtualClusterReply])
_gpus = TypeAdapter(dict[str, NodeGpus])
_skus = TypeAdapter(dict[str, SkuType])


@router.get("/virtual-clusters", response_model=dict[str, VirtualClusterReply] | dict[str, NodeGpus])
async def list_virtual_clusters(
    request: Request, services: Given, user: User, language: Language
) -> Response:
    """All virtual clusters by name; with the parameter `nodes`, whatever its value, the GPUs of each node instead."""
    if "nodes" in request.query_params:
        standing, outlook = await services.controller.standing(), await services.controller.outlook()
        skus = outlook.scheduler.cluster.skus
        found = {node.name: _node_gpus(node, skus) for node in nodes(standing, outlook, language)}
        return Response(_gpus.dump_json(found), media_type="application/json")
    clusters = await _virtual_clusters(services, user)
    return Response(_clusters.dump_json(clusters), media_type="application/json")


@router.get("/virtual-clusters/{vc}", response_model=VirtualClusterReply)
async def show_virtual_cluster(vc: VirtualCluster, services: Given, user: User) -> Response:
    """One virtual cluster."""
    clusters = await _virtual_clusters(services, user)
    if vc not in clusters:
        raise no_virtual_cluster(vc, await services.controller.standing())
    return json_reply(clusters[vc])


@router.get("/virtual-clusters/{vc}/sku-types", response_model=dict[str, SkuType])
async def list_skus_of(vc: VirtualCluster, services: Given) -> Response:
    """The SKUs that a virtual cluster is promised some of."""
    standing = await services.controller.standing()
    return skus_reply(standing, vc)


@router.get("/virtual-clusters/{vc}/cells", response_model=CellList)
async def list_cells_of(vc: VirtualCluster, services: Given, opened: OpenedCells = None) -> Response:
    """The cells that a virtual cluster is promised, and those that its jobs use while they are idle."""
    outlook = await services.controller.outlook()
    if vc not in outlook.scheduler.cluster.virtual_clusters:
        raise no_virtual_cluster(vc, await services.controller.standing())
    return Response(
        cells(outlook.scheduler.virtual(vc, opened), outlook, promised=True), media_type="application/json"
    )


def skus_reply(standing: Standing, vc: str | None) -> Response:
    """The SKUs of a virtual cluster, or all. Raises VirtualClusterUnknown."""
    cluster = standing.described.cluster
    if vc is not None and vc not in cluster.virtual_clusters:
        raise no_virtual_cluster(vc, standing)
    return Response(_skus.dump_json(sku_types(cluster, vc)), media_type="application/json")


def no_virtual_cluster(vc: str, standing: Standing) -> Exception:
    """That there is none of that name."""
    known = listed(standing.described.cluster.virtual_clusters)
    return fail("VirtualClusterUnknown", virtual_cluster=vc[:100], known=known)


async def _virtual_clusters(services: Services, user: Identity) -> dict[str, VirtualClusterReply]:
    standing, outlook = await services.controller.standing(), await services.controller.outlook()
    mine = standing.described.usable(await services.groups.of(user.username), admin=user.admin)
    jobs: Counter[tuple[str, str]] = Counter()
    for vc, state, stopping, count in await services.jobs.live_counts():
        jobs[vc, public_job_state(state, stopping)] += count
    return virtual_clusters(outlook.scheduler, standing, mine, jobs)


def _node_gpus(node: NodeReply, skus: Mapping[str, Sku]) -> NodeGpus:
    mine = [use for sku, use in node.skus.items() if sku in skus and skus[sku].gpu]
    return NodeGpus(
        gpuUsed=sum(use.used + use.opportunistic for use in mine),
        gpuAvailable=sum(use.free for use in mine),
        gpuTotal=sum(use.total for use in mine),
    )
