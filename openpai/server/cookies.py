"""The browser's part of a session: a cookie that no script can read, and what keeps other pages from using it.

The cookie is HttpOnly and SameSite=Strict. Beside that, whoever changes something with it must send the header
`X-PAI-Portal`, which a page of another origin cannot without our consent, and come from our own origin.
"""

from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request, Response

from openpai.errors import fail

HEADER = "X-PAI-Portal"
"""Sent by the portal with every call; its value means nothing."""

SESSION_MS = 7 * 24 * 3600 * 1000
"""How long a browser stays signed in, as in OpenPAI."""

_HARMLESS = ("GET", "HEAD", "OPTIONS")


def session_secret(request: Request, token_secret: str) -> str | None:
    """What the browser holds, None where it holds nothing."""
    return request.cookies.get(_name(token_secret))


def hand_out(response: Response, request: Request, token_secret: str, secret: str) -> None:
    """Have the browser hold the secret."""
    _set(response, request, token_secret, secret, SESSION_MS // 1000)


def take_back(response: Response, request: Request, token_secret: str) -> None:
    """Have the browser forget the secret."""
    _set(response, request, token_secret, "", 0)


def must_be_our_page(request: Request) -> None:
    """Raises `ForeignPage` where a call that changes something may not be the portal's own doing."""
    if request.method in _HARMLESS:
        return
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    same = request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if HEADER not in request.headers or not ours or not same:
        raise fail("ForeignPage")


def _name(token_secret: str) -> str:
    """Of the cookie. Browsers do not tell ports apart, so each server on a machine needs a name of its own."""
    return f"pai_session_{sha256(token_secret.encode()).hexdigest()[:8]}"


def _set(response: Response, request: Request, token_secret: str, value: str, max_age: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        _name(token_secret), value, max_age=max_age, httponly=True, samesite="strict", secure=secure
    )
