"""A refusal by the server, as it told it: the texts come in the language that the client asked for."""

import json

import httpx2

from openpai.client.replies import Problem


class ApiError(Exception):
    """The server answered with an error.

    `code` is OpenPAI's error code ("" where something between us and the server answered, such as a proxy);
    `problems` holds each single fault with its remedy and its place in the job file, and may be empty.
    """

    def __init__(self, status: int, code: str, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems


def api_error(response: httpx2.Response) -> ApiError:
    """The error that a reply tells; the body must have been read."""
    told = f"HTTP {response.status_code} {response.reason_phrase}".strip()
    try:
        body = json.loads(response.content)
    except ValueError:  # not from our server: a proxy's page, or an empty body
        return ApiError(response.status_code, "", told)
    if not isinstance(body, dict):
        return ApiError(response.status_code, "", told)
    problems = body.get("problems")
    return ApiError(
        response.status_code,
        str(body.get("code") or ""),
        str(body.get("message") or told),
        tuple(problems) if isinstance(problems, list) else (),
    )
