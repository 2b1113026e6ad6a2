"""A registry with token authentication: Debian's docker-registry, and a server of ours that signs the tokens."""

import base64
import datetime
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.registry import Registry, running_registry
from tests.stand_in import Answer, Asked, StandIn, stand_in

_SERVICE = "tests' registry"
_ISSUER = "tests' tokens"
ANONYMOUS = ""


@dataclass(frozen=True, slots=True)
class User:
    """Who may pull what. `identity_token`: what an OAuth2 client shows instead of the password, if anything.

    `expired`: the password was good once, and the server says so.
    """

    password: str = ""
    may_pull: Sequence[str] = ()
    identity_token: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True)
class TokenRegistry:
    """A registry that runs, and where its tokens come from."""

    registry: Registry
    tokens: StandIn


@contextmanager
def running_token_registry(folder: Path, users: Mapping[str, User]) -> Iterator[TokenRegistry]:
    """A registry for whose images a user needs a token; the user `ANONYMOUS` is everybody."""
    signer = _Signer(folder)
    with stand_in(_Tokens(signer, users).answer) as tokens:
        settings = {
            "realm": f"{tokens.url}/token",
            "service": _SERVICE,
            "issuer": _ISSUER,
            "rootcertbundle": str(signer.certificate),
        }
        with running_registry(folder, auth={"token": settings}) as registry:
            yield TokenRegistry(replace(registry, bearer=signer.for_pushing), tokens)


class _Signer:
    """Signs tokens that the registry takes."""

    def __init__(self, folder: Path) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _ISSUER)])
        now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
        number = x509.random_serial_number()
        built = x509.CertificateBuilder(name, name, self._key.public_key(), number, now - day, now + day)
        signed = built.sign(self._key, hashes.SHA256())
        self.certificate = folder / "tokens.crt"
        self.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        self._chain = [base64.b64encode(signed.public_bytes(serialization.Encoding.DER)).decode()]

    def token(self, username: str, repositories: Sequence[str], actions: Sequence[str]) -> str:
        now = int(time.time())
        access = [{"type": "repository", "name": name, "actions": list(actions)} for name in repositories]
        claims = {
            "iss": _ISSUER,
            "sub": username,
            "aud": _SERVICE,
            "exp": now + 300,
            "nbf": now - 10,
            "iat": now,
            "jti": str(now),
            "access": access,
        }
        return jwt.encode(claims, self._key, "RS256", headers={"x5c": self._chain})

    def for_pushing(self, path: str) -> str:
        name = re.match(r".*?/v2/(.+?)/(?:blobs|manifests)/", path)
        return self.token("pusher", [name[1]] if name else [], ["pull", "push"])


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The place for tokens: GET with a password, POST with an OAuth2 refresh token."""

    signer: _Signer
    users: Mapping[str, User] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answer:
        form = parse_qs(asked.body.decode() if asked.method == "POST" else urlsplit(asked.path).query)
        username = self._by_identity(form) if asked.method == "POST" else self._by_password(asked)
        user = self.users.get(username) if username is not None else None
        if username is None or user is None:
            return _json(401, {"details": "incorrect username or password"})
        if user.expired:
            return _json(401, {"details": "the access token has expired"})
        wanted = [scope.split(":")[1] for part in form.get("scope", []) for scope in part.split()]
        granted = [name for name in wanted if name in user.may_pull]
        return _json(200, {"token": self.signer.token(username, granted, ["pull"]), "expires_in": 300})

    def _by_identity(self, form: Mapping[str, list[str]]) -> str | None:
        if form.get("grant_type") != ["refresh_token"] or form.get("service") != [_SERVICE]:
            return None
        shown = form.get("refresh_token", [""])[0]
        return next((name for name, user in self.users.items() if user.identity_token == shown), None)

    def _by_password(self, asked: Asked) -> str | None:
        shown = asked.headers.get("authorization")
        if shown is None:
            return ANONYMOUS
        username, _, password = base64.b64decode(shown.removeprefix("Basic ")).decode().partition(":")
        user = self.users.get(username)
        return username if user is not None and user.password == password else None


def _json(status: int, body: Mapping[str, object]) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})
