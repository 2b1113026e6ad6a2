"""The whole conversation with one registry about one image, without I/O: log-in, manifest, configuration.

Raises PaiError with the one problem that kept from seeing the image.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from openpai.errors import PaiError
from openpai.images.facts import RemoteImage
from openpai.images.registry.endpoints import Endpoint
from openpai.images.registry.exchange import Exchange, Request, Response, follow
from openpai.images.registry.login import Login, LoginPlaceUnsafe, LoginRefused
from openpai.images.registry.manifest import (
    ACCEPT,
    CONFIG_LIMIT,
    MANIFEST_LIMIT,
    Index,
    Layer,
    Manifest,
    Unfit,
    digest_of,
    read_config,
    read_manifest,
    wrong_platform,
)
from openpai.images.registry.platform import Platform, rank
from openpai.images.registry.verdicts import Subject, login_expired, rate_limit, refused_for_now

_TAGS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """What an image is made of: its configuration as it is in the registry, and its layers, the lowest first."""

    config: bytes
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """An image, and whether its registry asks for the log-in later than Docker Engine expects.

    `parts`: None for an image that was known before.
    """

    image: RemoteImage
    asks_late: bool
    parts: Parts | None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked: an image for an engine of `architecture`. `now_ms` decides whether a token has expired.

    `known`: images of the repository that were seen before, by digest. Whether the name still means one of them
    is asked without fetching it again, which Docker Hub would count as a pull.
    """

    subject: Subject
    architecture: str
    now_ms: int
    known: Mapping[str, RemoteImage] = field(default_factory=dict)

    def at(self, endpoint: Endpoint) -> Exchange[Seen]:
        """Ask there. A mirror is not shown the credential."""
        credential = self.subject.credential if endpoint.owner else None
        login = Login(endpoint.base, self.subject.reference.repository, credential, endpoint.insecure)
        try:
            if credential is not None:
                yield from login.begin()
            return (yield from self._seen(login))
        except LoginRefused as refused:
            raise (yield from self._login_refused(login, refused.response)) from refused
        except LoginPlaceUnsafe as unsafe:
            raise self.subject.error("RegistryLoginUnsafe", realm=unsafe.realm[:200]) from unsafe
        except Unfit as unfit:
            raise self.subject.unfit(unfit) from unfit

    def _seen(self, login: Login) -> Exchange[Seen]:
        reference = self.subject.reference
        name = reference.digest or reference.tag or ""
        if self.known:
            head = yield from self._get(login, "manifests", name, "HEAD")
            known = self.known.get(head.headers.get("docker-content-digest", "")) if head.ok else None
            if known is not None:
                return Seen(replace(known, rate_limit=rate_limit(head)), login.asks_late, None)
        answer = yield from self._get(login, "manifests", name)
        if not answer.ok:
            raise (yield from self._no_manifest(login, answer))
        digest = self._verified(answer, reference.digest or answer.headers.get("docker-content-digest", ""))
        found, manifest_digest = self._read(answer), digest
        platforms: tuple[str, ...] = ()
        if isinstance(found, Index):
            platforms, manifest_digest = found.platforms, found.choose(self.architecture)
            found = self._read((yield from self._part(login, "manifests", manifest_digest)))
        if isinstance(found, Index):
            raise Unfit("NotAnImage", what="a list of lists")
        body = (yield from self._part(login, "blobs", found.config_digest)).body
        config = read_config(body)
        platform = Platform(config.architecture, config.os, config.variant)
        platforms = platforms or (str(platform),)
        if rank(platform, self.architecture) is None:
            raise wrong_platform(platforms, self.architecture)
        sizes = tuple(layer.size for layer in found.layers)
        image = RemoteImage(digest, manifest_digest, config, sizes, platforms, rate_limit(answer))
        return Seen(image, login.asks_late, Parts(body, found.layers))

    def _get(self, login: Login, kind: str, name: str, method: str = "GET") -> Exchange[Response]:
        url = f"{login.base}/v2/{login.repository}/{kind}/{name}"
        if kind == "manifests":
            return (
                yield from login.ask(Request(url, {"Accept": ACCEPT}, limit=MANIFEST_LIMIT, method=method))
            )
        return (yield from login.ask(Request(url, limit=CONFIG_LIMIT)))

    def _part(self, login: Login, kind: str, digest: str) -> Exchange[Response]:
        """A part that the manifest names: it is there, or the registry is broken."""
        answer = yield from self._get(login, kind, digest)
        if not answer.ok:
            raise refused_for_now(answer, self.subject) or self.subject.error("RegistryFailed", answer)
        self._verified(answer, digest)
        return answer

    def _verified(self, answer: Response, digest: str) -> str:
        """The digest of a body, which is what it should be. Docker names bodies by SHA-256 where nobody does."""
        made = digest_of(answer.body, like=digest)
        if digest and made != digest:
            raise self.subject.error(
                "RegistryFailed", Response(answer.status, body=f"{made} != {digest}".encode())
            )
        return made

    def _read(self, answer: Response) -> Manifest | Index:
        try:
            return read_manifest(answer.body, answer.headers.get("content-type", ""))
        except (ValueError, RecursionError) as error:
            raise self.subject.error("NotARegistry", answer) from error

    def _no_manifest(self, login: Login, answer: Response) -> Exchange[PaiError]:
        """Why there is no manifest."""
        if (error := refused_for_now(answer, self.subject)) is not None:
            return error
        if answer.status in (401, 403):
            return (yield from self._not_let_in(login, answer))
        if answer.status == 404 and "MANIFEST_UNKNOWN" in answer.error_codes:
            return (yield from self._no_such_tag(login, answer))
        if answer.status == 404 and (answer.speaks_registry or (yield from _is_registry(login))):
            return self.subject.error("ImageNotFound", answer)
        if answer.speaks_registry or answer.errors:
            return self.subject.error("RegistryFailed", answer)
        return self.subject.error("NotARegistry", answer)

    def _not_let_in(self, login: Login, answer: Response) -> Exchange[PaiError]:
        subject = self.subject
        if answer.status == 403 and not answer.errors and not (yield from _is_registry(login)):
            return subject.error("NotARegistry", answer)
        if login.credential is None:
            return subject.error("ImageNeedsAuth", answer)
        if (error := login_expired(answer, subject, self.now_ms)) is not None:
            return error
        if login.accepted or answer.status == 403 or (yield from login.holds()):
            return subject.error("ImageForbidden", answer)
        return subject.error("ImageAuthFailed", answer)

    def _login_refused(self, login: Login, answer: Response) -> Exchange[PaiError]:
        """Why the place for tokens gave none."""
        subject = self.subject
        if (error := refused_for_now(answer, subject)) is not None:
            return error
        if answer.status not in (400, 401, 403):
            return subject.error("RegistryFailed", answer)
        if login.credential is None:
            return subject.error("ImageNeedsAuth", answer)
        if (error := login_expired(answer, subject, self.now_ms)) is not None:
            return error
        if answer.status == 403 and (yield from login.holds()):
            return subject.error("ImageForbidden", answer)
        return subject.error("ImageAuthFailed", answer)

    def _no_such_tag(self, login: Login, answer: Response) -> Exchange[PaiError]:
        """Nothing under this tag or digest; the list of tags tells whether there is such a repository at all."""
        reference = self.subject.reference
        wanted = reference.digest or reference.tag or ""
        url = f"{login.base}/v2/{login.repository}/tags/list"
        try:
            listed = yield from login.ask(Request(url, limit=MANIFEST_LIMIT))
        except LoginRefused as refused:
            listed = refused.response
        if listed.status == 404:
            return self.subject.error("ImageNotFound", answer)
        tags = listed.fields.get("tags")
        names = [str(tag) for tag in tags] if isinstance(tags, list) else []
        close = difflib.get_close_matches(wanted, names, _TAGS_SHOWN, 0.3) or sorted(names)[-_TAGS_SHOWN:]
        return self.subject.error("ImageTagNotFound", answer, tag=wanted, tags=", ".join(close) or "?")


def _is_registry(login: Login) -> Exchange[bool]:
    """Whether a registry is there at all; asked when an answer could have come from anything."""
    answer = yield from follow(Request(f"{login.base}/v2/"), plain_allowed=login.plain_allowed)
    if answer.status == 401:
        return "www-authenticate" in answer.headers or answer.speaks_registry
    return answer.ok and (answer.speaks_registry or answer.body.strip() in (b"{}", b""))
