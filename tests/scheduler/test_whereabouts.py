"""How near together a gang's cells are, and who is beside it."""

from openpai.scheduler.core import Scheduler
from openpai.scheduler.room import Whereabouts
from tests.scheduler.asking import cluster, gang, starts

RACKS = cluster(
    {"SW": ("G", 2), "NODE": ("SW", 2), "RACK": ("NODE", 2)},
    "NODE",
    [("RACK", ["a1", "a2"]), ("RACK", ["b1", "b2"])],
    {"A": {"RACK": 2}},
)


def test_the_smallest_cell_that_holds_all_is_told() -> None:
    scheduler = Scheduler(RACKS)
    for name, sizes in (("one", [1]), ("pair", [2]), ("node", [4]), ("rack", [4, 4])):
        starts(scheduler, gang(name, "A", *sizes))
    assert scheduler.whereabouts("one") == Whereabouts("G", 1, ("pair",))
    assert scheduler.whereabouts("pair") == Whereabouts("SW", 1, ("one",))
    assert scheduler.whereabouts("node") == Whereabouts("NODE", 1, ())
    assert scheduler.whereabouts("rack") == Whereabouts("RACK", 1, ())


def test_what_is_in_several_top_level_cells_is_counted() -> None:
    scheduler = Scheduler(RACKS)
    starts(scheduler, gang("wide", "A", 4, 4, 4))
    assert scheduler.whereabouts("wide") == Whereabouts("RACK", 2, ())
