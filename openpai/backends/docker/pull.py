"""Image pulls: one per image at a time, shared by all who wait for it, with its progress."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from openpai.backends.contract import PullProgress, ReportPull
from openpai.backends.docker.engine import Engine, EngineError, event_of
from openpai.backends.docker.load import Feed
from openpai.backends.docker.problems import pull_failed
from openpai.backends.docker.progress import Progress
from openpai.errors import Refused
from openpai.images.credentials.credential import Credential
from openpai.images.reference import DOCKER_HUB, ImageReference

REPORT_EVERY_S = 0.2
_HUB = "https://index.docker.io/v1/"  # Docker Hub's name in credentials, for historical reasons

_Login = tuple[str, str, str]

Load = Callable[[ImageReference, Credential, Feed], Awaitable[bool]]
"""`load.Loader.load`."""

_REFUSED_LOGIN = frozenset(
    {"ImageAuthFailed", "ImageNeedsAuth", "ImageNotFound", "ImageForbidden", "ImageTokenExpired"}
)
"""What another credential may change: some registries say "not found" for what one may not see."""

_NOT_LET_IN = frozenset({"ImageAuthFailed", "ImageNeedsAuth"})
"""What an engine is told too by a registry that asks for the log-in where engines do not look."""

_REFUSED_FOR_S = 10.0
"""How long a refused login stands: the tasks of a gang do not ask all in one instant, and a registry that counts
wrong passwords may lock the user out."""


@dataclass(slots=True, eq=False)
class _Shared:
    """A pull that runs, and who wants to hear of it."""

    image: ImageReference
    credential: Credential | None
    latest: PullProgress
    reports: list[ReportPull] = field(default_factory=list)
    task: asyncio.Task[None] = field(init=False)

    def report(self, progress: PullProgress) -> None:
        self.latest = progress
        for report in self.reports:
            report(progress)


class _Teller:
    """Tells those who wait how far a pull is, now and then; also the last that came before it stalled."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared
        self._progress = Progress(str(shared.image))
        self._next = 0.0
        self._due: asyncio.TimerHandle | None = None

    def feed(self, event: Mapping[str, Any]) -> None:
        """Take in what the engine says of it."""
        self._progress.feed(event)
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.call_at(max(self._next, loop.time()), self.tell)

    def tell(self) -> None:
        """Tell how it is now."""
        self.stop()
        now = asyncio.get_running_loop().time()
        self._next = now + REPORT_EVERY_S
        self._shared.report(self._progress.now(now))

    def stop(self) -> None:
        """Nothing more is told."""
        if self._due is not None:
            self._due.cancel()
            self._due = None


class Pulls:
    """All pulls that run now. `load` has images here that the engine cannot pull."""

    def __init__(self, engine: Engine, load: Load) -> None:
        self._engine = engine
        self._load = load
        self._running: dict[ImageReference, _Shared] = {}
        self._refused: dict[tuple[ImageReference, _Login], tuple[float, Refused]] = {}

    async def pull(self, image: ImageReference, credential: Credential | None, report: ReportPull) -> None:
        """Have `image` pulled: by the pull that runs, whoever began it; where that one's credential is refused, by
        one with this. A waiter that is cancelled leaves the others waiting; the pull itself ends with its last
        waiter. Raises as `problems.pull_failed` says."""

        def report_own(progress: PullProgress) -> None:
            report(replace(progress, image=str(image)))

        while True:
            shared = self._running.get(_key(image)) or self._begin(image, credential)
            try:
                return await self._wait(shared, report_own)
            except Refused as error:
                if _login(shared.credential) == _login(credential) or error.first.code not in _REFUSED_LOGIN:
                    raise

    def progress(self) -> Sequence[PullProgress]:
        """How far each is."""
        return [shared.latest for shared in self._running.values()]

    async def close(self) -> None:
        """Cancel what runs and wait for its end."""
        tasks = [shared.task for shared in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, image: ImageReference, credential: Credential | None) -> _Shared:
        self._check_not_refused(image, credential)
        nothing_yet = PullProgress(str(image), 0, 0, 0, 0)
        shared = self._running[_key(image)] = _Shared(image, credential, nothing_yet)
        shared.task = asyncio.create_task(self._run(shared), name=f"pull {image}")
        shared.task.add_done_callback(lambda _: self._forget(shared))
        return shared

    async def _wait(self, shared: _Shared, report: ReportPull) -> None:
        shared.reports.append(report)
        try:
            await asyncio.shield(shared.task)
        finally:
            shared.reports.remove(report)
            if not shared.reports:
                shared.task.cancel()
            if shared.task.done() or not shared.reports:
                self._forget(shared)  # at once: who comes next begins anew

    def _forget(self, shared: _Shared) -> None:
        key = _key(shared.image)
        if self._running.get(key) is shared:
            del self._running[key]

    def _check_not_refused(self, image: ImageReference, credential: Credential | None) -> None:
        now = asyncio.get_running_loop().time()
        self._refused = {key: known for key, known in self._refused.items() if now < known[0]}
        known = self._refused.get((_key(image), _login(credential)))
        if known is not None:
            raise Refused(*known[1].problems)

    async def _run(self, shared: _Shared) -> None:
        try:
            await self._have(shared)
        except Refused as refused:
            if refused.first.code == "ImageAuthFailed":
                until = asyncio.get_running_loop().time() + _REFUSED_FOR_S
                self._refused[_key(shared.image), _login(shared.credential)] = until, refused
            raise

    async def _have(self, shared: _Shared) -> None:
        """By the engine's pull, else by our own hands where that is why it was refused."""
        teller = _Teller(shared)
        try:
            await self._bring(shared, teller)
            teller.tell()
        finally:
            teller.stop()

    async def _bring(self, shared: _Shared, teller: _Teller) -> None:
        image, credential = shared.image, shared.credential
        try:
            await self._stream(image, credential, teller.feed)
        except EngineError as error:
            username = credential.username if credential else ""
            failed = pull_failed(str(image), image.registry, username, error.status, error.words)
            if credential is None or failed.first.code not in _NOT_LET_IN:
                raise failed from error
            if not await self._load(image, credential, teller.feed):
                raise failed from error

    async def _stream(self, image: ImageReference, credential: Credential | None, feed: Feed) -> None:
        headers = {"X-Registry-Auth": auth_header(image, credential)}
        params = {"fromImage": str(image)}
        async with self._engine.stream("POST", "/images/create", params=params, headers=headers) as response:
            async for line in response.content:
                feed(event_of(line))


def auth_header(image: ImageReference, credential: Credential | None) -> str:
    """The value of `X-Registry-Auth`: JSON in URL-safe base64, `{}` for an anonymous pull."""
    auth: dict[str, str] = {}
    if credential is not None:
        # The engine sends it to the image's registry, whatever is named here; Docker Hub checks the name.
        server = _HUB if image.registry == DOCKER_HUB else image.registry
        auth = {"username": credential.username, "password": credential.password, "serveraddress": server}
        if credential.identity_token:
            auth["identitytoken"] = credential.identity_token
    return base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()


def _key(image: ImageReference) -> ImageReference:
    """What makes two pulls the same: a digest says all, whatever tag stands beside it."""
    return replace(image, tag=None) if image.digest else image


def _login(credential: Credential | None) -> _Login:
    """What a registry sees of a credential, wherever it came from."""
    return (
        (credential.username, credential.password, credential.identity_token) if credential else ("", "", "")
    )
