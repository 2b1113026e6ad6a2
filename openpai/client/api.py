"""The typed client: one method per call of docs/en/rest-api.md."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Literal, Self, cast
from urllib.parse import quote

import httpx2

from openpai.client import streams
from openpai.client.api_error import ApiError
from openpai.client.events import Event, LogPart, TaskAttempt
from openpai.client.http import Http
from openpai.client.replies import (
    Accepted,
    Cell,
    Cleaning,
    ClusterFile,
    ClusterTrial,
    Done,
    DryRun,
    Group,
    ImageCheck,
    ImagePull,
    Images,
    Info,
    JobDetail,
    JobEvents,
    JobExplanation,
    Jobs,
    Json,
    Member,
    Node,
    PullAccepted,
    RemovedImages,
    SignInLink,
    Storages,
    StoredCredential,
    Submitted,
    VirtualCluster,
)
from openpai.errors import PaiError

Stream = Literal["all", "stdout", "stderr"]

_PLAIN = {"Accept-Encoding": "identity"}  # ranges count the log's own bytes


class Client:
    """A server, as `token`'s user sees it. Use it as an async context manager.

    Every method raises `ApiError` when the server refuses, and `PaiError` (ServerUnreachable) when it cannot
    be talked to. Jobs are named `<user>~<job>`, or `<job>` for those of `user`. Texts from the server come in
    `language` ("en" or "zh").

        async with Client("http://127.0.0.1:9186", token) as pai:
            job = await pai.submit(text)
            async for event in pai.watch(job["name"]):
                ...
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        user: str | None = None,
        language: str = "en",
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = Http(url, token, language, transport)
        self._user = user

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def info(self) -> Info:
        """What this server is. Needs no token."""
        return cast(Info, await self._http.json("GET", "/api/v2/info"))

    async def healthy(self) -> bool:
        """Whether an OpenPAI server answers here and says that it works."""
        try:
            return bool((await self._http.json("GET", "/healthz")) == {"status": "ok"})
        except ApiError:
            return False

    async def submit(
        self,
        config_text: str,
        *,
        name: str | None = None,
        parameters: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        clone_of: str | None = None,
        new_images: bool = False,
    ) -> Submitted:
        """Hand in a job. `name`, `parameters` and `secrets` override those of the YAML text.

        `clone_of`: the job that this is a clone of: the `******` of the text are filled in from it, an empty text
        stands for all of it, and the images stay what they were, unless `new_images`.

        With an idempotency key (at most 255 characters) the same call twice makes one job, and a submission
        whose reply was lost is sent again once.
        """
        body = _submission(config_text, name, parameters, secrets) | self._clone(clone_of, new_images)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        try:
            return await self._post_job(body, headers)
        except PaiError as error:
            if not idempotency_key or isinstance(error.__cause__, httpx2.ConnectError):
                raise
            return await self._post_job(body, headers)  # the reply was lost: the key makes it one job

    async def _post_job(self, body: Json, headers: Mapping[str, str]) -> Submitted:
        return cast(Submitted, await self._http.json("POST", "/api/v2/jobs", body=body, headers=headers))

    async def dry_run(
        self,
        config_text: str,
        *,
        name: str | None = None,
        parameters: Mapping[str, object] | None = None,
        secrets: Mapping[str, str] | None = None,
        clone_of: str | None = None,
        new_images: bool = False,
    ) -> DryRun:
        """What `submit` would do, with every check's verdict and the placement; nothing is kept."""
        body = _submission(config_text, name, parameters, secrets) | self._clone(clone_of, new_images)
        return cast(
            DryRun, await self._http.json("POST", "/api/v2/jobs", query={"dryRun": "true"}, body=body)
        )

    async def jobs(
        self,
        *,
        state: str | None = None,
        username: str | None = None,
        keyword: str | None = None,
        offset: int = 0,
        limit: int = 50,
        order: str = "submissionTime,DESC",
    ) -> Jobs:
        """Jobs that match all filters, newest first. Several values of a filter are joined with commas."""
        page: dict[str, str | int] = {"offset": offset, "limit": limit, "order": order}
        filters = {"state": state, "username": username, "keyword": keyword}
        chosen = {key: value for key, value in filters.items() if value}
        query = {"withTotalCount": "true"} | page | chosen
        return cast(Jobs, await self._http.json("GET", "/api/v2/jobs", query=query))

    async def job(self, name: str) -> JobDetail:
        """One job in detail."""
        return cast(JobDetail, await self._http.json("GET", self._path(name)))

    async def explain(self, name: str) -> JobExplanation:
        """Why a job waits, what would start it now, and what it waited for before."""
        return cast(JobExplanation, await self._http.json("GET", f"{self._path(name)}/explanation"))

    async def config(self, name: str) -> str:
        """The job file as it counts, secrets masked: YAML in JSON's syntax."""
        return (await self._http.call("GET", f"{self._path(name)}/config")).text

    async def stop(self, name: str) -> Accepted:
        """Ask for the job to be stopped; it is not yet when this returns."""
        return await self._execution(name, "STOP")

    async def start(self, name: str) -> Accepted:
        """Run a job that ended again, as a new attempt."""
        return await self._execution(name, "START")

    async def delete(self, name: str) -> Done:
        """Delete a job that ended, with its history and its logs."""
        return cast(Done, await self._http.json("DELETE", self._path(name)))

    async def _execution(self, name: str, value: str) -> Accepted:
        path = f"{self._path(name)}/executionType"
        return cast(Accepted, await self._http.json("PUT", path, body={"value": value}))

    async def events(self, name: str) -> JobEvents:
        """What happened to the job's tasks, newest first."""
        return cast(JobEvents, await self._http.json("GET", f"{self._path(name)}/events"))

    async def images(self) -> Images:
        """The catalogue, the other images of the machine, and whether each runs here."""
        return cast(Images, await self._http.json("GET", "/api/v2/images"))

    async def check_image(
        self,
        image: str,
        *,
        username: str | None = None,
        password: str | None = None,
        registryuri: str | None = None,
    ) -> ImageCheck:
        """What its registry says of an image, with this log-in or else the stored one."""
        body = {"image": image, "username": username, "password": password, "registryuri": registryuri}
        given = {key: value for key, value in body.items() if value is not None}
        return cast(ImageCheck, await self._http.json("POST", "/api/v2/images/check", body=given))

    async def image_pulls(self) -> list[ImagePull]:
        """The pulls that run, wait or failed, and those of the last hour that an admin asked for."""
        return cast(list[ImagePull], (await self._http.json("GET", "/api/v2/images/pulls"))["data"])

    async def pull_image(self, image: str) -> PullAccepted:
        """Have an image pulled in the background; for an admin. `image_pulls` tells how it goes."""
        return cast(PullAccepted, await self._http.json("POST", "/api/v2/images/pull", body={"image": image}))

    async def image_removals(self, *, offset: int = 0, limit: int = 100) -> RemovedImages:
        """The images that were removed to make room, the latest first."""
        query = {"offset": offset, "limit": limit}
        return cast(RemovedImages, await self._http.json("GET", "/api/v2/images/removals", query=query))

    async def clean_images(self, *, dry_run: bool = False) -> Cleaning:
        """Remove the images that the disk policy removes now, or only tell which; for an admin."""
        query = {"dryRun": "true" if dry_run else "false"}
        return cast(Cleaning, await self._http.json("POST", "/api/v2/images/clean", query=query))

    async def credentials(self) -> list[StoredCredential]:
        """The log-ins for registries that count for the caller, without passwords; an admin's: of all groups."""
        return cast(list[StoredCredential], await self._http.json("GET", "/api/v2/credentials"))

    async def set_credential(
        self,
        registry: str,
        username: str,
        password: str,
        *,
        group: str | None = None,
        default: bool = False,
    ) -> Done:
        """Keep a log-in: one's own, or as an admin a group's or everyone's."""
        body = {"registry": registry, "username": username, "password": password}
        owner = _credential_owner(group, default)
        return cast(Done, await self._http.json("PUT", "/api/v2/credentials", body={**body, **owner}))

    async def remove_credential(
        self, registry: str, *, group: str | None = None, default: bool = False
    ) -> Done:
        """Have a log-in forgotten."""
        query = {key: str(value) for key, value in _credential_owner(group, default).items()}
        return cast(
            Done,
            await self._http.json("DELETE", "/api/v2/credentials", query={"registry": registry, **query}),
        )

    async def virtual_clusters(self) -> dict[str, VirtualCluster]:
        """All virtual clusters, by name."""
        return cast(dict[str, VirtualCluster], await self._http.json("GET", "/api/v2/virtual-clusters"))

    async def virtual_cluster(self, name: str) -> VirtualCluster:
        """One virtual cluster."""
        return cast(VirtualCluster, await self._http.json("GET", _vc_path(name)))

    async def virtual_cells(self, name: str) -> list[Cell]:
        """The cells that a virtual cluster is promised, and those of others that its jobs use while they are idle."""
        return cast(list[Cell], (await self._http.json("GET", f"{_vc_path(name)}/cells"))["cells"])

    async def cells(self) -> list[Cell]:
        """All cells that are there."""
        return cast(list[Cell], (await self._http.json("GET", "/api/v2/cluster/cells"))["cells"])

    async def nodes(self) -> list[Node]:
        """All machines, their cells and GPUs, and the jobs there."""
        return cast(list[Node], (await self._http.json("GET", "/api/v2/cluster/nodes"))["nodes"])

    async def mark_node(
        self, node: str, value: Literal["ready", "cordon", "drain"], *, wait: bool = False
    ) -> Accepted:
        """Keep a node free, or let it be as any other; for an admin. `wait`: what runs there goes on to its end."""
        path = f"/api/v2/cluster/nodes/{quote(node, safe='')}/state"
        return cast(Accepted, await self._http.json("PUT", path, body={"value": value, "wait": wait}))

    async def cluster_file(self) -> ClusterFile:
        """The cluster file; for an admin."""
        return cast(ClusterFile, await self._http.json("GET", "/api/v2/cluster/file"))

    async def check_cluster_file(self, text: str) -> ClusterTrial:
        """What another cluster file would mean; for an admin. Nothing changes."""
        body = {"config": text}
        return cast(ClusterTrial, await self._http.json("POST", "/api/v2/cluster/file/check", body=body))

    async def apply_cluster_file(self, text: str) -> ClusterTrial:
        """Make this the cluster file; for an admin."""
        return cast(ClusterTrial, await self._http.json("PUT", "/api/v2/cluster/file", body={"config": text}))

    async def groups(self) -> list[Group]:
        """All groups, by name."""
        return cast(list[Group], await self._http.json("GET", "/api/v2/groups"))

    async def members(self, group: str) -> list[Member]:
        """Who is in a group; for an admin."""
        return cast(list[Member], await self._http.json("GET", f"{_group_path(group)}/userlist"))

    async def add_group(self, group: str, description: str = "") -> Done:
        """Make a group; for an admin, as all that changes groups."""
        body = {"groupname": group, "description": description}
        return cast(Done, await self._http.json("POST", "/api/v2/groups", body=body))

    async def remove_group(self, group: str) -> Done:
        """Remove a group, its members and its log-ins."""
        return cast(Done, await self._http.json("DELETE", _group_path(group)))

    async def join_group(self, group: str, user: str) -> Done:
        """Put a user into a group."""
        return await self._member("PUT", group, user)

    async def leave_group(self, group: str, user: str) -> Done:
        """Take a user out of a group."""
        return await self._member("DELETE", group, user)

    async def sign_in_link(self) -> str:
        """An address that signs a browser in as the caller, once, within 15 minutes."""
        link = cast(SignInLink, await self._http.json("POST", "/api/v2/session/links"))
        return self._http.url.removesuffix("/rest-server") + link["path"]

    async def storages(self, *, all: bool = False) -> Storages:
        """The storages that the caller may mount; for an admin, with `all`, every one."""
        query = {"all": "true"} if all else {}
        return cast(Storages, await self._http.json("GET", "/api/v2/storages", query=query))

    async def _member(self, method: str, group: str, user: str) -> Done:
        path = f"/api/v2/users/{quote(user, safe='')}/group"
        return cast(Done, await self._http.json(method, path, body={"groupname": group}))

    def watch(self, name: str, *, patience: float = streams.PATIENCE) -> AsyncGenerator[Event]:
        """What happens to the job until it is final; goes on over a restart of the server.

        Gives up when the server has not answered for `patience` seconds.
        """
        return streams.watch(self._http, f"{self._path(name)}/watch", patience)

    async def log(
        self, attempt: TaskAttempt, stream: Stream = "all", *, first: int = 0
    ) -> AsyncIterator[bytes]:
        """The log of a task attempt as it is now, from byte `first` on, in pieces."""
        headers = _PLAIN | ({"Range": f"bytes={first}-"} if first else {})
        try:
            async with self._http.stream("GET", _log_path(attempt, stream), headers=headers) as response:
                async for piece in response.aiter_bytes():
                    yield piece
        except ApiError as error:
            if error.status != 416:  # nothing after `first`
                raise

    async def log_tail(self, attempt: TaskAttempt, stream: Stream = "all", *, size: int) -> LogPart:
        """The last `size` bytes of a log as it is now, and where they begin."""
        try:
            reply = await self._http.call(
                "GET", _log_path(attempt, stream), headers=_PLAIN | {"Range": f"bytes=-{size}"}
            )
        except ApiError as error:
            if error.status != 416:  # the log is empty
                raise
            return LogPart(0, b"")
        if reply.status_code != 206:  # the whole log: it is shorter, or someone between us drops ranges
            return LogPart(0, reply.content)
        first = reply.headers["Content-Range"].removeprefix("bytes ").partition("-")[0]
        return LogPart(int(first), reply.content)

    def follow_log(
        self,
        attempt: TaskAttempt,
        stream: Stream = "all",
        *,
        offset: int = 0,
        patience: float = streams.PATIENCE,
    ) -> AsyncGenerator[bytes]:
        """The log from byte `offset` on, live, until the attempt has ended, without loss or repetition.

        Gives up when the server has not answered for `patience` seconds.
        """
        return streams.follow(self._http, f"{_log_path(attempt, stream)}/stream", offset, patience)

    def _clone(self, clone_of: str | None, new_images: bool) -> Json:
        """The part of a submission's body that says what it is a clone of."""
        if clone_of is None:
            return {}
        return {"cloneOf": self.full_name(clone_of)} | ({"newImages": True} if new_images else {})

    def full_name(self, name: str) -> str:
        """`<user>~<job>` of a name that may lack the user."""
        return name if "~" in name or self._user is None else f"{self._user}~{name}"

    def _path(self, name: str) -> str:
        return f"/api/v2/jobs/{quote(self.full_name(name), safe='~')}"


def _log_path(attempt: TaskAttempt, stream: Stream) -> str:
    return (
        f"/api/v2/jobs/{quote(attempt.job, safe='~')}/attempts/{attempt.job_attempt}"
        f"/taskRoles/{quote(attempt.role, safe='')}/taskIndex/{attempt.index}"
        f"/attempts/{attempt.attempt}/logs/{stream}"
    )


def _vc_path(name: str) -> str:
    return f"/api/v2/virtual-clusters/{quote(name, safe='')}"


def _group_path(group: str) -> str:
    return f"/api/v2/groups/{quote(group, safe='')}"


def _credential_owner(group: str | None, default: bool) -> Json:
    """Whose a log-in is; nothing where it is the caller's own."""
    return ({} if group is None else {"group": group}) | ({"default": True} if default else {})


def _submission(
    text: str,
    name: str | None,
    parameters: Mapping[str, object] | None,
    secrets: Mapping[str, str] | None,
) -> Json:
    """The body of a submission; what is not given is left out, so that the text's own counts."""
    body: Json = {"config": text, "name": name, "parameters": parameters, "secrets": secrets}
    return {key: value for key, value in body.items() if value}
