"""The portal's files, as `scripts/build-portal` made them: one page, and what it loads.

The page is the same for all addresses, since the program in it shows what belongs to each. What it loads has a hash
of its content in its name, and so may be kept for good. Nothing comes from elsewhere; a script or a style that stands
in the page only counts with the number that each reply has anew.
"""

from pathlib import Path
from secrets import token_urlsafe

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse

from openpai.messages import message
from openpai.server.old_addresses import new_address
from openpai.server.replies import Language

router = APIRouter(include_in_schema=False)

FILES = Path(__file__).parent / "portal_files"
"""What was built; it need not be there."""

_NONCE = "NONCE-OF-THE-REPLY"
"""What stands in the built page for the number of a reply (see portal/index.html)."""

_FOR_GOOD = "public, max-age=31536000, immutable"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".json": "application/json",
}


@router.api_route("/assets/{name}", methods=["GET", "HEAD"])
async def asset(name: str, request: Request) -> Response:
    """A file that the page loads, compressed as the browser takes it."""
    file = FILES / "assets" / name
    kind = _TYPES.get(file.suffix)
    if kind is None or not file.is_file():
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
    accepted = {word.split(";")[0].strip() for word in request.headers.get("accept-encoding", "").split(",")}
    for encoding, ending in _ENCODINGS.items():
        packed = file.with_name(file.name + ending)
        if encoding in accepted and packed.is_file():
            return FileResponse(packed, headers={**headers, "Content-Encoding": encoding}, media_type=kind)
    return FileResponse(file, headers=headers, media_type=kind)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def page(path: str, request: Request, language: Language) -> Response:
    """The page, for every address that a person may type; those of OpenPAI's own portal lead to today's."""
    moved = new_address(path, request.query_params)
    if moved is not None:
        return RedirectResponse(moved, 302)
    if not _is_for_a_person(path, request):
        raise HTTPException(404)
    text = _page()
    if text is None:
        told = message("PortalNotBuilt", {}, language)
        return PlainTextResponse(f"{told.text}\n{told.fix}\n", 503)
    nonce = token_urlsafe(16)
    return HTMLResponse(text.replace(_NONCE, nonce), headers=_guards(nonce))


def _is_for_a_person(path: str, request: Request) -> bool:
    """Programs that ask for a call that is not there are told so, and get no page."""
    call = path.split("/")[0] in ("api", "rest-server", "assets")
    return not path or (not call and "text/html" in request.headers.get("accept", ""))


def _page() -> str | None:
    file = FILES / "index.html"
    return file.read_text("utf-8") if file.is_file() else None


def _guards(nonce: str) -> dict[str, str]:
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
