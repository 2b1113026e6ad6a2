"""The cluster files of docs/*/virtual-clusters.md: each is one, and comes to what the page says."""

import re
from pathlib import Path

import pytest

from openpai.cluster.discover import look
from openpai.cluster.promises import promises_to
from openpai.cluster.read import read_cluster
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.resources import Node, Resources
from tests.cluster.test_discover import V100, machine
from tests.docs.texts import ROOT, fences

PAGES = [ROOT / "docs" / language / "virtual-clusters.md" for language in ("en", "zh")]
FOUND = look([Node("box", Resources(64, 512_000, 8))], [machine("box", *[V100] * 8)])
_ROW = re.compile(r"^\| `(\w+)` \|([^|]*)\|$", re.MULTILINE)


def clusters(page: Path) -> list[Cluster]:
    return [read_cluster(text, page, FOUND).cluster for text in fences(page, "yml")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_small_cluster_comes_to_what_the_table_says(page: Path) -> None:
    small = clusters(page)[1]
    table = page.read_text("utf-8").split("### HiveD")[0].rsplit("|---|---|", 1)[1]
    told = dict(_ROW.findall(table))
    assert list(told) == list(small.virtual_clusters)
    for vc, cells in told.items():
        have = {each.leaf: str(each.count) for each in promises_to(vc, small)}
        assert have == {sku: count for count, sku in map(str.split, filter(None, cells.strip().split(", ")))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_machine_that_is_found_is_divided(page: Path) -> None:
    found = clusters(page)[0]
    gpus = {
        vc: sum(each.count for each in promises_to(vc, found) if each.sku.gpu)
        for vc in found.virtual_clusters
    }
    assert gpus == {"vision": 4, "speech": 2, "default": 2}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_hiveds_file_is_one(page: Path) -> None:
    cluster = clusters(page)[2]
    assert {vc: promises_to(vc, cluster)[0].count for vc in cluster.virtual_clusters} == {
        "default": 8,
        "vision": 16,
    }
