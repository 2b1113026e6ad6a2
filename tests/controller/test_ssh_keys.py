"""The SSH keys of a job attempt."""

import subprocess
from dataclasses import replace
from pathlib import Path

from openpai.controller.ssh_keys import ssh_keys
from openpai.store.vault import Vault
from tests.builders import a_run


def test_they_are_the_same_after_a_restart_and_others_in_the_next_attempt(tmp_path: Path) -> None:
    run = a_run()
    keys = ssh_keys(Vault(tmp_path / "secret.key"), run)
    again = ssh_keys(Vault(tmp_path / "secret.key"), run)
    assert (again.job_public, again.host_public) == (keys.job_public, keys.host_public)
    next_attempt = replace(run, attempt=replace(run.attempt, index=1))
    publics = {
        key
        for vault, of in (("secret.key", run), ("secret.key", next_attempt), ("other", run))
        for found in [ssh_keys(Vault(tmp_path / vault), of)]
        for key in (found.job_public, found.host_public)
    }
    assert len(publics) == 6


def test_openssh_reads_them(tmp_path: Path) -> None:
    keys = ssh_keys(Vault(tmp_path / "secret.key"), a_run())
    for private, public in ((keys.job_private, keys.job_public), (keys.host_private, keys.host_public)):
        file = tmp_path / "key"
        file.write_text(private)
        file.chmod(0o600)
        done = subprocess.run(["ssh-keygen", "-y", "-f", file], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == public
