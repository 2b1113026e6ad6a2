"""The data directory: one server's whole memory, and who may use it."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from openpai.clock import new_id
from openpai.errors import fail
from openpai.store.vault import write_private


class DataDir:
    """A directory that this process alone uses while it is open. Only its owner may look into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> Self:
        """Make and lock it. Raises `DataDirUnusable`, `DataDirLocked`."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise fail("DataDirUnusable", path=str(self.path), detail=error.strerror or str(error)) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise fail("DataDirLocked", path=str(self.path)) from error
        self._pid.write_text(f"{os.getpid()}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pid.unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)

    @property
    def database(self) -> Path:
        return self.path / "openpai.db"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def key(self) -> Path:
        return self.path / "secret.key"

    @property
    def instance(self) -> str:
        """This server's id on its backend: made once, so that a later start finds its containers."""
        file = self.path / "instance"
        if not file.exists():
            write_private(file, new_id().encode())
        return file.read_text().strip()

    @property
    def token(self) -> str | None:
        """The token that the command line of this machine uses, if there is one."""
        try:
            return str(json.loads(self._client.read_text())["token"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def tell_client(self, url: str, user: str, token: str) -> None:
        """Where the command line of this machine finds the server, and as whom."""
        write_private(self._client, json.dumps({"url": url, "user": user, "token": token}).encode())

    @property
    def _client(self) -> Path:
        return self.path / "client.json"

    @property
    def _pid(self) -> Path:
        return self.path / "server.pid"
