"""The JSON of sessions. Times are ms since 1970-01-01 UTC."""

from pydantic import BaseModel


class SessionReply(BaseModel):
    """Who is signed in, and until when; null for a token, which has no end."""

    username: str
    admin: bool
    expiresTime: int | None


class SignInLink(BaseModel):
    """A link that signs a browser in, once: `path` counts from the root of the server."""

    path: str
    expiresTime: int
