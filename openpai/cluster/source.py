"""Where the cluster comes from: the admin's file, read anew when it changes, or what is found where there is none."""

import os
from collections.abc import Sequence
from pathlib import Path

from openpai.cluster.described import Described
from openpai.cluster.discover import discover, look
from openpai.cluster.read import read_cluster
from openpai.cluster.standing import ReadMarks, Standing, no_marks
from openpai.errors import PaiError, Problem, fail
from openpai.images.cuda.machine import Machine
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.resources import Node

NOTHING = Described(Cluster())

_Stamp = tuple[int, int, int]


class ClusterSource:
    """The file at a path, which need not be there. One with mistakes changes nothing: the last good one holds, or what
    is found where there was none since the start."""

    def __init__(self, path: Path, marks: ReadMarks = no_marks) -> None:
        self._path = path
        self._marks = marks
        self._standing: Standing | None = None
        self._read: tuple[_Stamp | None, Sequence[Node], Sequence[Machine]] | None = None
        self._good = NOTHING
        self._of_file = False
        self._problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        return self._path

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file as it was last read."""
        return self._problems

    @property
    def last(self) -> Described:
        """The cluster as somebody last asked for it."""
        return self._good

    def current(self, nodes: Sequence[Node], machines: Sequence[Machine]) -> Cluster:
        """The cluster now. `nodes`, `machines`: what is there."""
        return self.described(nodes, machines).cluster

    def described(self, nodes: Sequence[Node], machines: Sequence[Machine]) -> Described:
        """The cluster now, and who may use which virtual cluster."""
        try:
            stat = self._path.stat()
            stamp: _Stamp | None = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        except OSError:
            stamp = None
        if self._read != (stamp, nodes, machines):
            self._read = stamp, nodes, machines
            self._look(nodes, machines)
        return self._good

    async def standing(self, nodes: Sequence[Node], machines: Sequence[Machine]) -> Standing:
        """How the cluster stands, where these are there."""
        given = self.described(nodes, machines), nodes, machines, await self._marks()
        last = self._standing
        if last is None or (last.described, last.nodes, last.machines, last.marks) != given:
            self._standing = last = Standing.of(*given)
        return last

    def _look(self, nodes: Sequence[Node], machines: Sequence[Machine]) -> None:
        try:
            self._hold(self.check(self._path.read_bytes(), nodes, machines))
            self._problems, self._of_file = (), True
        except FileNotFoundError:
            self._problems, self._of_file = (), False
        except PaiError as error:
            self._problems = error.problems
        except OSError as error:
            params = {"file": str(self._path), "reason": error.strerror or str(error)}
            self._problems = (Problem("AdminFileUnreadable", params),)
        if not self._of_file:
            self._hold(Described(discover(nodes, machines)))

    def _hold(self, described: Described) -> None:
        """One that says the same as before is not another one: whoever asks can tell by identity."""
        if described != self._good:
            self._good = described

    def check(self, text: bytes, nodes: Sequence[Node], machines: Sequence[Machine]) -> Described:
        """What the file would say if this were its text. Raises PaiError with a problem per mistake."""
        return read_cluster(text, self._path, look(nodes, machines))

    def text(self) -> str | None:
        """The text of the file; None where there is none, or it cannot be read."""
        try:
            return self._path.read_text("utf-8", "replace")
        except OSError:
            return None

    def write(self, text: bytes) -> None:
        """Make this the text of the file, whole or not at all. Raises FileNotWritten."""
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            beside.write_bytes(text)
            os.replace(beside, self._path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise fail("FileNotWritten", path=str(self._path), reason=error.strerror or str(error)) from error
