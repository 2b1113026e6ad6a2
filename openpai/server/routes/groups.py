"""Groups, by OpenPAI's calls: what is needed for users to share what a group has."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field, TypeAdapter

from openpai.messages import message
from openpai.server.auth import User, must_be_admin
from openpai.server.bodies import JsonBody, read_json
from openpai.server.credential_shapes import Done, Extension, GroupReply, MemberReply, Rights
from openpai.server.replies import Language, json_reply
from openpai.server.services import Given, Services
from openpai.store.groups import Group

router = APIRouter(tags=["groups"])

_GROUP = r"^[A-Za-z0-9_]+$"
_USER = r"^[A-Za-z0-9_.-]+$"
_LONGEST = 255

_groups = TypeAdapter(list[GroupReply])
_members = TypeAdapter(list[MemberReply])


class AddGroup(JsonBody):
    """A new group."""

    groupname: str = Field(pattern=_GROUP, max_length=_LONGEST)
    description: str = ""


class NamedGroup(JsonBody):
    """Which group a user is put into or taken out of."""

    groupname: str


def _body(shape: type[JsonBody]) -> dict[str, object]:
    content = {"application/json": {"schema": shape.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/groups", response_model=list[GroupReply])
async def list_groups(services: Given) -> Response:
    """All groups, by name."""
    found = [_reply(group, services) for group in await services.groups.all()]
    return Response(_groups.dump_json(found), media_type="application/json")


@router.get("/groups/{group}", response_model=GroupReply)
async def show_group(group: str, services: Given) -> Response:
    """One group."""
    return json_reply(_reply(await services.groups.find(group), services))


@router.post("/groups", status_code=201, response_model=Done, openapi_extra=_body(AddGroup))
async def add_group(request: Request, services: Given, user: User, language: Language) -> Response:
    """Make a group without members."""
    must_be_admin(user)
    body = await read_json(request, AddGroup)
    await services.groups.add(Group(body.groupname, body.description))
    return _done("ReplyGroupAdded", language, 201, group=body.groupname)


@router.delete("/groups/{group}", response_model=Done)
async def remove_group(group: str, services: Given, user: User, language: Language) -> Response:
    """Remove a group, its members and what it has."""
    must_be_admin(user)
    await services.groups.remove(group)
    return _done("ReplyGroupRemoved", language, 200, group=group)


@router.get("/groups/{group}/userlist", response_model=list[MemberReply])
async def list_members(group: str, services: Given, user: User) -> Response:
    """Who is in a group, by name."""
    must_be_admin(user)
    members = await services.groups.members(group)
    found = [MemberReply(username=member.username, clusterAdmin=member.admin) for member in members]
    return Response(_members.dump_json(found), media_type="application/json")


@router.put("/users/{member}/group", status_code=201, response_model=Done, openapi_extra=_body(NamedGroup))
async def join_group(
    request: Request,
    member: Annotated[str, Path(pattern=_USER, max_length=_LONGEST)],
    services: Given,
    user: User,
    language: Language,
) -> Response:
    """Put a user into a group; of no effect on one who is in it."""
    must_be_admin(user)
    group = (await read_json(request, NamedGroup)).groupname
    await services.groups.join(group, member)
    return _done("ReplyGroupJoined", language, 201, user=member, group=group)


@router.delete("/users/{member}/group", status_code=201, response_model=Done, openapi_extra=_body(NamedGroup))
async def leave_group(
    request: Request, member: str, services: Given, user: User, language: Language
) -> Response:
    """Take a user out of a group; of no effect on one who is not in it."""
    must_be_admin(user)
    group = (await read_json(request, NamedGroup)).groupname
    await services.groups.leave(group, member)
    return _done("ReplyGroupLeft", language, 201, user=member, group=group)


def _reply(group: Group, services: Services) -> GroupReply:
    storages = [each.name for each in services.storages.all() if group.name in each.groups]
    clusters = [vc for vc, groups in services.cluster.last.groups.items() if group.name in groups]
    extension = Extension(acls=Rights(virtualClusters=clusters, storageConfigs=storages))
    return GroupReply(groupname=group.name, description=group.description, extension=extension)


def _done(code: str, language: str, status: int, **params: str) -> Response:
    return json_reply(Done(message=message(code, params, language).text), status)
