"""A look at an image in its registry: with the credentials that its pull will have, on the way that it will go."""

import asyncio
import hashlib
import hmac
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from openpai.errors import NoContact, PaiError, Problem
from openpai.images.credentials.credential import Credential
from openpai.images.facts import Look, RemoteImage
from openpai.images.reference import ImageReference
from openpai.images.registry.client import Registries, Trail, Way
from openpai.images.registry.exchange import Request, follow
from openpai.images.registry.inquiry import Inquiry, Seen
from openpai.images.registry.registries import RegistrySettings
from openpai.images.registry.verdicts import (
    PASSES_SOON,
    UNCERTAIN,
    Subject,
    Unreached,
    late_warning,
    login_is_elsewhere,
    rate_warning,
)

LONGEST_S = 5.0
MIRROR_S = 2.0  # a mirror that does not answer leaves time for the registry itself
SEEN_MS, REFUSED_MS, UNCERTAIN_MS = 60_000, 10_000, 5_000  # how long what was found counts
TAG_SEEN_MS = 5_000  # who pushes an image anew and submits again must get that one
_MOST_KEPT = 2000

_MOST_OF_ONE = 20  # images of one repository whose contents are remembered

_Repository = tuple[str, str, str]
_Key = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class _Kept:
    look: Look
    until: int


