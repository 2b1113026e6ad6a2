"""The way into a registry: challenge → token → asked again, as a conversation without I/O.

The credential goes to the registry itself, and to the place for tokens that the registry names, over https
(over http only where the registry may be without TLS itself). It goes nowhere else.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

from openpai.images.credentials.credential import Credential
from openpai.images.registry.challenge import Challenge, parse_challenges
from openpai.images.registry.exchange import Exchange, Request, Response, follow

CLIENT = "openpai"  # our name towards OAuth2 places


class LoginRefused(Exception):
    """The place for tokens gave none; `response` is its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


class LoginPlaceUnsafe(Exception):
    """The registry names a place for tokens without TLS (or none at all): nothing was sent there."""

    def __init__(self, realm: str) -> None:
        super().__init__(realm)
        self.realm = realm


@dataclass(slots=True)
class Login:
    """What has been shown to one registry, for pulling one repository. `base` is the registry's URL.

    `plain_allowed`: it may be without TLS. `accepted`: a token came for the credential. `asks_late`: the credential
    was asked for at the image only, and not at the door, where Docker Engine takes its cue from.
    """

    base: str
    repository: str
    credential: Credential | None
    plain_allowed: bool
    accepted: bool = False
    asks_late: bool = False
    _open_door: bool = field(default=False, repr=False)
    _authorization: str = field(default="", repr=False)
    _tried: set[tuple[str, ...]] = field(default_factory=set, repr=False)

    def begin(self) -> Exchange[Response]:
        """Ask what the registry wants to be shown, and prepare it, as an engine does before it asks for anything."""
        response = yield from follow(Request(f"{self.base}/v2/"), plain_allowed=self.plain_allowed)
        if response.status == 401:
            yield from self._authorize(response)
        self._open_door = response.ok
        return response

    def ask(self, request: Request) -> Exchange[Response]:
        """Ask with what has been obtained, and once more with what the answer wants to see.

        Raises LoginRefused, LoginPlaceUnsafe.
        """
        response = yield from self._ask(request)
        for _ in range(2):  # the password may do at one place, and a token be wanted at the next
            if response.status != 401 or not (yield from self._authorize(response)):
                break
            response = yield from self._ask(request)
        return response

    def holds(self) -> Exchange[bool]:
        """Whether the registry takes the log-in, whatever it may do with it; False too where it shows no door."""
        answer = yield Request(f"{self.base}/v2/")
        if answer.status != 401:
            return False
        challenge = self._bearer(answer)
        if challenge is not None:
            return (yield self._token_request(challenge, scope="")).ok
        if not self._basic:
            return False
        return (yield Request(f"{self.base}/v2/", {"Authorization": self._basic})).ok

    def _ask(self, request: Request) -> Exchange[Response]:
        if self._authorization:
            headers = {**request.headers, "Authorization": self._authorization}
            request = replace(request, headers=headers)
        return (yield from follow(request, plain_allowed=self.plain_allowed))

    def _authorize(self, response: Response) -> Exchange[bool]:
        """Obtain what the answer asks for; False where there is nothing that was not tried."""
        bearer = self._bearer(response)
        if bearer is not None:
            scope = bearer.params.get("scope") or f"repository:{self.repository}:pull"
            if self._is_new("bearer", bearer.params["realm"], bearer.params.get("service", ""), scope):
                yield from self._fetch_token(bearer, scope)
                return True
            return False
        wanted = [challenge.scheme for challenge in _challenges(response)]
        # Without any challenge the password is tried all the same: there are registries that never ask.
        if self._basic and ("basic" in wanted or not wanted) and self._is_new("basic"):
            self._authorization = self._basic
            self.asks_late = self._open_door
            return True
        return False

    def _is_new(self, *way: str) -> bool:
        known = way in self._tried
        self._tried.add(way)
        return not known

    def _bearer(self, response: Response) -> Challenge | None:
        return next((c for c in _challenges(response) if c.scheme == "bearer" and "realm" in c.params), None)

    def _fetch_token(self, challenge: Challenge, scope: str) -> Exchange[None]:
        response = yield self._token_request(challenge, scope)
        token = response.fields.get("token") or response.fields.get("access_token")
        if not response.ok or not isinstance(token, str):
            raise LoginRefused(response)
        self._authorization = f"Bearer {token}"
        self.accepted = self.credential is not None
        self.asks_late = self._open_door

    def _token_request(self, challenge: Challenge, scope: str) -> Request:
        realm, service = challenge.params["realm"], challenge.params.get("service", "")
        parts = urlsplit(realm)
        if parts.scheme != "https" and not (parts.scheme == "http" and self.plain_allowed):
            raise LoginPlaceUnsafe(realm)
        asked = [("service", service)] + [("scope", part) for part in scope.split()]
        if self.credential is not None and self.credential.identity_token:
            grant = {"grant_type": "refresh_token", "refresh_token": self.credential.identity_token}
            return Request(
                realm, form={**grant, "client_id": CLIENT, "service": service, "scope": scope}, method="POST"
            )
        if self._basic and self.credential is not None:
            asked.append(("account", self.credential.username))
        headers = {"Authorization": self._basic} if self._basic else {}
        return Request(_with_query(realm, asked), headers)

    @property
    def _basic(self) -> str:
        return _basic(self.credential) if self.credential is not None and self.credential.password else ""


def secrets_of(credential: Credential) -> tuple[str, ...]:
    """What of a credential nobody may read, in every form in which it is sent."""
    forms = (credential.password, credential.identity_token)
    return (*(form for form in forms if form), _basic(credential).removeprefix("Basic "))


def expired_at(credential: Credential) -> int | None:
    """When a credential that is a JSON Web Token ends, in ms since 1970; None where it does not say."""
    secret = credential.identity_token or credential.password
    parts = secret.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return int(claims["exp"]) * 1000
    except (ValueError, KeyError, TypeError):
        return None


def _basic(credential: Credential) -> str:
    pair = f"{credential.username}:{credential.password}".encode()
    return "Basic " + base64.b64encode(pair).decode()


def _challenges(response: Response) -> tuple[Challenge, ...]:
    return parse_challenges(response.headers.get("www-authenticate", ""))


def _with_query(url: str, asked: Sequence[tuple[str, str]]) -> str:
    query = urlencode([pair for pair in asked if pair[1]])
    return url + ("&" if "?" in url else "?") + query if query else url
