"""Errors and reasons → replies in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from openpai.admission.verdict import Verdict
from openpai.errors import PaiError, Params, Problem
from openpai.messages import choose_language, message
from openpai.protocol.findings import spell
from openpai.server.shapes import ErrorReply, ProblemReply, Told, VerdictReply


def language_of(request: Request) -> str:
    """ "en" or "zh", as `Accept-Language` wants it."""
    return choose_language(request.headers.get("accept-language", ""))


Language = Annotated[str, Depends(language_of)]
"""The reader's language, as a parameter of a route."""


def told(code: str, params: Params, language: str) -> Told:
    """A code in words."""
    words = message(code, params, language)
    return Told(code=code, message=words.text, fix=words.fix or None)


def problem_reply(problem: Problem, language: str) -> ProblemReply:
    """A problem in words, with its place."""
    words = message(problem.code, problem.params, language)
    return ProblemReply(
        code=problem.code,
        message=words.text,
        fix=words.fix or None,
        line=problem.line,
        column=problem.column,
        path=problem.path,
    )


def verdict_reply(verdict: Verdict, language: str) -> VerdictReply:
    """What a check found, in words."""
    words = message(verdict.code, verdict.params, language)
    return VerdictReply(
        check=verdict.check,
        verdict=verdict.verdict,
        code=verdict.code,
        path=spell(verdict.path) or None,
        message=words.text,
        fix=words.fix or None,
    )


def json_reply(value: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A shape as a reply. Written by hand since FastAPI would check once more what pydantic has just made."""
    return Response(value.model_dump_json(), status, headers, "application/json")


def error_reply(
    problems: Sequence[Problem],
    language: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """What went wrong, as OpenPAI's `{code, message}` and beside it each problem with its remedy."""
    kind = problems[0].kind
    details = [problem_reply(problem, language) for problem in problems]
    reply = ErrorReply(code=kind.api_code, message="\n".join(d.message for d in details), problems=details)
    headers = dict(headers or {})
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="openpai"'
    return json_reply(reply, status or kind.status, headers)


async def on_pai_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, PaiError)
    return error_reply(error.problems, language_of(request))


async def on_http_error(request: Request, error: Exception) -> Response:
    """No such path, or no such method there: the only HTTP errors that the framework itself raises here."""
    assert isinstance(error, HTTPException)
    params = {"method": request.method, "path": request.url.path}
    known = error.status_code in (404, 405)
    problem = Problem("NoApi", params) if known else Problem("Internal", {"request": request_id_of(request)})
    return error_reply([problem], language_of(request), error.status_code, error.headers)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return error_reply(problems_of(error.errors()), language_of(request))


def problems_of(errors: Sequence[Mapping[str, object]]) -> list[Problem]:
    """Pydantic's errors as ours. The value is not repeated: it may be a secret."""
    return [_problem_of(error) for error in errors]


def _problem_of(error: Mapping[str, object]) -> Problem:
    where = error["loc"]
    assert isinstance(where, tuple)
    name = ".".join(str(part) for part in where if part not in ("query", "path", "body", "header")) or "body"
    return wrong_parameter(name, _expected(error))


def wrong_parameter(name: str, expected: str) -> Problem:
    """A parameter, header or key of a body whose value cannot be; `expected` is in words of no language."""
    return Problem("InvalidParameter", {"name": name, "expected": expected}, path=name)


def _expected(error: Mapping[str, object]) -> str:
    """What would have been right, without words of any language where that can be."""
    context = error.get("ctx")
    limits = context if isinstance(context, Mapping) else {}
    match error["type"]:
        case "greater_than_equal":
            return f">= {limits['ge']}"
        case "less_than_equal":
            return f"<= {limits['le']}"
        case "int_parsing" | "int_type" | "int_parsing_size" | "int_from_float":
            return "0, 1, 2, …"
        case "bool_parsing" | "bool_type":
            return "true, false"
        case "literal_error":
            return str(limits["expected"])
        case "string_too_long":
            return f"<= {limits['max_length']} characters"
        case "string_pattern_mismatch":
            return str(limits["pattern"])
        case "string_type":
            return '"…"'
        case "dict_type" | "model_type" | "model_attributes_type":
            return "{…}"
        case _:
            return str(error["msg"])


def request_id_of(request: Request) -> str:
    """The id that `edge` gave the request."""
    ident: str = request.scope["openpai.request_id"]
    return ident
