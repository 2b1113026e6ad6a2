"""The only place that reads the clock and makes ids; everything that decides gets them as arguments."""

import time
import uuid


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC, the unit of every time in this program."""
    return time.time_ns() // 1_000_000


def new_id() -> str:
    """A new unique id: 32 hexadecimal digits."""
    return uuid.uuid4().hex
