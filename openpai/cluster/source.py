"""Where the cluster comes from: the admin's file, read anew when it changes, or what is found where there is none."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from openpai.cluster.discover import discover
from openpai.cluster.hived_file import read_hived
from openpai.errors import PaiError, Problem
from openpai.images.cuda.machine import Machine
from openpai.scheduler.cluster import Cluster, PhysicalCell
from openpai.scheduler.resources import Node

_Stamp = tuple[int, int, int]


class ClusterSource:
    """The file at a path, which need not be there. One with mistakes changes nothing: the last good one holds, or what
    is found where there was none since the start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: _Stamp | None = None
        self._good: Cluster | None = None
        self._problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        return self._path

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the file as it was last read."""
        return self._problems

    def current(self, nodes: Sequence[Node], machines: Sequence[Machine]) -> Cluster:
        """The cluster now."""
        self._look()
        return self._good or discover(nodes, machines)

    def _look(self) -> None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            self._good, self._problems = read_cluster(self._path.read_bytes(), self._path), ()
        except FileNotFoundError:
            self._stamp, self._good, self._problems = None, None, ()
        except PaiError as error:
            self._problems = error.problems
        except OSError as error:
            params = {"file": str(self._path), "reason": error.strerror or str(error)}
            self._problems = (Problem("AdminFileUnreadable", params),)


def read_cluster(text: bytes, file: Path) -> Cluster:
    """The cluster of a file's text. Raises PaiError with a problem per mistake, each with the file's name."""
    try:
        return read_hived(text)
    except PaiError as error:
        named = (replace(p, params={**p.params, "file": str(file)}) for p in error.problems)
        raise PaiError(*named) from None


def nodes_of(cluster: Cluster) -> frozenset[str]:
    """The names of all machines of a cluster."""
    return frozenset(_nodes(cluster.cells, cluster))


def _nodes(cells: Iterable[PhysicalCell], cluster: Cluster) -> Iterator[str]:
    for cell in cells:
        if cluster.types[cell.type].is_node:
            yield cell.address
        else:
            yield from _nodes(cell.children, cluster)
