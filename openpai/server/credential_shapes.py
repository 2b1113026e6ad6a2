"""The JSON of log-ins and of the groups that share them. Times are ms since 1970-01-01 UTC."""

from typing import Literal

from pydantic import BaseModel


class Done(BaseModel):
    """What was asked for is done."""

    message: str


class CredentialReply(BaseModel):
    """A log-in without its password. `owner`: the name of the user or group, "" where it is everyone's. `counts`: for
    the caller; an admin sees those of groups that he is not in."""

    scope: Literal["user", "group", "default"]
    owner: str
    registry: str
    username: str
    updatedTime: int
    counts: bool


class Rights(BaseModel):
    """OpenPAI's rights of a group, as far as groups give some: virtual clusters and storages."""

    admin: bool = False
    virtualClusters: list[str] = []
    storageConfigs: list[str] = []


class Extension(BaseModel):
    acls: Rights = Rights()


class GroupReply(BaseModel):
    """A group, in OpenPAI's shape."""

    groupname: str
    description: str
    externalName: str = ""
    extension: Extension = Extension()


class MemberReply(BaseModel):
    """A user in a group, in OpenPAI's shape. `clusterAdmin`: of the whole server."""

    username: str
    clusterAdmin: bool
