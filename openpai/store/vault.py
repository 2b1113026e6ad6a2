"""Encrypts what must not lie readable: secrets at rest. The key lies in the data directory, mode 0600."""

import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Vault:
    """Encrypts and decrypts with the key in `file`, which is made at the first start."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            write_private(file, Fernet.generate_key())
        self._key = file.read_bytes()
        self._fernet = Fernet(self._key)

    def fingerprint(self, content: bytes) -> str:
        """A keyed digest: equal for equal content, and no help to guess it."""
        return hmac.new(self._key, content, "sha256").hexdigest()

    def derive(self, purpose: str) -> bytes:
        """32 bytes for this purpose alone: always the same ones, and no help to guess those of another."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._key)

    def encrypt(self, values: Mapping[str, Any]) -> bytes:
        return self._fernet.encrypt(json.dumps(values).encode())

    def decrypt(self, token: bytes) -> dict[str, Any]:
        """The values of `encrypt`. Raises `InvalidToken` when the key is another one."""
        values: dict[str, Any] = json.loads(self._fernet.decrypt(token))
        return values


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(fd, content)
        os.fsync(fd)
    finally:
        os.close(fd)
    temporary.replace(file)