class Looker:
    """Looks at images; equal looks at one time share one, and what was found counts for a short time.

    What an image is, its digest says for ever: later looks only ask what the name means by then, and whether the
    credential may see it.
    """

    def __init__(
        self, settings: Callable[[], Awaitable[RegistrySettings]], now_ms: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._now_ms = now_ms
        self._registries = Registries()
        self._secret = os.urandom(32)
        self._kept: dict[_Key, _Kept] = {}
        self._seen: dict[_Repository, Mapping[str, RemoteImage]] = {}
        self._running: dict[_Key, asyncio.Task[Look]] = {}

    async def look(
        self,
        reference: ImageReference,
        credential: Credential | None,
        architecture: str,
        *,
        fresh: bool = False,
    ) -> Look:
        """What the registry has under this name for an engine of `architecture` ("amd64"), within `LONGEST_S`.

        Never raises for what it finds; a credential for another registry is not sent. `fresh`: what was found
        before does not count.
        """
        key = self._key(reference, credential, architecture)
        kept = self._kept.get(key)
        if kept is not None and not fresh and kept.until > self._now_ms():
            return kept.look
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(
                self._keep(key, reference, credential, architecture), name=f"look {reference}"
            )
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    async def reach(self, reference: ImageReference) -> Problem | None:
        """Why the image's registry cannot be asked, None where it answers. Nothing counts it as a pull."""
        subject, trail = Subject(reference, None), Trail("the engine's settings")
        try:
            async with asyncio.timeout(LONGEST_S):
                return await self._knock(subject, trail)
        except Unreached as unreached:
            return subject.unreached(unreached).first
        except TimeoutError:
            return _silent(subject, trail, LONGEST_S)

    async def _knock(self, subject: Subject, trail: Trail) -> Problem | None:
        """At every endpoint until one answers, whatever it says. Raises `Unreached` as for the first name."""
        settings = await self._settings()
        problem: Problem | None = None
        for endpoint in await self._registries.places(subject.reference.registry, settings, trail):
            door = follow(Request(f"{endpoint.base}/v2/"), plain_allowed=endpoint.insecure)
            try:
                await self._registries.carry_out(door, Way(endpoint, settings, trail))
            except Unreached as unreached:
                problem = subject.unreached(unreached).first
            else:
                return None
        return problem

    async def close(self) -> None:
        """Cancel what runs, and let go of all connections."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._registries.close()

    def _key(self, reference: ImageReference, credential: Credential | None, architecture: str) -> _Key:
        shown = b""
        if credential is not None:
            parts = (credential.username, credential.password, credential.identity_token, credential.registry)
            text = "\0".join(parts).encode("utf-8", "surrogatepass")
            shown = hmac.digest(self._secret, text, hashlib.sha256)
        return reference.canonical, architecture, shown

    async def _keep(
        self, key: _Key, reference: ImageReference, credential: Credential | None, architecture: str
    ) -> Look:
        look = await self._look(reference, credential, architecture)
        now = self._now_ms()
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {k: kept for k, kept in self._kept.items() if kept.until > now}
        if len(self._kept) < _MOST_KEPT:
            self._kept[key] = _Kept(look, now + _lasts(look))
        return look

    async def _look(
        self, reference: ImageReference, credential: Credential | None, architecture: str
    ) -> Look:
        started = asyncio.get_running_loop().time()
        elsewhere = login_is_elsewhere(reference, credential)
        shown = credential if credential and (credential.password or credential.identity_token) else None
        subject = Subject(reference, None if elsewhere else shown)
        trail = Trail("the engine's settings")
        try:
            async with asyncio.timeout(LONGEST_S):
                found: Seen | Problem = await self._ask_all(subject, architecture, trail)
        except TimeoutError:
            found = _silent(subject, trail, LONGEST_S)
        elapsed = round(1000 * (asyncio.get_running_loop().time() - started))
        warnings = (elsewhere,) if elsewhere else ()
        if isinstance(found, Problem):
            certain = found.code not in UNCERTAIN
            return Look(reference, problem=found, certain=certain, warnings=warnings, elapsed_ms=elapsed)
        more = (
            rate_warning(subject, found.image.rate_limit),
            late_warning(subject) if found.asks_late else None,
        )
        seen_with = (*warnings, *(warning for warning in more if warning))
        return Look(reference, image=found.image, warnings=seen_with, elapsed_ms=elapsed)

    async def _ask_all(self, subject: Subject, architecture: str, trail: Trail) -> Seen | Problem:
        try:
            settings = await self._settings()
            places = await self._registries.places(subject.reference.registry, settings, trail)
        except NoContact as no_contact:
            return no_contact.first
        except Unreached as unreached:
            return subject.unreached(unreached).first
        repository = (subject.reference.registry, subject.reference.repository, architecture)
        inquiry = Inquiry(subject, architecture, self._now_ms(), self._seen.get(repository, {}))
        for endpoint in places:
            found, is_last_word = await self._ask(inquiry, Way(endpoint, settings, trail))
            if is_last_word:
                break
        if isinstance(found, Seen):
            self._remember(repository, found.image)
        return found

    def _remember(self, repository: _Repository, image: RemoteImage) -> None:
        if len(self._seen) >= _MOST_KEPT:
            self._seen.clear()
        newest = [*self._seen.get(repository, {}).values(), image][-_MOST_OF_ONE:]
        self._seen[repository] = {image.digest: image for image in newest}

    async def _ask(self, inquiry: Inquiry, way: Way) -> tuple[Seen | Problem, bool]:
        """What one endpoint says, and whether no other is to be asked."""
        endpoint = way.endpoint
        try:
            async with asyncio.timeout(None if endpoint.owner else MIRROR_S):
                return await self._registries.carry_out(inquiry.at(endpoint), way), True
        except PaiError as error:
            return error.first, endpoint.owner
        except Unreached as unreached:
            return inquiry.subject.unreached(unreached).first, False
        except TimeoutError:
            if endpoint.owner:
                raise
            return _silent(inquiry.subject, way.trail, MIRROR_S), False


def _silent(subject: Subject, trail: Trail, seconds: float) -> Problem:
    return subject.error("RegistrySilent", waited_for=trail.waiting_for, seconds=f"{seconds:g}").first


def _lasts(look: Look) -> int:
    if look.problem is None:
        return SEEN_MS if look.reference.digest else TAG_SEEN_MS
    return REFUSED_MS if look.certain and look.problem.code not in PASSES_SOON else UNCERTAIN_MS
