"""Puts the application together: the edge, the errors, the routes, and the OpenAPI document."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

import openpai
from openpai.errors import PaiError
from openpai.server import portal, replies
from openpai.server.auth import identify
from openpai.server.edge import Edge
from openpai.server.routes import (
    cluster,
    cluster_file,
    credentials,
    explanations,
    groups,
    image_disk,
    images,
    info,
    jobs,
    logs,
    sessions,
    storages,
    streams,
    submissions,
    virtual_clusters,
)
from openpai.server.services import Services
from openpai.server.shapes import ErrorReply

_SUBJECTS = (
    submissions,
    jobs,
    explanations,
    logs,
    streams,
    credentials,
    groups,
    image_disk,
    images,
    storages,
    virtual_clusters,
    cluster,
    cluster_file,
    sessions,
)


def create_app(services: Services) -> FastAPI:
    """The HTTP API over these services.

    There is no CORS header, and the cookie of a session is for our own pages (see `cookies`): a page from elsewhere
    reaches nothing, and needs nothing yet.
    """
    app = FastAPI(
        title="OpenPAI",
        version=openpai.__version__,
        description="Share GPU servers by describing jobs in YAML.",
        openapi_url="/api/v2/openapi.json",
        docs_url=None,  # its pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    app.add_middleware(Edge)
    app.add_exception_handler(PaiError, replies.on_pai_error)
    app.add_exception_handler(HTTPException, replies.on_http_error)
    app.add_exception_handler(RequestValidationError, replies.on_invalid_request)
    add_routes(app)
    return app


def add_routes(app: FastAPI) -> None:
    """All calls, and the portal's pages."""
    app.include_router(info.router)
    app.include_router(sessions.open_router, prefix="/api/v2")
    app.include_router(_guarded())
    app.include_router(portal.router)  # last: it takes every address that is no call


def _guarded() -> APIRouter:
    """All calls that need a token."""
    errors: dict[int | str, dict[str, Any]] = {
        "default": {"model": ErrorReply, "description": "what went wrong"}
    }
    router = APIRouter(dependencies=[Depends(identify)], responses=errors)
    for subject in _SUBJECTS:
        router.include_router(subject.router, prefix="/api/v2")
    router.include_router(jobs.old_router, prefix="/api/v1")
    return router
