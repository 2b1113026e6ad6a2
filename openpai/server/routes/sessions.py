"""Browsers sign in and out. A session is opened with a token, or by a link that counts once."""

from secrets import token_urlsafe

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from openpai.clock import now_ms
from openpai.errors import PaiError, fail
from openpai.messages import message
from openpai.server.auth import BrowserSession, User, owner_of
from openpai.server.bodies import JsonBody, read_json
from openpai.server.cookies import SESSION_MS, hand_out, must_be_our_page, session_secret, take_back
from openpai.server.replies import Language, json_reply, wrong_parameter
from openpai.server.services import Given, Services
from openpai.server.session_shapes import SessionReply, SignInLink
from openpai.server.shapes import Accepted
from openpai.store.sessions import Session
from openpai.store.tokens import Identity

open_router = APIRouter(tags=["sessions"])
router = APIRouter(tags=["sessions"])

LINK_MS = 15 * 60 * 1000
"""How long a sign-in link counts."""


class SignIn(JsonBody):
    """A token, or the code of a sign-in link."""

    token: str | None = Field(None, repr=False, max_length=4096)
    code: str | None = Field(None, repr=False, max_length=128)


_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SignIn.model_json_schema()}},
    }
}


@open_router.post(
    "/session",
    status_code=201,
    response_model=SessionReply,
    dependencies=[Depends(must_be_our_page)],
    openapi_extra=_BODY,
)
async def sign_in(request: Request, services: Given) -> Response:
    """Open a session: the reply sets its cookie. The header `X-PAI-Portal` must be there."""
    body = await read_json(request, SignIn)
    now, secret = now_ms(), token_urlsafe(32)
    identity = await _who(services, body, now)
    session = Session(identity, now + SESSION_MS)
    await services.sessions.open(secret, session, now)
    reply = json_reply(_reply(session.identity, session.expires_at), 201)
    hand_out(reply, request, services.token_secret, secret)
    return reply


@router.get("/session", response_model=SessionReply)
async def show_session(user: User, session: BrowserSession) -> Response:
    """Who makes this call."""
    return json_reply(_reply(user, session.expires_at if session else None))


@router.delete("/session", response_model=Accepted)
async def sign_out(request: Request, services: Given, language: Language) -> Response:
    """End the session of this browser. A token goes on."""
    secret = session_secret(request, services.token_secret)
    if secret is not None:
        await services.sessions.close(secret)
    reply = json_reply(Accepted(status=200, message=message("ReplySignedOut", {}, language).text))
    take_back(reply, request, services.token_secret)
    return reply


@router.post("/session/links", status_code=201, response_model=SignInLink)
async def make_link(services: Given, user: User) -> Response:
    """A link that signs a browser in as the caller: once, and within 15 minutes."""
    now, code = now_ms(), token_urlsafe(24)
    await services.sessions.add_link(code, Session(user, now + LINK_MS), now)
    # Behind the #, since that part of an address is never sent anywhere, and so stands in no log.
    return json_reply(SignInLink(path=f"/sign-in#code={code}", expiresTime=now + LINK_MS), 201)


async def _who(services: Services, body: SignIn, now: int) -> Identity:
    """Raises `InvalidToken`, `SignInLinkUsed`."""
    if body.code:
        identity = await services.sessions.use_link(body.code, now)
        if identity is None:
            raise fail("SignInLinkUsed")
        return identity
    if not body.token:
        raise PaiError(wrong_parameter("token", '"…"'))
    return await owner_of(services, body.token.strip())


def _reply(identity: Identity, expires_at: int | None) -> SessionReply:
    return SessionReply(username=identity.username, admin=identity.admin, expiresTime=expires_at)
