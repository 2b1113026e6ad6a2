"""What a job gets of the storages that there are. Every rule with the place in the file that it is about."""

from pathlib import Path
from typing import Any

import pytest

from openpai.protocol.parse import parse_document
from openpai.protocol.plugins import PLUGINS
from openpai.protocol.storages import wanted_storages
from openpai.storages.resolve import Resolved, resolve
from openpai.storages.storage import Mount, Storage
from tests.builders import document_of, role

DATA = Storage("data", Path("/srv/data"), "/mnt/data", read_only=True, everybody=True, default=True)
HOMES = Storage("homes", Path("/srv/homes"), "/mnt/homes", share=False, groups=frozenset({"vision"}))
SPEECH = Storage("speech", Path("/srv/speech"), "/mnt/speech", groups=frozenset({"speech"}), default=True)
ALL = (DATA, HOMES, SPEECH)
ENTRY = ("extras", "storages", 0)


def got(extras: dict[str, Any], username: str = "ann", *groups: str) -> Resolved:
    document = {**document_of({"main": role()}), "extras": extras}
    return resolve(wanted_storages(parse_document(document)), ALL, username, frozenset(groups or ("vision",)))


def of(*entries: object, username: str = "ann") -> Resolved:
    return got({"storages": list(entries)}, username)


def mounts(resolved: Resolved, username: str = "ann") -> list[Mount]:
    return [place.mount(username) for place in resolved.placed]


def codes(resolved: Resolved) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(finding.code, finding.path) for finding in resolved.refused]


def test_a_storage_is_mounted_where_it_goes_by_itself_or_where_the_job_wants_it() -> None:
    assert mounts(of({"name": "data"})) == [Mount("/srv/data", "/mnt/data", read_only=True)]
    assert mounts(of({"name": "data", "mountPath": "//in/"})) == [Mount("/srv/data", "/in", read_only=True)]
    assert mounts(of({"name": "data", "mountPath": None})) == [
        Mount("/srv/data", "/mnt/data", read_only=True)
    ]


def test_a_storage_that_is_not_shared_shows_each_user_a_folder_alone() -> None:
    assert mounts(of({"name": "homes"})) == [Mount("/srv/homes/ann", "/mnt/homes", read_only=False)]


@pytest.mark.parametrize("username", ["..", ".", "", "a/../../etc", "a\0b", "x" * 256])
def test_a_user_whose_name_is_no_folders_gets_none(username: str) -> None:
    resolved = of({"name": "homes"}, username=username)
    assert (codes(resolved), resolved.placed) == ([("StorageNoFolderName", (*ENTRY, "name"))], ())
    assert mounts(of({"name": "data"}, username=username), username), "a shared one needs no folder"


def test_an_unknown_storage_and_one_of_other_groups_are_refused_each_by_name() -> None:
    resolved = of({"name": "nfs"}, {"name": "speech"})
    assert codes(resolved) == [
        ("StorageUnknown", (*ENTRY, "name")),
        ("StorageNotGranted", ("extras", "storages", 1, "name")),
    ]
    assert resolved.refused[0].params == {"storage": "nfs", "known": "data, homes"}


def test_an_empty_list_asks_for_the_default_storages_that_the_user_may_mount() -> None:
    assert [mount.target for mount in mounts(of())] == ["/mnt/data"]
    assert [m.target for m in mounts(got({"storages": []}, "ann", "speech"))] == ["/mnt/data", "/mnt/speech"]
    assert got({}) == Resolved()
    assert got({"storages": None}) == Resolved()


def test_the_old_plugin_counts_where_there_is_no_list() -> None:
    plugin = {"plugin": "teamwise_storage", "parameters": {"storageConfigNames": ["homes", "nfs"]}}
    resolved = got({PLUGINS: [{"plugin": "ssh"}, plugin]})
    assert [mount.target for mount in mounts(resolved)] == ["/mnt/homes"]
    place = ("extras", PLUGINS, 1, "parameters", "storageConfigNames", 1)
    assert codes(resolved) == [("StorageUnknown", place)]
    beside = got({PLUGINS: [plugin], "storages": [{"name": "data"}]})
    assert [mount.target for mount in mounts(beside)] == ["/mnt/data"]
    nameless = got({PLUGINS: [{"plugin": "teamwise_storage"}]})
    assert [mount.target for mount in mounts(nameless)] == ["/mnt/data"]


@pytest.mark.parametrize("path", ["/", "/etc", "/proc/x", "/usr/local/pai", "data", "/mnt/../etc"])
def test_a_place_that_is_taken_is_refused(path: str) -> None:
    assert codes(of({"name": "data", "mountPath": path})) == [("StorageMountPath", (*ENTRY, "mountPath"))]


def test_two_storages_cannot_have_one_place() -> None:
    resolved = of({"name": "homes"}, {"name": "data", "mountPath": "/mnt/homes/"})
    assert codes(resolved) == [("StorageMountClash", ("extras", "storages", 1, "mountPath"))]
    assert resolved.refused[0].params["other"] == "homes"


def test_one_storage_may_be_mounted_in_two_places() -> None:
    resolved = of({"name": "data"}, {"name": "data", "mountPath": "/again"})
    assert [mount.target for mount in mounts(resolved)] == ["/mnt/data", "/again"]


def test_sharing_is_the_admins_to_say() -> None:
    resolved = of({"name": "homes", "share": True})
    assert mounts(resolved)[0].source == "/srv/homes/ann"
    assert [(finding.code, finding.path) for finding in resolved.warned] == [
        ("StorageShareIgnored", (*ENTRY, "share"))
    ]
    assert of({"name": "homes", "share": False}).warned == ()


@pytest.mark.parametrize(
    ("entry", "code", "path"),
    [
        ("data", "WrongType", ENTRY),
        ({"mountPath": "/x"}, "MissingField", ENTRY),
        ({"name": 7}, "WrongType", (*ENTRY, "name")),
        ({"name": "data", "mountPath": ["/x"]}, "WrongType", (*ENTRY, "mountPath")),
        ({"name": "data", "share": "no"}, "WrongType", (*ENTRY, "share")),
    ],
)
def test_an_entry_that_is_none_is_told_with_its_place(
    entry: object, code: str, path: tuple[str | int, ...]
) -> None:
    assert codes(of(entry)) == [(code, path)]


def test_what_is_no_list_is_told() -> None:
    assert codes(got({"storages": {"name": "data"}})) == [("WrongType", ("extras", "storages"))]
