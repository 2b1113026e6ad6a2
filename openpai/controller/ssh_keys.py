"""The SSH keys of a job attempt. They follow from the server's own key, so that they are kept nowhere and are the same
after a restart; another attempt, and every other job, has others."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from openpai.lifecycle.records import JobRun
from openpai.runtime.plugins.ssh import SshKeys
from openpai.store.vault import Vault


def ssh_keys(vault: Vault, run: JobRun) -> SshKeys:
    """The key pairs of the job's current attempt."""
    job = _key(vault, run, "job")
    host = _key(vault, run, "host")
    return SshKeys(_private(job), _public(job), _private(host), _public(host))


def _key(vault: Vault, run: JobRun, use: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(vault.derive(f"ssh/{use}/{run.id}/{run.attempt.index}"))


def _private(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
