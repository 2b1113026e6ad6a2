"""`pai simulate`, which asks no server."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import command, environment

CLUSTER = """\
physicalCluster:
  skuTypes: {GPU: {gpu: 1, cpu: 4, memory: 8Gi}}
  cellTypes:
    NODE: {childCellType: GPU, childCellNumber: 8, isNodeLevel: true}
  physicalCells:
  - {cellType: NODE, cellAddress: n0}
  - {cellType: NODE, cellAddress: n1}
virtualClusters:
  crowd: {virtualCells: [{cellType: NODE, cellNumber: 1}]}
  owner: {virtualCells: [{cellType: NODE, cellNumber: 1}]}
"""
TRACE = """\
submit_time,duration,gpus,virtual_cluster,priority
0,600,4,owner,test
60,36000,4,crowd,test
120,600,4,owner,test
180,36000,4,crowd,test
1200,3600,8,owner,prod
1201,60,9,owner,prod
"""
EVERY_POLICY = ("--policy", "cells", "--policy", "quota", "--policy", "private", "--policy", "private-cells")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yaml").write_text(CLUSTER)
    (tmp_path / "jobs.csv").write_text(TRACE)
    return tmp_path


def simulate(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    given = ("simulate", "--cluster", "cluster.yaml", "--trace", "jobs.csv", *args)
    return subprocess.run(
        command(*given), env=environment(), cwd=folder, timeout=60, capture_output=True, encoding="utf-8", check=False
    )  # fmt: skip


def test_the_table_shows_what_sharing_by_quota_costs_and_cells_do_not(folder: Path) -> None:
    done = simulate(folder, *EVERY_POLICY)
    assert (done.stderr, done.returncode) == ("", 0)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["owner", "quota", "3", "1", "3.2", "h", "9.7", "h"] in lines
    assert ["owner", "cells", "3", "0", "0", "0"] in lines


def test_json_has_the_same_figures(folder: Path) -> None:
    runs = json.loads(simulate(folder, "--json", *EVERY_POLICY).stdout)
    assert [(run["cluster"], run["policy"]) for run in runs] == [
        ("cluster.yaml", name) for name in ("cells", "quota", "private", "private-cells")
    ]
    cells, quota, *_ = runs
    assert (cells["cells"], cells["delays"]["neverFit"], cells["delays"]["longest"]) == (16, 1, 0)
    assert quota["delays"]["longest"] == 36060 - 1200
    (prod,) = [row for row in quota["rows"] if row["jobClass"] == "prod"]
    assert (prod["virtualCluster"], prod["delays"]["started"]) == ("owner", 1)
    assert [each["later"] for each in quota["excess"]] == [0, 1]


def test_two_clusters_stand_side_by_side_and_on_one_page(folder: Path) -> None:
    (folder / "more.yaml").write_text(CLUSTER.replace("address: n1", "address: n1}\n  - {cellType: NODE"))
    done = simulate(folder, "--compare", "more.yaml", "--html", "report.html")
    assert done.returncode == 0
    assert "cells · cluster.yaml" in done.stdout
    assert "cells · more.yaml" in done.stdout
    assert "report.html" in done.stderr
    page = (folder / "report.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "cells · more.yaml" in page
    chinese = simulate(folder, "--lang", "zh", "--html", "report.html")
    assert "利用率" in chinese.stdout
    assert "碎片率" in (folder / "report.html").read_text("utf-8")


def test_mistakes_of_the_trace_are_told_with_line_field_and_remedy(folder: Path) -> None:
    (folder / "jobs.csv").write_text(TRACE.replace("600,4", "soon,4"))
    done = simulate(folder)
    assert (done.stdout, done.returncode) == ("", 2)
    assert "jobs.csv, line 2: the value `soon` of `duration`" in done.stderr
    assert "jobs.csv, line 4:" in done.stderr
    assert "Write a number of seconds" in done.stderr


def test_mistakes_of_the_cluster_file_are_told_with_their_place(folder: Path) -> None:
    (folder / "cluster.yaml").write_text(CLUSTER.replace("cellNumber: 1", "cellNumber: 2"))
    done = simulate(folder)
    assert (done.stdout, done.returncode) == ("", 2)
    assert "cluster.yaml:" in done.stderr


SHORT = """\
nodes:
  n[0-1]: {gpus: 8, cpu: 32, memory: 64Gi}
virtual-clusters:
  crowd: {share: 50%}
  owner: {share: 50%}
"""


def test_a_cluster_file_of_the_short_form_is_read_too(folder: Path) -> None:
    (folder / "cluster.yaml").write_text(SHORT)
    done = simulate(folder)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.splitlines()[1].split()[:2] == ["cells", "16"]


def test_a_cluster_file_without_machines_is_told(folder: Path) -> None:
    (folder / "cluster.yaml").write_text("virtual-clusters:\n  a: {share: 100%}\n")
    done = simulate(folder)
    assert (done.stdout, done.returncode) == ("", 2)
    assert "to do:" in done.stderr


def test_a_column_that_is_not_known_is_told_and_the_rest_is_done(folder: Path) -> None:
    (folder / "jobs.csv").write_text(TRACE.replace("priority\n", "prority\n"))
    done = simulate(folder)
    assert "prority" in done.stderr
    assert done.returncode == 0


def test_files_that_cannot_be_written_or_read_are_told(folder: Path) -> None:
    unwritten = simulate(folder, "--html", "no/folder/report.html")
    assert "no/folder/report.html cannot be written" in unwritten.stderr
    assert unwritten.returncode == 2
    unread = simulate(folder, "--trace", "missing.csv")
    assert "missing.csv cannot be read" in unread.stderr
    assert unread.returncode == 2
