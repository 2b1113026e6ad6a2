"""The admin's file of storages: live, checked, and never one that lets users out of what they were granted."""

import re
from pathlib import Path

import pytest

from openpai.admin_file import read_text
from openpai.errors import PaiError, Problem
from openpai.messages import message
from openpai.runtime.container import MOUNT
from openpai.storages.file import read_storages, storages_file
from openpai.storages.mount_paths import is_free
from openpai.storages.storage import Storage

_PRIVATE = Path("/var/lib/openpai")
_GOOD = """\
[[storage]]
name = "datasets"
path = "/srv/datasets"
read_only = true
everybody = true
default = true

[[storage]]
name = "homes"
path = "/mnt/nfs/homes"
mounted = true
share = false
groups = ["vision", "speech"]
mount_path = "/home/me"
description = "each user's own"
"""


def read(text: str) -> tuple[Storage, ...]:
    return read_text(text, Path("storages.toml"), lambda table: read_storages(table, _PRIVATE))


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PaiError) as raised:
        read(text)
    return raised.value.problems


def test_a_file_says_what_each_storage_is() -> None:
    assert read(_GOOD) == (
        Storage(
            "datasets",
            Path("/srv/datasets"),
            "/mnt/datasets",
            read_only=True,
            everybody=True,
            default=True,
        ),
        Storage(
            "homes",
            Path("/mnt/nfs/homes"),
            "/home/me",
            mounted=True,
            share=False,
            groups=frozenset({"vision", "speech"}),
            description="each user's own",
        ),
    )


def test_a_change_holds_at_once_and_a_mistake_changes_nothing(tmp_path: Path) -> None:
    file = storages_file(tmp_path / "storages.toml", tmp_path / "data")
    assert file.current() == ()
    file.path.write_text(_GOOD)
    good = file.current()
    assert [storage.name for storage in good] == ["datasets", "homes"]
    file.path.write_text(_GOOD.replace("everybody = true", "everybody = 1"))
    assert file.current() is good
    assert [problem.path for problem in file.problems] == ["storage[0].everybody"]
    file.path.write_text("")
    assert (file.current(), file.problems) == ((), ())


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "line"),
    [
        ('name = "datasets"\n', "", "AdminFileMissingField", "storage[0]", 1),
        ('path = "/srv/datasets"', 'path = "srv/datasets"', "AdminFileWrongValue", "storage[0].path", 3),
        ('"/srv/datasets"', '"/srv/../etc"', "AdminFileWrongValue", "storage[0].path", 3),
        ('"/srv/datasets"', '"/"', "AdminFileWrongValue", "storage[0].path", 3),
        ('"/srv/datasets"', '"/var/lib"', "AdminFileWrongValue", "storage[0].path", 3),
        ('"/srv/datasets"', '"/var/lib/openpai/logs"', "AdminFileWrongValue", "storage[0].path", 3),
        ("read_only", "readonly", "AdminFileUnknownField", "storage[0].readonly", 4),
        ('"homes"', '"datasets"', "AdminFileWrongValue", "storage[1].name", 9),
        ('"homes"', '"ho/mes"', "AdminFileWrongValue", "storage[1].name", 9),
        ('"/home/me"', '"/proc/me"', "AdminFileWrongValue", "storage[1].mount_path", 14),
        ('["vision", "speech"]', '"vision"', "AdminFileWrongValue", "storage[1].groups", 13),
        ("everybody = true\n", "", "AdminFileWrongValue", "storage[0]", 1),
        ("mounted = true\n", "everybody = true\n", "AdminFileWrongValue", "storage[1].groups", 13),
        ("mounted = true", 'mounted = "yes"', "AdminFileWrongValue", "storage[1].mounted", 11),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_field(
    old: str, new: str, code: str, path: str, line: int
) -> None:
    assert old in _GOOD
    (problem,) = problems(_GOOD.replace(old, new))
    assert (problem.code, problem.path, problem.line) == (code, path, line)
    for language in ("en", "zh"):
        told = message(problem.code, problem.params, language)
        assert "storages.toml" in told.text
        assert "storages_file." not in told.fix, "the cause has a text"
        assert told.fix


def two(one: str, other: str) -> str:
    """A writable storage that all share, and one that gives each user a folder."""
    return "\n".join(
        f'[[storage]]\nname = "{name}"\npath = "{path}"\neverybody = true\n{more}'
        for name, path, more in (("one", one, ""), ("other", other, "share = false"))
    )


@pytest.mark.parametrize(("one", "other"), [("/a", "/a"), ("/a", "/a/b"), ("/a/b", "/a")])
def test_nobody_may_write_where_the_folders_of_users_are_made(one: str, other: str) -> None:
    (problem,) = problems(two(one, other))
    assert (problem.path, problem.params["cause"]) == ("storage[1].path", "storages_file.apart")
    assert "link" in message(problem.code, problem.params, "en").fix


def test_storages_that_do_not_reach_into_one_another_may_stand_beside_each_other() -> None:
    assert len(read(two("/a", "/ab"))) == 2
    read_only = two("/a", "/a/b").replace("everybody = true", "everybody = true\nread_only = true", 1)
    assert len(read(read_only)) == 2


def test_nothing_is_mounted_over_what_the_platform_has() -> None:
    assert not is_free(MOUNT)
    assert not is_free(f"{MOUNT}/user.sh")
    assert not any(
        map(is_free, ("/", "//", "/etc/", "/usr/local", "/dev/shm", "/mnt/../etc", "mnt", "/a/.."))
    )
    assert all(map(is_free, ("/mnt/data", "/data", "/usr/local/share", "/etcetera", "/process")))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_the_manual_is_a_good_file(language: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / language / "operations.md").read_text()
    (example,) = [text for text in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[[storage]]" in text]
    assert len(read(example)) >= 2
