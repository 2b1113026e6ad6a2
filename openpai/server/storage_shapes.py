"""The JSON of storages, in OpenPAI's shapes with what is new beside it."""

from pydantic import BaseModel

from openpai.server.shapes import ProblemReply, Told


class StorageSummary(BaseModel):
    """A storage. `share` False: each user mounts a folder of the user's name in it. `volumeName` is the name again.

    New: where it is mounted by itself, `problem`, why it cannot be mounted now, and `groups`, who may mount it, which
    only an admin sees; empty where everybody may.
    """

    name: str
    share: bool
    volumeName: str
    default: bool
    readOnly: bool
    mountPath: str
    description: str
    problem: Told | None
    groups: list[str] | None = None


class StorageList(BaseModel):
    """`problems`: mistakes of the admin's file of storages, whose last good form counts; only an admin sees them."""

    storages: list[StorageSummary]
    problems: list[ProblemReply] = []


class StorageDetail(BaseModel):
    """One storage. `type`: "nfs" with `server` and `path` in `data`, else "other" with the machine's `path`."""

    name: str
    share: bool
    volumeName: str
    type: str
    data: dict[str, str]
    readOnly: bool
    mountOptions: list[str] = []
    mountPath: str
    description: str
    problem: Told | None
