"""The texts of a plan on this machine: one folder per task, bind-mounted read-only into its container.

They may hold secrets, so the caller gives a folder on a tmpfs: they never touch a disk, and go with a reboot.
The parent is for us alone; below it all is readable, since the container's user may be any.
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import mkdtemp


class TaskFiles:
    """The folders of all tasks below `root`, which is made with mode 0700."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def folder(self, task: str) -> Path:
        """Where the files of `task` lie. Raises `ValueError` for a task that is no plain name."""
        if not task or task.startswith(".") or "/" in task or "\0" in task:
            raise ValueError(f"{task!r} cannot name a task's folder")
        return self._root / task

    def write(self, task: str, files: Mapping[str, str]) -> Path:
        """The folder with all files in it; written at one stroke, unless it is there."""
        folder = self.folder(task)
        if folder.is_dir():
            return folder
        self._root.mkdir(parents=True, exist_ok=True)
        self._root.chmod(0o700)
        draft = Path(mkdtemp(prefix=".draft-", dir=self._root))
        try:
            for name, text in files.items():
                _write_file(draft / name, text)
            draft.chmod(0o755)
            draft.rename(folder)
        except BaseException:
            shutil.rmtree(draft)
            raise
        return folder

    def remove(self, task: str) -> None:
        """Remove the folder; gone is success."""
        folder = self.folder(task)
        if folder.is_dir():
            shutil.rmtree(folder)

    def names(self) -> frozenset[str]:
        """What lies there: tasks, and drafts of a process that was killed."""
        return frozenset(os.listdir(self._root)) if self._root.is_dir() else frozenset()

    def discard(self, names: Iterable[str]) -> None:
        """Remove what `names` gave."""
        for name in names:
            shutil.rmtree(self._root / name, ignore_errors=True)


def _write_file(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="")
    file.chmod(0o755 if text.startswith("#!") or file.suffix == ".sh" else 0o644)
