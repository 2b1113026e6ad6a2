"""The admin's file of the cluster is read anew when it changes, and one with mistakes changes nothing."""

import os
from pathlib import Path

from openpai.cluster.source import ClusterSource
from openpai.scheduler.resources import Node, Resources
from tests.cluster.test_hived_file import RACKS

BOX = (Node("box", Resources(2, 4000, 0)),)


def write(file: Path, text: str, at: int) -> None:
    file.write_text(text)
    os.utime(file, (at, at))


def test_without_a_file_the_cluster_is_what_is_found(tmp_path: Path) -> None:
    source = ClusterSource(tmp_path / "cluster.yaml")
    assert list(source.current(BOX, ()).skus) == ["CPU"]
    assert source.problems == ()


def test_a_change_of_the_file_holds_from_then_on_and_its_removal_too(tmp_path: Path) -> None:
    source = ClusterSource(tmp_path / "cluster.yaml")
    write(source.path, RACKS, 1)
    assert list(source.current(BOX, ()).virtual_clusters) == ["vision", "speech"]
    write(source.path, RACKS.replace("vision:", "images:"), 2)
    assert list(source.current(BOX, ()).virtual_clusters) == ["images", "speech"]
    source.path.unlink()
    assert list(source.current(BOX, ()).skus) == ["CPU"]


def test_a_file_with_mistakes_is_told_and_the_last_good_one_holds(tmp_path: Path) -> None:
    source = ClusterSource(tmp_path / "cluster.yaml")
    write(source.path, RACKS, 1)
    before = source.current(BOX, ())
    write(source.path, RACKS.replace("RACK.NODE.SWITCH", "RACK.SWITCH"), 2)
    assert source.current(BOX, ()) == before
    (problem,) = source.problems
    assert (problem.code, problem.line, problem.params["file"]) == ("CellPathWrong", 16, str(source.path))
    write(source.path, RACKS, 3)
    assert (source.current(BOX, ()), source.problems) == (before, ())
