"""Secrets at rest."""

from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken

from openpai.store.vault import Vault, write_private


def test_what_was_encrypted_comes_back_also_after_a_start(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "secret.key").encrypt({"password": "päss", "list": [1, None]})
    assert Vault(tmp_path / "secret.key").decrypt(sealed) == {"password": "päss", "list": [1, None]}


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    sealed = Vault(tmp_path / "one").encrypt({})
    with pytest.raises(InvalidToken):
        Vault(tmp_path / "two").decrypt(sealed)


def test_a_fingerprint_is_the_same_for_the_same_and_tells_nothing_without_the_key(tmp_path: Path) -> None:
    one, two = Vault(tmp_path / "one"), Vault(tmp_path / "two")
    assert one.fingerprint(b"x") == Vault(tmp_path / "one").fingerprint(b"x") != one.fingerprint(b"y")
    assert one.fingerprint(b"x") != two.fingerprint(b"x")


def test_what_is_derived_is_the_same_for_a_purpose_and_of_no_help_for_another(tmp_path: Path) -> None:
    one, two = Vault(tmp_path / "one"), Vault(tmp_path / "two")
    assert one.derive("x") == Vault(tmp_path / "one").derive("x") != one.derive("y")
    assert one.derive("x") != two.derive("x")
    assert len(one.derive("x")) == 32


def test_the_key_is_its_owners_only_and_written_whole(tmp_path: Path) -> None:
    Vault(tmp_path / "secret.key")
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    write_private(tmp_path / "file", b"old")
    write_private(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert {file.name for file in tmp_path.iterdir()} == {"secret.key", "file"}
