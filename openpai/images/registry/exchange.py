"""Requests to a registry and their answers, as values: what is asked is decided without I/O.

A conversation is a generator that yields requests and is sent their answers; `client.py` carries it out.
"""

import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

T = TypeVar("T")

WORDS_LIMIT = 65_536  # bytes; of answers that are only read for what they say
_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Request:
    """`limit`: the most bytes that the answer may have. `form`: sent as a form, where there is one.

    `streamed`: the body of a good answer (200) is not part of it, but is given out as it comes, whatever its size.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    limit: int = WORDS_LIMIT
    method: str = "GET"
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. Names of headers are in lower case; several of one name are joined by commas."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def fields(self) -> Mapping[str, object]:
        """The JSON object in the body; empty for anything else."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def errors(self) -> tuple[Mapping[str, object], ...]:
        """The `errors` that the distribution API answers with."""
        errors = self.fields.get("errors")
        return tuple(e for e in errors if isinstance(e, dict)) if isinstance(errors, list) else ()

    @property
    def error_codes(self) -> frozenset[str]:
        return frozenset(str(error.get("code", "")).upper() for error in self.errors)

    @property
    def speaks_registry(self) -> bool:
        """Whether only a registry answers like this."""
        return "docker-distribution-api-version" in self.headers or any(
            code in self.error_codes
            for code in ("UNAUTHORIZED", "DENIED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN")
        )

    @property
    def words(self) -> str:
        """What the answer says to a person, in one line."""
        said = "; ".join(_sentence(error) for error in self.errors)
        for name in ("error_description", "details", "message", "error"):
            if not said and isinstance(self.fields.get(name), str):
                said = str(self.fields[name])
        return " ".join((said or _plain(self.body)).split())


Exchange = Generator[Request, Response, T]


def follow(request: Request, *, plain_allowed: bool) -> Exchange[Response]:
    """Ask, and go where the answer points to; to another origin without `Authorization`, and to one without TLS
    only where `plain_allowed`. What another origin wants to be shown is passed over: it is not the registry."""
    asked = request.url
    response = yield request
    for _ in range(_MAX_REDIRECTS):
        place = response.headers.get("location", "")
        if response.status not in _REDIRECTS or not place:
            break
        url = urljoin(request.url, place)
        if urlsplit(url).scheme not in (("https", "http") if plain_allowed else ("https",)):
            break
        kept = {
            name: value
            for name, value in request.headers.items()
            if name.lower() != "authorization" or _origin(url) == _origin(request.url)
        }
        request = replace(request, url=url, headers=kept)
        response = yield request
    if _origin(request.url) != _origin(asked):
        headers = {name: value for name, value in response.headers.items() if name != "www-authenticate"}
        return replace(response, headers=headers)
    return response


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _sentence(error: Mapping[str, object]) -> str:
    parts = [str(error.get(name, "")) for name in ("code", "message")]
    return ": ".join(part for part in parts if part)


def _plain(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    text = re.sub(r"(?is)<(script|style)\b.*?</\1>", " ", text)
    return re.sub(r"<[^<>]*>", " ", text) if "<" in text else text
