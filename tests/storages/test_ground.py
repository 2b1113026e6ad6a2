"""Storages on the real machine: there or gone, a folder for each user, and nothing behind a link."""

import os
import threading
from pathlib import Path

import pytest

from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.messages import message
from openpai.storages import ground as module
from openpai.storages.ground import Ground, look, make_ready
from openpai.storages.storage import Storage


def storage(path: Path, *, share: bool = True, mounted: bool = False) -> Storage:
    return Storage("data", path, "/mnt/data", share=share, mounted=mounted, everybody=True)


def why(error: PaiError) -> tuple[str, object]:
    return error.first.code, error.first.params.get("cause")


def test_a_folder_is_there_and_its_file_system_known(tmp_path: Path) -> None:
    assert look(storage(tmp_path)).kind
    assert look(storage(Path("/dev/shm"), mounted=True)).kind == "tmpfs"


@pytest.mark.parametrize(
    ("what", "cause"), [("nothing", "storage.missing"), ("file", "storage.not_a_folder")]
)
def test_what_is_missing_or_no_folder_is_gone(tmp_path: Path, what: str, cause: str) -> None:
    path = tmp_path / "here"
    if what == "file":
        path.touch()
    with pytest.raises(Refused) as raised:
        look(storage(path))
    assert why(raised.value) == ("StorageGone", cause)
    assert str(path) in message("StorageGone", raised.value.first.params, "en").text


def test_an_empty_mount_point_is_gone_though_its_folder_is_there(tmp_path: Path) -> None:
    with pytest.raises(Refused) as raised:
        look(storage(tmp_path, mounted=True))
    assert why(raised.value) == ("StorageGone", "storage.not_mounted")


def test_each_user_gets_a_folder_that_any_user_id_may_write_to(tmp_path: Path) -> None:
    make_ready(storage(tmp_path, share=False), "ann")
    assert (tmp_path / "ann").stat().st_mode & 0o777 == 0o777
    (tmp_path / "ann").chmod(0o700)
    make_ready(storage(tmp_path, share=False), "ann")
    assert (tmp_path / "ann").stat().st_mode & 0o777 == 0o700, "what is there stays as it is"
    make_ready(storage(tmp_path), "bob")
    assert os.listdir(tmp_path) == ["ann"], "a shared storage needs none"


@pytest.mark.parametrize("instead", ["link", "file"])
def test_what_stands_in_the_place_of_a_users_folder_is_not_followed(tmp_path: Path, instead: str) -> None:
    whole, secret = tmp_path / "whole", tmp_path / "secret"
    whole.mkdir()
    secret.mkdir()
    if instead == "link":
        (whole / "ann").symlink_to(secret)
    else:
        (whole / "ann").touch()
    with pytest.raises(Refused) as raised:
        make_ready(storage(whole, share=False), "ann")
    assert raised.value.first.code == "StorageFolderFailed"
    assert os.listdir(secret) == []


async def test_a_silent_file_server_holds_up_nobody_and_has_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, real = threading.Event(), module.look
    looked: list[Storage] = []

    def slow_look(each: Storage) -> module.FileSystem:
        looked.append(each)
        answers.wait(20)
        return real(each)

    monkeypatch.setattr(module, "look", slow_look)
    ground, nfs = Ground(patience_s=0.05), storage(tmp_path)
    try:
        for _ in range(3):
            with pytest.raises(TemporaryFailure) as raised:
                await ground.look(nfs)
            assert raised.value.first.code == "StorageSilent"
        assert len(looked) == 1
    finally:
        answers.set()
    for thread in threading.enumerate():
        if thread.name.startswith("storage"):
            thread.join(10)
    assert (await ground.look(nfs)).kind, "when it answers, it is there again"


async def test_a_storage_that_comes_back_is_there_at_once(tmp_path: Path) -> None:
    ground, path = Ground(), tmp_path / "later"
    with pytest.raises(Refused):
        await ground.look(storage(path))
    path.mkdir()
    assert (await ground.look(storage(path))).kind
