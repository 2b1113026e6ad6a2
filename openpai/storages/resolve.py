"""What a job gets of the storages that there are, and why not. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpai.errors import Params
from openpai.protocol.findings import Finding, Path, listed
from openpai.protocol.storages import WantedStorage, WantedStorages
from openpai.storages.mount_paths import is_free, tidy
from openpai.storages.storage import Mount, Storage


@dataclass(frozen=True, slots=True)
class Placed:
    """A storage of a job, and where it is mounted. `path`: of the entry in the job's file."""

    storage: Storage
    mount_path: str
    path: Path

    def mount(self, username: str) -> Mount:
        """What is mounted for this user."""
        source = str(self.storage.folder_of(username))
        return Mount(source, self.mount_path, self.storage.read_only)


@dataclass(frozen=True, slots=True)
class Resolved:
    """`refused`: what the job cannot have. `warned`: what is done otherwise than its file says."""

    placed: tuple[Placed, ...] = ()
    refused: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()


def resolve(
    wanted: WantedStorages, storages: Sequence[Storage], username: str, groups: frozenset[str]
) -> Resolved:
    """For a user of these groups. An admin has no more rights here than others, as in OpenPAI."""
    granted = [storage for storage in storages if storage.granted_to(groups)]
    if wanted.defaults_at is not None:
        default = [storage for storage in granted if storage.default]
        wanted = WantedStorages(tuple(WantedStorage(each.name, wanted.defaults_at) for each in default))
    refused = list(wanted.mistakes)
    by_name = {storage.name: storage for storage in storages}
    placed: list[Placed] = []
    for each in wanted.storages:
        storage = by_name.get(each.name)
        if storage is None or storage not in granted:
            code = "StorageUnknown" if storage is None else "StorageNotGranted"
            known = listed(storage.name for storage in granted)
            refused.append(_at_name(code, each, {"storage": each.name, "known": known}))
            continue
        place = Placed(storage, tidy(each.mount_path or storage.mount_path), each.path)
        wrong = list(_wrong(place, each, placed, username))
        refused += wrong
        if not wrong:
            placed.append(place)
    return Resolved(tuple(placed), tuple(refused), tuple(_warnings(wanted, placed)))


def _wrong(
    place: Placed, wanted: WantedStorage, placed: Sequence[Placed], username: str
) -> Iterator[Finding]:
    path = (*wanted.path, "mountPath") if wanted.mount_path else wanted.path
    params: Params = {"storage": place.storage.name, "mount_path": place.mount_path}
    if not is_free(wanted.mount_path or place.mount_path):
        yield Finding("StorageMountPath", path, params)
    for other in placed:
        if other.mount_path == place.mount_path:
            yield Finding("StorageMountClash", path, {**params, "other": other.storage.name})
    if not place.storage.share and not _names_a_folder(username):
        yield _at_name("StorageNoFolderName", wanted, {"storage": place.storage.name, "user": username})


def _warnings(wanted: WantedStorages, placed: Sequence[Placed]) -> Iterator[Finding]:
    shares = {place.path: place.storage.share for place in placed}
    for each in wanted.storages:
        if each.share is not None and each.path in shares and each.share != shares[each.path]:
            used = "true" if shares[each.path] else "false"
            yield Finding("StorageShareIgnored", (*each.path, "share"), {"storage": each.name, "used": used})


def _at_name(code: str, wanted: WantedStorage, params: Params) -> Finding:
    has_key = wanted.path[:2] == ("extras", "storages") and len(wanted.path) > 2
    return Finding(code, (*wanted.path, "name") if has_key else wanted.path, params)


def _names_a_folder(username: str) -> bool:
    return (
        username not in ("", ".", "..") and not {"/", "\0"} & set(username) and len(username.encode()) < 256
    )
