"""Request bodies, read within a limit that counts while they come in."""

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from openpai.errors import PaiError, fail
from openpai.server.replies import problems_of

MAX_BYTES = 1 << 20
"""Of any body but a submission in JSON."""

MAX_SUBMISSION_BYTES = 4 << 20
"""Of a submission in JSON, whose job file of at most 1 MiB grows by escapes."""

M = TypeVar("M", bound="JsonBody")


class JsonBody(BaseModel):
    """A JSON body. Unknown keys are refused, as in OpenPAI; so is a text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True)


async def read_bytes(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The body. Raises `BodyTooLarge` as soon as that is known."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise fail("BodyTooLarge", limit=limit)
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit:
            raise fail("BodyTooLarge", limit=limit)
    return bytes(parts)


async def read_json(request: Request, shape: type[M], limit: int = MAX_BYTES) -> M:
    """The body as JSON, whatever its type says: OpenPAI's portal sends it as text/plain.

    Raises `BodyTooLarge`, `InvalidParameter` for each key that is wrong.
    """
    body = await read_bytes(request, limit)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        problems = problems_of([{**e} for e in error.errors(include_input=False, include_url=False)])
        raise PaiError(*problems) from None


class Submit(JsonBody):
    """A submission in JSON: the job file, and what overrides its own.

    With `cloneOf` (`<user>~<job>`) the `******` of the file are filled in from that job, no file stands for that
    job's, and its images stay what they were, unless `newImages`.
    """

    config: str = Field("", repr=False)
    cloneOf: str | None = None
    newImages: bool = False
    name: str | None = None
    parameters: dict[str, object] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict, repr=False)
