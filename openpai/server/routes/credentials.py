"""Log-ins for registries: listed, kept, removed. Write-only: no call gives a password back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, TypeAdapter

from openpai.clock import now_ms
from openpai.errors import PaiError
from openpai.images.credentials.credential import registry_host
from openpai.images.reference import parse_reference
from openpai.messages import message
from openpai.server.auth import User, must_be_admin
from openpai.server.bodies import JsonBody, read_json
from openpai.server.credential_shapes import CredentialReply, Done
from openpai.server.replies import Language, json_reply, wrong_parameter
from openpai.server.services import Given
from openpai.store.credentials import DEFAULT, Owner, StoredCredential
from openpai.store.tokens import Identity

router = APIRouter(tags=["credentials"])

_replies = TypeAdapter(list[CredentialReply])


class SetCredential(JsonBody):
    """A log-in: one's own, a group's, or everyone's default."""

    registry: str = Field(max_length=255)
    username: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=1, max_length=64 * 1024, repr=False)
    group: str | None = None
    default: bool = False


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SetCredential.model_json_schema()}},
    }
}


@router.get("/credentials", response_model=list[CredentialReply])
async def list_credentials(services: Given, user: User) -> Response:
    """The log-ins that count for the caller, without passwords, best first; an admin sees those of all groups."""
    found = await services.credentials.shown_to(user.username, all_groups=user.admin)
    return Response(_replies.dump_json([_reply(each) for each in found]), media_type="application/json")


@router.put("/credentials", status_code=201, response_model=Done, openapi_extra=_BODY)
async def set_credential(request: Request, services: Given, user: User, language: Language) -> Response:
    """Keep a log-in, in place of the one before. A group's and the default are an admin's to set."""
    body = await read_json(request, SetCredential)
    owner = _owner(user, body.group, body.default)
    registry = _registry(body.registry)
    await services.credentials.set(owner, registry, body.username, body.password, now_ms())
    return json_reply(Done(message=message("ReplyCredentialSet", {"registry": registry}, language).text), 201)


@router.delete("/credentials", response_model=Done)
async def remove_credential(
    services: Given,
    user: User,
    language: Language,
    registry: Annotated[str, Query(max_length=255)],
    group: str | None = None,
    default: bool = False,
) -> Response:
    """Forget a log-in. A group's and the default are an admin's to remove."""
    owner = _owner(user, group, default)
    registry = _registry(registry)
    await services.credentials.remove(owner, registry)
    return json_reply(Done(message=message("ReplyCredentialRemoved", {"registry": registry}, language).text))


def _owner(user: Identity, group: str | None, default: bool) -> Owner:
    if group is None and not default:
        return Owner("user", user.username)
    must_be_admin(user)
    if group is None:
        return DEFAULT
    if default:
        raise PaiError(wrong_parameter("default", "false"))
    return Owner("group", group)


def _registry(given: str) -> str:
    """The host. Raises `InvalidParameter` for one that no image's name can begin with: it could never count."""
    host = registry_host(given)
    try:
        named = parse_reference(f"{host}/image").registry
    except PaiError:
        named = ""
    if not host or registry_host(named) != host:
        raise PaiError(wrong_parameter("registry", "docker.io, registry.example.com, localhost:5000"))
    return host


def _reply(found: StoredCredential) -> CredentialReply:
    return CredentialReply(
        scope=found.owner.scope,
        owner=found.owner.name,
        registry=found.registry,
        username=found.username,
        updatedTime=found.updated_at,
        counts=found.counts,
    )
