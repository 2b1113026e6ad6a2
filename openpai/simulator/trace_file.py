"""Reading a trace from the disk."""

import gzip
import io
import zlib
from pathlib import Path

from openpai.errors import fail
from openpai.simulator.trace import Trace, parse_trace


def read_trace(path: Path, cells_of_node: int) -> Trace:
    """The trace in a file, which may be packed (`.gz`).

    Raises PaiError: FileUnreadable, or a problem per mistake in it.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise fail("FileUnreadable", path=str(path), reason=reason) from error
    except UnicodeDecodeError as error:
        reason = f"UTF-8: {error.reason}, {error.start}"
        raise fail("FileUnreadable", path=str(path), reason=reason) from error
    return parse_trace(io.StringIO(text, newline=""), str(path), cells_of_node)
