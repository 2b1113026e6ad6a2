"""Storages, by OpenPAI's calls: those that the caller may mount, and how each stands."""

import asyncio

from fastapi import APIRouter, Response

from openpai.errors import Problem, fail
from openpai.server.auth import User, must_be_admin
from openpai.server.replies import Language, json_reply, problem_reply, told
from openpai.server.services import Given
from openpai.server.storage_shapes import StorageDetail, StorageList, StorageSummary
from openpai.storages.ground import FileSystem
from openpai.storages.storage import Storage

router = APIRouter(tags=["storages"])


@router.get("/storages", response_model=StorageList)
async def list_storages(
    services: Given, user: User, language: Language, default: bool = False, all: bool = False
) -> Response:
    """The storages that the caller may mount; of those the default ones alone; or, for an admin, all."""
    if all:
        must_be_admin(user)
    storages = services.storages.all() if all else await services.storages.granted(user.username)
    shown = [storage for storage in storages if storage.default or not default]
    found = await asyncio.gather(*map(services.storages.look, shown))
    problems = services.storages.problems if user.admin else ()
    reply = StorageList(
        storages=[_summary(*each, language, all) for each in zip(shown, found, strict=True)],
        problems=[problem_reply(problem, language) for problem in problems],
    )
    return json_reply(reply)


@router.get("/storages/{name}", response_model=StorageDetail)
async def show_storage(name: str, services: Given, user: User, language: Language) -> Response:
    """One storage that the caller may mount."""
    granted = await services.storages.granted(user.username)
    known = services.storages.all() if user.admin else granted
    storage = next((each for each in known if each.name == name), None)
    if storage is None:
        there = any(each.name == name for each in services.storages.all())
        names = ", ".join(each.name for each in granted) or "–"
        raise fail("StorageNotGranted" if there else "StorageUnknown", storage=name, known=names)
    return json_reply(_detail(storage, await services.storages.look(storage), language))


def _summary(
    storage: Storage, found: FileSystem | Problem, language: str, with_groups: bool
) -> StorageSummary:
    return StorageSummary(
        name=storage.name,
        share=storage.share,
        volumeName=storage.name,
        default=storage.default,
        readOnly=storage.read_only,
        mountPath=storage.mount_path,
        description=storage.description,
        problem=told(found.code, found.params, language) if isinstance(found, Problem) else None,
        groups=sorted(storage.groups) if with_groups else None,
    )


def _detail(storage: Storage, found: FileSystem | Problem, language: str) -> StorageDetail:
    kind, data = _origin(storage, found)
    return StorageDetail(
        name=storage.name,
        share=storage.share,
        volumeName=storage.name,
        type=kind,
        data=data,
        readOnly=storage.read_only,
        mountPath=storage.mount_path,
        description=storage.description,
        problem=told(found.code, found.params, language) if isinstance(found, Problem) else None,
    )


def _origin(storage: Storage, found: FileSystem | Problem) -> tuple[str, dict[str, str]]:
    if storage.mounted and isinstance(found, FileSystem) and found.kind in ("nfs", "nfs4"):
        server, _, path = found.source.rpartition(":")
        return "nfs", {"server": server, "path": path}
    return "other", {"path": str(storage.path)}
