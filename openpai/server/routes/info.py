"""What this server is. Open to everyone."""

from fastapi import APIRouter, Response

import openpai
from openpai.server.replies import json_reply
from openpai.server.shapes import Health, Info

router = APIRouter(tags=["info"])


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """Whether the server answers."""
    return json_reply(Health())


@router.get("/api/v2/info", response_model=Info)
async def info() -> Response:
    """Name, version and kind of this server."""
    return json_reply(Info(version=openpai.__version__))
