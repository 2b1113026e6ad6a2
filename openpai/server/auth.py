"""Whose request it is, and what he may do.

A token is a signed JWT that anyone can read, and it counts only while `store.tokens` knows it. It comes in the
`Authorization` header alone, never in a cookie or an address, so a page from elsewhere cannot use it. A browser that
signed in holds the cookie of a session instead (see `cookies`); a header wins.
"""

import binascii
from base64 import b64decode
from hmac import compare_digest
from typing import Annotated

import jwt
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from openpai.clock import now_ms
from openpai.errors import fail
from openpai.server.cookies import must_be_our_page, session_secret
from openpai.server.services import Given, Services
from openpai.store.sessions import Session
from openpai.store.tokens import Identity

_ALGORITHM = "HS256"

_documented = HTTPBearer(auto_error=False, description="`Authorization: Bearer <token>`")


def mint(secret: str, username: str, application: bool, now_ms: int, jti: str) -> str:
    """A new token. It counts once `TokenStore.add` knows it; `jti` tells it from others of the same second."""
    claims = {"username": username, "application": application, "iat": now_ms // 1000, "jti": jti}
    return jwt.encode(claims, secret, algorithm=_ALGORITHM)


async def session_of(request: Request, services: Given) -> Session | None:
    """The session of the browser; None where it has none, or an `Authorization` header wins over it. Raises
    `SessionEnded`, `ForeignPage`."""
    secret = session_secret(request, services.token_secret)
    if secret is None or _authorization(request):
        return None
    must_be_our_page(request)
    session = await services.sessions.find(secret, now_ms())
    if session is None:
        raise fail("SessionEnded")
    return session


BrowserSession = Annotated[Session | None, Depends(session_of)]
"""The session that counts for the request, as a parameter of a route."""


async def identify(
    request: Request,
    services: Given,
    session: BrowserSession,
    _: Annotated[object, Security(_documented)] = None,
) -> Identity:
    """Who makes the request. Raises `Unauthorized` without a credential, `InvalidToken` with one that is none."""
    if session is not None:
        return session.identity
    header = _authorization(request)
    if not header:
        raise fail("Unauthorized")
    scheme, _, credential = header.partition(" ")
    match scheme.lower():
        case "bearer":
            return await owner_of(services, credential.strip())
        case "basic":
            return await _application(services, credential.strip())
        case _:
            raise fail("InvalidToken")


User = Annotated[Identity, Depends(identify)]
"""Who makes the request, as a parameter of a route."""


def must_own(user: Identity, owner: str) -> None:
    """Raises `Forbidden` unless the user is the owner of the thing or an admin."""
    if user.username != owner and not user.admin:
        raise fail("Forbidden", owner=owner)


def must_be_admin(user: Identity) -> None:
    """Raises `AdminOnly`."""
    if not user.admin:
        raise fail("AdminOnly")


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "").strip()


async def owner_of(services: Services, token: str) -> Identity:
    """Whose token it is. Raises `InvalidToken`."""
    try:
        jwt.decode(token, services.token_secret, algorithms=[_ALGORITHM])
    except jwt.InvalidTokenError:
        raise fail("InvalidToken") from None
    identity = await services.tokens.identify(token)
    if identity is None:
        raise fail("InvalidToken")
    return identity


async def _application(services: Services, credential: str) -> Identity:
    """Of `Basic <user>:<application token>`. A token of a browser session is refused, as in OpenPAI."""
    try:
        username, _, token = b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise fail("InvalidToken") from None
    identity = await owner_of(services, token)
    if not identity.application or not compare_digest(identity.username.encode(), username.encode()):
        raise fail("InvalidToken")
    return identity
