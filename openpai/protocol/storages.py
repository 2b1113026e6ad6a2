"""Which storages a job wants: `extras.storages`, or in old files the plugin `teamwise_storage`. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from openpai.protocol.findings import Finding, Path, items
from openpai.protocol.job import Job
from openpai.protocol.plugins import PLUGINS
from openpai.protocol.scalars import kind_of

TEAMWISE_STORAGE = "teamwise_storage"


@dataclass(frozen=True, slots=True)
class WantedStorage:
    """A storage by its name. `mount_path`: where in the containers; None: where it goes by itself. `share`: what the
    file says of sharing, which only the admin decides; None: nothing. `path`: the entry's place in the file."""

    name: str
    path: Path
    mount_path: str | None = None
    share: bool | None = None


@dataclass(frozen=True, slots=True)
class WantedStorages:
    """`defaults_at`: where the file asks for the user's default storages, by naming none; None: it does not.
    `mistakes`: entries that cannot be read."""

    storages: tuple[WantedStorage, ...] = ()
    defaults_at: Path | None = None
    mistakes: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.storages or self.defaults_at or self.mistakes)


def wanted_storages(job: Job) -> WantedStorages:
    """What the job asks for. The plugin counts only where there is no `extras.storages`, as in OpenPAI."""
    path: Path = ("extras", "storages")
    written = job.extras.get("storages")
    if written is None:
        return _of_plugins(job)
    if not isinstance(written, list | tuple):
        return WantedStorages(mistakes=(_wrong_type(path, "list", written),))
    wanted = _read(((*path, index), entry) for index, entry in enumerate(written))
    return wanted or WantedStorages(defaults_at=path)


def _of_plugins(job: Job) -> WantedStorages:
    entries: list[tuple[Path, object]] = []
    asked: Path | None = None
    for index, plugin in enumerate(items(job.extras, PLUGINS)):
        if isinstance(plugin, Mapping) and plugin.get("plugin") == TEAMWISE_STORAGE:
            asked = ("extras", PLUGINS, index)
            entries += _names(plugin, asked)
    return _read(entries) or WantedStorages(defaults_at=asked)


def _names(plugin: Mapping[str, object], path: Path) -> Iterator[tuple[Path, object]]:
    parameters = plugin.get("parameters")
    names = parameters.get("storageConfigNames") if isinstance(parameters, Mapping) else None
    path = (*path, "parameters", "storageConfigNames")
    if isinstance(names, list | tuple):
        yield from (((*path, index), {"name": name}) for index, name in enumerate(names))
    elif names is not None:
        yield path, {"name": names}


def _read(entries: Iterable[tuple[Path, object]]) -> WantedStorages:
    storages: list[WantedStorage] = []
    mistakes: list[Finding] = []
    for path, entry in entries:
        found = _storage(path, entry)
        if isinstance(found, Finding):
            mistakes.append(found)
        else:
            storages.append(found)
    return WantedStorages(tuple(storages), mistakes=tuple(mistakes))


def _storage(path: Path, entry: object) -> WantedStorage | Finding:
    if not isinstance(entry, Mapping):
        return _wrong_type(path, "mapping", entry)
    if "name" not in entry:
        return Finding("MissingField", path, {"field": "name"})
    name, mount_path, share = entry["name"], entry.get("mountPath"), entry.get("share")
    if not isinstance(name, str):  # a name in the plugin's list has no key of its own
        return _wrong_type(path if PLUGINS in path else (*path, "name"), "string", name)
    if not isinstance(mount_path, str | None):
        return _wrong_type((*path, "mountPath"), "string", mount_path)
    if not isinstance(share, bool | None):
        return _wrong_type((*path, "share"), "boolean", share)
    return WantedStorage(name, path, mount_path or None, share)


def _wrong_type(path: Path, expected: str, value: object) -> Finding:
    field = next(part for part in reversed(path) if isinstance(part, str))
    return Finding("WrongType", path, {"field": field, "expected": expected, "actual": kind_of(value)})
