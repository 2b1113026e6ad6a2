"""The admin's `storages.toml`. It is read anew when it changes, without a restart."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from openpai.admin_file import Fields, LiveFile, check_fields, wrong
from openpai.errors import PaiError, Problem
from openpai.storages.mount_paths import is_free
from openpai.storages.storage import Storage

Storages = tuple[Storage, ...]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def storages_file(path: Path, private: Path) -> LiveFile[Storages]:
    """The file at a path, which need not be there. `private`: a folder that no storage may show, nor lie in."""
    return LiveFile(path, lambda table: read_storages(table, private), ())


def read_storages(table: Mapping[str, object], private: Path) -> Storages:
    """All `[[storage]]`. Raises PaiError with a problem per mistake."""
    problems = check_fields(table, "", _FILE)
    entries = table.get("storage", [])
    storages: list[tuple[str, Storage]] = []
    for number, entry in enumerate(entries if isinstance(entries, list) else []):
        path = f"storage[{number}]"
        wrong_fields = list(_check(entry, path, private))
        problems += wrong_fields
        if not wrong_fields:
            storages.append((path, _storage(entry)))
    problems += _disagreements(storages)
    if problems:
        raise PaiError(*problems)
    return tuple(storage for _, storage in storages)


def _check(entry: object, path: str, private: Path) -> Iterator[Problem]:
    if not isinstance(entry, dict):
        yield wrong(path, "storages_file.table")
        return
    problems = check_fields(entry, path, _STORAGE, ("name", "path"))
    yield from problems
    if problems:
        return
    if bool(entry.get("everybody")) == bool(entry.get("groups")):
        yield wrong(f"{path}.groups" if "groups" in entry else path, "storages_file.granted")
    folder = Path(entry["path"])
    if folder == folder.parent or _one_in_other(folder, private):
        yield wrong(f"{path}.path", "storages_file.private")


def _storage(entry: Mapping[str, object]) -> Storage:
    fields = {name: value for name, value in entry.items() if name not in ("path", "groups")}
    groups = entry.get("groups", [])
    assert isinstance(groups, list)
    return Storage(
        **{"mount_path": f"/mnt/{entry['name']}", **fields},  # type: ignore[arg-type]  # each was checked
        path=Path(str(entry["path"])),
        groups=frozenset(groups),
    )


def _disagreements(storages: Sequence[tuple[str, Storage]]) -> Iterator[Problem]:
    """A name is there once. And who may write to the folders of one storage must not be able to write where the
    folders of another one's users are made: a link put there would lead out of it."""
    for (_, one), (path, other) in combinations(storages, 2):
        if one.name == other.name:
            yield wrong(f"{path}.name", "storages_file.once")
        if _reaches_into(one, other) or _reaches_into(other, one):
            yield wrong(f"{path}.path", "storages_file.apart")


def _reaches_into(writable: Storage, other: Storage) -> bool:
    """Whether a user of the one may put something in the way to a folder of the other."""
    if writable.read_only:
        return False
    if writable.path == other.path:
        return writable.share and not other.share
    return writable.path in other.path.parents


def _one_in_other(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_folder(value: object) -> bool:
    """An absolute path without detours."""
    return isinstance(value, str) and value.startswith("/") and "\0" not in value and _plain(value) == value


def _plain(path: str) -> str:
    return "/" + posixpath.normpath(path).lstrip("/")


def _is_mount_path(value: object) -> bool:
    return isinstance(value, str) and is_free(value)


def _is_yes_or_no(value: object) -> bool:
    return isinstance(value, bool)


def _is_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(name, str) and name for name in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 1000


_FILE: Fields = {"storage": (_is_list, "storages_file.storages")}
_STORAGE: Fields = {
    "name": (_is_name, "storages_file.name"),
    "path": (_is_folder, "storages_file.path"),
    "mount_path": (_is_mount_path, "storages_file.mount_path"),
    "read_only": (_is_yes_or_no, "storages_file.yes_or_no"),
    "share": (_is_yes_or_no, "storages_file.yes_or_no"),
    "mounted": (_is_yes_or_no, "storages_file.yes_or_no"),
    "default": (_is_yes_or_no, "storages_file.yes_or_no"),
    "everybody": (_is_yes_or_no, "storages_file.yes_or_no"),
    "groups": (_is_names, "storages_file.groups"),
    "description": (_is_text, "storages_file.text"),
}
