"""Where in a container a storage may be mounted. Pure."""

import posixpath

_OURS = "/usr/local/pai"  # as `runtime.container.MOUNT`, which is above this room; a test holds them together
_WHOLE = ("/proc", "/sys", "/dev", _OURS)
_THEMSELVES = frozenset(
    {"/", "/etc", "/usr", "/usr/local"}
)  # what the platform or the engine mounts is below


def tidy(path: str) -> str:
    """The path without `//`, `.` and a slash at its end.

    >>> tidy("//mnt/./data/")
    '/mnt/data'
    """
    return "/" + posixpath.normpath(path).lstrip("/") if path.startswith("/") else path


def is_free(path: str) -> bool:
    """Whether it is an absolute path where neither the system nor the platform has something."""
    if not path.startswith("/") or ".." in path.split("/") or "\0" in path:
        return False
    place = tidy(path)
    return place not in _THEMSELVES and not any(place == own or place.startswith(f"{own}/") for own in _WHOLE)
