"""What a registry did → the one problem that a person is told, with the registry's own words. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Literal

from openpai.errors import PaiError, Params, Problem
from openpai.images.credentials.credential import Credential, registry_host, same_registry
from openpai.images.facts import RateLimit
from openpai.images.reference import DOCKER_HUB, OFFICIAL, ImageReference
from openpai.images.registry.exchange import Response
from openpai.images.registry.login import expired_at, secrets_of
from openpai.images.registry.manifest import Unfit

MAX_WORDS = 500  # of an answer, in a problem

UNCERTAIN = frozenset({
    "RegistryNameUnknown", "RegistryUnreachable", "RegistrySilent", "RegistryFailed", "RegistryRateLimited",
    "RegistryUntrusted", "RegistryCertificateExpired", "RegistryCertificateElsewhere",
    "EngineUnreachable", "EngineForbidden",
})  # fmt: skip
"""Problems with which the registry has not said no: it could not be asked, or will answer otherwise later."""

PASSES_SOON = frozenset({"ImageNotFound", "ImageTagNotFound"})
"""The registry said no, and a push a moment later would make it a yes."""

Fault = Literal[
    "name-unknown",
    "unreachable",
    "unknown-ca",
    "expired",
    "other-host",
    "not-tls",
    "plain-http",
    "not-http",
    "too-large",
]
"""What can keep a request from being answered."""

_UNREACHED: Mapping[Fault, str] = {
    "name-unknown": "RegistryNameUnknown",
    "unreachable": "RegistryUnreachable",
    "unknown-ca": "RegistryUntrusted",
    "expired": "RegistryCertificateExpired",
    "other-host": "RegistryCertificateElsewhere",
    "not-tls": "NotARegistry",
    "plain-http": "RegistryPlainHttp",
    "not-http": "NotARegistry",
    "too-large": "NotARegistry",
}

_LOW = 0.1  # of a rate limit: so little is left that the user should know
_RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "Retry-After")


class Unreached(Exception):
    """A request got no answer that can be read; `words` are the machine's own."""

    def __init__(self, fault: Fault, words: str) -> None:
        super().__init__(fault, words)
        self.fault = fault
        self.words = words


@dataclass(frozen=True, slots=True)
class Subject:
    """What every problem of a look names, and the secrets that none may."""

    reference: ImageReference
    credential: Credential | None

    def error(self, code: str, response: Response | None = None, **more: str) -> PaiError:
        """A problem with the registry's answer as its evidence."""
        if response is None:
            return self._error(code, 0, "", more)
        return self._error(code, response.status, response.words, more)

    def unfit(self, cause: Unfit) -> PaiError:
        """A problem of what lies under the name."""
        more = dict(cause.params)
        if cause.code == "ImageWrongPlatform":
            more["detail"] = "the image is for {platforms}, this machine runs {needed}".format_map(more)
        return self._error(cause.code, 0, "", more)

    def unreached(self, cause: Unreached) -> PaiError:
        """A problem of a request that got no answer."""
        return self._error(_UNREACHED[cause.fault], 0, cause.words, {})

    def _error(self, code: str, status: int, words: str, more: Params) -> PaiError:
        words = self._without_secrets(words)[:MAX_WORDS]
        return PaiError(Problem(code, {
            "image": str(self.reference),
            "registry": self.reference.registry,
            "username": self.credential.username if self.credential else "",
            "status": status,
            "words": words,
            "detail": _detail(status, words),
            **more,
        }))  # fmt: skip

    def _without_secrets(self, words: str) -> str:
        """There are servers that answer with what they were sent."""
        for secret in secrets_of(self.credential) if self.credential else ():
            words = words.replace(secret, "***")
        return words


def refused_for_now(response: Response, subject: Subject) -> PaiError | None:
    """An answer that says nothing of the image: too many requests, or a registry in trouble."""
    if response.status == 429 or "TOOMANYREQUESTS" in response.error_codes:
        return _rate_limited(response, subject)
    if response.status >= 500:
        return subject.error("RegistryFailed", response)
    return None


def _rate_limited(response: Response, subject: Subject) -> PaiError:
    """With the registry's own numbers, by the names of their headers."""
    shown = {
        name: response.headers[name.lower()] for name in _RATE_HEADERS if name.lower() in response.headers
    }
    problem = subject.error("RegistryRateLimited", response).first
    more = {name.lower().replace("-", "_"): value for name, value in shown.items()}
    if shown:
        headers = "; ".join(f"{name}: {value}" for name, value in shown.items())
        more["detail"] = f"{problem.params['detail']} ({headers})"
    return PaiError(replace(problem, params={**problem.params, **more}))


def login_expired(response: Response, subject: Subject, now_ms: int) -> PaiError | None:
    """A log-in that was good once: the registry says so, or the token in it does."""
    if subject.credential is None:
        return None
    end = expired_at(subject.credential)
    if end is not None and end <= now_ms:
        when = datetime.fromtimestamp(end / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        detail = f"{response.status} (exp: {when})"
        return subject.error("ImageTokenExpired", response, expired_at=when, detail=detail)
    if re.search(r"\bexpired\b", response.words, re.IGNORECASE):
        return subject.error("ImageTokenExpired", response)
    return None


def rate_limit(response: Response) -> RateLimit | None:
    """From headers such as `RateLimit-Limit: 100;w=21600`; None where the registry sends none."""
    limit, remaining = (response.headers.get(f"ratelimit-{name}", "") for name in ("limit", "remaining"))
    if not limit and not remaining:
        return None
    window = re.search(r"\bw=(\d+)", limit) or re.search(r"\bw=(\d+)", remaining)
    return RateLimit(_first_number(limit), _first_number(remaining), int(window[1]) if window else None)


def rate_warning(subject: Subject, limit: RateLimit | None) -> Problem | None:
    """The registry will soon answer no more, if it says so."""
    if limit is None or limit.limit is None or limit.remaining is None:
        return None
    if limit.remaining > _LOW * limit.limit:
        return None
    params: dict[str, str | int] = {"limit": limit.limit, "remaining": limit.remaining}
    hours = f"{(limit.window_s or 0) / 3600:.3g}"
    return Problem("RateLimitLow", {"registry": subject.reference.registry, "hours": hours, **params})


def late_warning(subject: Subject) -> Problem:
    """The registry asks for the log-in where Docker Engine does not look."""
    return Problem(
        "RegistryAsksLate", {"image": str(subject.reference), "registry": subject.reference.registry}
    )


def login_is_elsewhere(reference: ImageReference, credential: Credential | None) -> Problem | None:
    """The log-in names another registry than the image does: most likely the image's name lacks its registry."""
    if (
        credential is None
        or not credential.registry
        or same_registry(credential.registry, reference.registry)
    ):
        return None
    given = registry_host(credential.registry)
    hub = reference.registry == DOCKER_HUB
    repository = reference.repository.removeprefix(OFFICIAL) if hub else reference.repository
    suffix = reference.canonical.removeprefix(f"{reference.registry}/{reference.repository}")
    params = {"image": str(reference), "registry": reference.registry, "given": given}
    return Problem("RegistryUriElsewhere", {**params, "corrected": f"{given}/{repository}{suffix}"})


def _detail(status: int, words: str) -> str:
    if not status:
        return words
    try:
        line = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        line = str(status)
    return f"{line}: {words}" if words else line


def _first_number(text: str) -> int | None:
    found = re.match(r"\s*(\d+)", text)
    return int(found[1]) if found else None
