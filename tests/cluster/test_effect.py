"""What another cluster would mean for the gangs that are there."""

from dataclasses import replace

from openpai.cluster.effect import Effect, Live, effect_of
from openpai.cluster.health import Health
from openpai.cluster.read import read_cluster
from openpai.scheduler.cluster import Cluster
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Preempt, Start
from openpai.scheduler.queue import Waiting
from tests.cluster.test_short_file import FILE

TEXT = """\
nodes: {'n[1-4]': {gpus: 4, sku: V100, cpu: 16, memory: 64Gi}}
virtual-clusters:
  a: {nodes: 3}
  b: {nodes: 1}
"""


def cluster(text: str = TEXT) -> Cluster:
    return read_cluster(text, FILE).cluster


def gang(name: str, vc: str = "a", *, gpus: int = 4, priority: int = 10) -> Gang:
    return Gang(name, vc, priority, {"V100": {"t": gpus}})


def running(*gangs: Gang) -> Scheduler:
    scheduler = Scheduler(cluster())
    for each in gangs:
        decision = scheduler.decide(each)
        assert isinstance(decision, Start | Preempt)
        scheduler.apply(each, decision)
    return scheduler


def effect(scheduler: Scheduler, text: str, *waiting: Gang, health: Health | None = None) -> Effect:
    queue = [Waiting(each, (number, each.name)) for number, each in enumerate(waiting)]
    live = Live(list(scheduler.held.values()), queue, scheduler.cluster.skus)
    return effect_of(cluster(text), health or Health(), live)


def test_the_same_cluster_changes_nothing() -> None:
    assert effect(running(gang("x"), gang("y"), gang("z", "b")), TEXT) == Effect()


def test_who_is_promised_less_goes_on_as_an_opportunistic_gang_the_least_urgent_first() -> None:
    scheduler = running(gang("x"), gang("y", priority=5), gang("z"))
    less = TEXT.replace("nodes: 3", "nodes: 2").replace("nodes: 1", "nodes: 2")
    assert effect(scheduler, less) == Effect(downgraded=("y",))


def test_who_runs_on_what_is_not_there_any_more_is_told_apart() -> None:
    scheduler = running(gang("x"), gang("y"))
    (node,) = {place.node for place in scheduler.held["y"].placement.tasks.values()}
    number = int(node[1:])
    others = ",".join(str(n) for n in range(1, 5) if n != number)
    text = TEXT.replace("n[1-4]", f"n[{others}]").replace("nodes: 3", "nodes: 2")
    assert effect(scheduler, text) == Effect(displaced=("y",))


def test_a_virtual_cluster_that_ends_leaves_its_gangs_running() -> None:
    text = TEXT.replace("  b: {nodes: 1}\n", "")
    late = gang("late", "b")
    assert effect(running(gang("z", "b")), text, late) == Effect(downgraded=("z",), never=("late",))


def test_what_waits_starts_where_more_is_promised_in_turn() -> None:
    scheduler = running(gang("x", "b"))
    more = TEXT.replace("nodes: 3", "nodes: 2").replace("nodes: 1", "nodes: 2")
    first, second = gang("first", "b"), gang("second", "b")
    assert effect(scheduler, more, first, second) == Effect(starts=("first",))
    assert effect(scheduler, more, first, gang("huge", "b", gpus=8)).never == ("huge",)
    sick = Health(bad_nodes=frozenset({"n1", "n2", "n3", "n4"}))
    assert effect(scheduler, more, first, health=sick) == Effect()


def test_a_reservation_that_cannot_be_kept_is_told() -> None:
    scheduler = running(gang("idle", "b", priority=-1), *(gang(name) for name in "xyz"), gang("late", "b"))
    assert scheduler.held["late"].state == "Preempting"
    assert effect(scheduler, TEXT) == Effect()
    assert effect(scheduler, TEXT.replace("b: {nodes: 1}", "c: {nodes: 1}")).unreserved == ("late",)


def test_another_name_of_the_sku_keeps_gpus_gpus() -> None:
    scheduler = running(gang("x"))
    held = [
        replace(each, gang=replace(each.gang, needs={"GPU": {"t": 4}})) for each in scheduler.held.values()
    ]
    renamed = cluster(TEXT.replace("sku: V100, ", ""))
    found = effect_of(renamed, Health(), Live(held, [], scheduler.cluster.skus))
    assert found.displaced == ()


def test_who_is_promised_as_much_in_other_pieces_keeps_it() -> None:
    scheduler = running(gang("x", gpus=2), gang("y"), gang("z", "b"))
    pieces = TEXT.replace("nodes: 3", "cells: {V100: 10, V100-CPU: 4}").replace("nodes: 1", "share: rest")
    assert effect(scheduler, pieces) == Effect()
    halves = TEXT.replace("memory: 64Gi", "memory: 64Gi, inside: {socket: 2}")
    assert effect(scheduler, halves) == Effect()


def test_cores_stay_cores_under_another_name() -> None:
    scheduler = running(Gang("cores", "a", 10, {"V100-CPU": {"t": 2}}), gang("x", gpus=1))
    renamed = cluster(TEXT.replace("sku: V100, ", ""))
    needs = {"cores": {"GPU-CPU": {"t": 2}, "GPU": {"t": 2}}, "x": {"GPU": {"t": 1}}}
    held = [
        replace(each, gang=replace(each.gang, needs=needs[each.gang.name]))
        for each in scheduler.held.values()
    ]
    assert effect_of(renamed, Health(), Live(held, [], scheduler.cluster.skus)) == Effect()
