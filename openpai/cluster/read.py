"""The text of a cluster file, in either form → what it says. The forms are told apart by their keys."""

from dataclasses import replace
from pathlib import Path

from openpai.cluster.described import Described
from openpai.cluster.discover import Found
from openpai.cluster.hived_file import is_hived, read_hived_document
from openpai.cluster.short_file import KEYS, read_short
from openpai.errors import PaiError, Problem
from openpai.protocol.document import Document, load
from openpai.protocol.findings import Finding

NOTHING_FOUND = Found()


def read_cluster(text: str | bytes, file: Path, found: Found = NOTHING_FOUND) -> Described:
    """What the text of a file says. `found`: the machines that are there, for a file that names none. Raises PaiError
    with a problem per mistake, each with the file's name."""
    try:
        return _read(load(text), found)
    except PaiError as error:
        raise PaiError(*(_named(problem, file) for problem in error.problems)) from None


def _read(source: Document, found: Found) -> Described:
    if is_hived(source):
        return Described(read_hived_document(source))
    if not source.value.keys() & set(KEYS):
        raise PaiError(source.locate(Finding("NoClusterFile", (), {"known": ", ".join(KEYS)})))
    return read_short(source, found)


def _named(problem: Problem, file: Path) -> Problem:
    return replace(problem, params={**problem.params, "file": str(file)})
