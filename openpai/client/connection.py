"""Which server to talk to, and as whom: from options, the environment, or a local server's own file.

Does not import `openpai.settings`: pydantic would double the start-up time of every command.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openpai.errors import fail

CLIENT_FILE = "client.json"
"""In the data directory of a local server, mode 0600: `{"url", "token", "user"}`."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A server's address, the token to show to it, and the user whose jobs may be named without `<user>~`."""

    url: str
    token: str
    user: str | None


def find_data_dir(environ: Mapping[str, str], wanted: str | None = None) -> Path:
    """The data directory: as wanted, else `PAI_DATA_DIR`, else where `openpai.settings` puts it."""
    if chosen := wanted or environ.get("PAI_DATA_DIR"):
        return Path(chosen).expanduser()
    if base := environ.get("XDG_DATA_HOME"):
        return Path(base) / "openpai"
    return Path.home() / ".local" / "share" / "openpai"


def find_server(
    environ: Mapping[str, str],
    *,
    url: str | None = None,
    token: str | None = None,
    data_dir: str | None = None,
) -> Connection:
    """The server to talk to: options, then `PAI_URL` and `PAI_TOKEN`, then the local server's file.

    A token given alone goes to the local server. The file's token never goes to an address from elsewhere.

    Raises PaiError: ServerNotRunning (no file), FileUnreadable (a file that cannot be used).
    """
    url, token = url or environ.get("PAI_URL"), token or environ.get("PAI_TOKEN")
    if url:
        return Connection(url, token or "", user_of(token or ""))
    local = _read(find_data_dir(environ, data_dir) / CLIENT_FILE)
    return Connection(local.url, token, user_of(token)) if token else local


def _read(path: Path) -> Connection:
    try:
        entries = json.loads(path.read_bytes())
        return Connection(str(entries["url"]), str(entries["token"]), str(entries["user"]))
    except FileNotFoundError:
        raise fail("ServerNotRunning", data_dir=str(path.parent)) from None
    except OSError as error:
        raise fail("FileUnreadable", path=str(path), reason=error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise fail("FileUnreadable", path=str(path), reason=repr(error)) from error


def user_of(token: str) -> str | None:
    """The user name that a token tells, None where it tells none. It is not verified: only the server can."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    name = claims.get("username") if isinstance(claims, dict) else None
    return name if isinstance(name, str) else None
