"""The files of a task on the host: whole or not there, and readable inside only."""

from pathlib import Path

import pytest

from openpai.backends.docker.files import TaskFiles


def test_files_are_written_with_their_modes(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path / "run")
    folder = files.write("t1", {"bootstrap.sh": "exit\n", "plugins/ssh": "#!/bin/sh\n", "text": "ä\r\n"})
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert modes == {"bootstrap.sh": 0o755, "plugins": 0o755, "ssh": 0o755, "text": 0o644}
    assert (folder / "text").read_bytes() == "ä\r\n".encode()
    assert folder.stat().st_mode & 0o777 == 0o755
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path)
    files.write("t1", {"a": "1"})
    assert (files.write("t1", {"a": "2"}) / "a").read_text() == "1"


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path / "run")
    with pytest.raises(UnicodeEncodeError):
        files.write("t1", {"a": "1", "b": "\udcff"})
    assert list((tmp_path / "run").iterdir()) == []


def test_removing_may_be_repeated(tmp_path: Path) -> None:
    files = TaskFiles(tmp_path)
    files.write("t1", {"a": "1"})
    files.remove("t1")
    files.remove("t1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("task", ["", ".", "..", "a/b", "../x", ".hidden"])
def test_a_task_that_is_no_plain_name_has_no_folder(tmp_path: Path, task: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        TaskFiles(tmp_path).remove(task)
