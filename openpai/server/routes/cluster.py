"""The machines: what they have, who uses it, and which are kept free."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from openpai.clock import now_ms
from openpai.cluster.health import Mark, NodeMark
from openpai.errors import fail
from openpai.messages import message
from openpai.protocol.findings import listed
from openpai.server.auth import User, must_be_admin
from openpai.server.bodies import JsonBody, read_json
from openpai.server.cluster_shapes import CellList, NodeList, SkuType
from openpai.server.cluster_view import cells, nodes
from openpai.server.replies import Language, json_reply
from openpai.server.routes.virtual_clusters import OpenedCells, skus_reply
from openpai.server.services import Given
from openpai.server.shapes import Accepted

router = APIRouter(tags=["cluster"])


class NodeWish(JsonBody):
    """What an admin wishes of a node. "cordon": nothing new starts there. "drain": and what runs there is ended, and
    run again elsewhere; with `wait` it goes on to its end. "ready": as any other."""

    value: Literal["ready", "cordon", "drain"]
    wait: bool = False


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": NodeWish.model_json_schema()}},
    }
}


@router.get("/cluster/sku-types", response_model=dict[str, SkuType])
async def list_skus(services: Given, vc: str | None = None) -> Response:
    """All SKUs; with `vc`, those that a virtual cluster is promised some of."""
    return skus_reply(await services.controller.standing(), vc)


@router.get("/cluster/cells", response_model=CellList)
async def list_cells(services: Given, opened: OpenedCells = None) -> Response:
    """All cells that are there, and who has each."""
    outlook = await services.controller.outlook()
    return Response(
        cells(outlook.scheduler.physical(opened), outlook, promised=False), media_type="application/json"
    )


@router.get("/cluster/nodes", response_model=NodeList)
async def list_nodes(services: Given, language: Language) -> Response:
    """All machines: their state, their cells, their GPUs, and the jobs there."""
    standing, outlook = await services.controller.standing(), await services.controller.outlook()
    return json_reply(NodeList(nodes=nodes(standing, outlook, language)))


@router.put("/cluster/nodes/{node}/state", status_code=202, response_model=Accepted, openapi_extra=_BODY)
async def mark_node(
    request: Request,
    node: Annotated[str, Path(max_length=255)],
    services: Given,
    user: User,
    language: Language,
) -> Response:
    """Keep a node free, or let it be as any other. For an admin."""
    must_be_admin(user)
    wish = await read_json(request, NodeWish)
    standing = await services.controller.standing()
    known = list(dict.fromkeys([*(each.name for each in standing.nodes), *standing.health.gone]))
    if node not in known:
        raise fail("NoNode", node=node[:100], known=listed(known))
    mark = _mark(wish)
    if mark is None:
        await services.marks.remove(node)
    else:
        await services.marks.set(NodeMark(node, mark, user.username, now_ms()))
    services.controller.wake()
    text = message(f"ReplyNode{mark.title() if mark else 'Ready'}", {"node": node}, language).text
    return json_reply(Accepted(status=202, message=text), 202)


def _mark(wish: NodeWish) -> Mark | None:
    match wish.value:
        case "ready":
            return None
        case "cordon":
            return Mark.CORDONED
        case _:
            return Mark.DRAINING if wish.wait else Mark.EMPTYING
