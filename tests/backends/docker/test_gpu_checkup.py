"""What the doctor says of the GPU stack, from the PCI bus to the images."""

import dataclasses
from collections.abc import Sequence

import pytest

from openpai.backends.docker.gpu_checkup import gpu_findings
from openpai.backends.docker.gpus.access import Way
from openpai.backends.docker.gpus.finder import Found
from openpai.backends.docker.health import Finding
from openpai.errors import Problem
from openpai.images.catalogue.entries import standard_images
from openpai.images.cuda.machine import Gpu, GpuProcess, held_by
from openpai.messages import LANGUAGES, message

NEW = "9999.1"
V100 = Gpu("Tesla V100-SXM2-32GB", "GPU-1", (7, 0), 32768)
T4 = Gpu("Tesla T4", "GPU-2", (7, 5), 15360)
WELL = Found(NEW, (V100, T4))


def _findings(found: Found, cards: int = 2, way: Way = Way.RUNTIME) -> Sequence[Finding]:
    return list(gpu_findings(cards, found, way, standard_images()))


def _codes(found: Found, cards: int = 2) -> list[tuple[str, str]]:
    return [(each.verdict, each.code) for each in _findings(found, cards)]


def _with(gpu: Gpu, problem: Problem) -> Gpu:
    return dataclasses.replace(gpu, bad=problem)


def test_a_machine_without_gpus_is_well() -> None:
    assert _codes(Found(), 0) == [("ok", "NoGpuHere")]


def test_gpus_without_a_driver_are_told() -> None:
    assert _codes(Found(), 2) == [("fail", "GpuDriverMissing")]


@pytest.mark.parametrize("cards", [0, 2], ids=["no card is seen either", "the cards are there"])
def test_a_driver_that_does_not_answer_is_told_in_its_words(cards: int) -> None:
    (finding,) = _findings(Found(failure="Driver/library version mismatch"), cards)
    assert (finding.verdict, finding.code) == ("fail", "GpuDriverSilent")
    assert finding.params["detail"] == "Driver/library version mismatch"


def test_all_is_well_where_driver_and_engine_are() -> None:
    assert _codes(WELL) == [("ok", "GpuDriverOk"), ("ok", "GpuWayOk")]
    driver, way = _findings(WELL, way=Way.CDI)
    assert driver.params["models"] == "Tesla V100-SXM2-32GB, Tesla T4"
    assert way.params["way"] == "CDI"


def test_a_gpu_on_the_bus_that_the_driver_does_not_see_is_told() -> None:
    assert _codes(WELL, 3) == [("fail", "GpusMissing"), ("ok", "GpuWayOk")]


def test_each_bad_gpu_is_told_and_one_that_others_hold_only_warns() -> None:
    found = Found(
        NEW, (_with(V100, Problem("GpuLost", {"gpu": 0})), _with(T4, held_by(1, (GpuProcess(7, "x"),))))
    )
    assert _codes(found) == [
        ("ok", "GpuDriverOk"),
        ("fail", "GpuLost"),
        ("warn", "GpuHeld"),
        ("ok", "GpuWayOk"),
    ]


def test_an_engine_that_can_give_none_is_told_once() -> None:
    no_way = Problem("NoGpuRuntime", {"detail": "no runtime"})
    assert _codes(Found(NEW, (_with(V100, no_way), _with(T4, no_way)))) == [
        ("ok", "GpuDriverOk"),
        ("fail", "NoGpuRuntime"),
    ]


def test_gpus_that_sleep_when_idle_are_named() -> None:
    findings = _findings(dataclasses.replace(WELL, sleeping=frozenset({1, 0})))
    assert (findings[-1].verdict, findings[-1].code, findings[-1].params) == (
        "warn",
        "GpuPersistenceOff",
        {"gpus": "0, 1"},
    )


def test_a_driver_that_is_too_old_for_standard_images_is_told_with_what_all_of_them_need() -> None:
    finding = _findings(Found("470.57.02", (T4,)))[-1]
    assert (finding.verdict, finding.code) == ("warn", "DriverBehindImages")
    assert finding.params["needed"] == "580.65.06"
    assert 0 < int(finding.params["count"]) < int(finding.params["total"])


def test_described_gpus_are_told_and_nothing_else_of_gpus() -> None:
    assert _codes(dataclasses.replace(WELL, described=True)) == [("warn", "GpusDescribed")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_that_is_not_well_says_what_to_do(language: str) -> None:
    founds = [
        Found(),
        Found(failure="x"),
        dataclasses.replace(WELL, described=True),
        dataclasses.replace(WELL, driver="470.57.02", sleeping=frozenset({0})),
    ]
    told = [finding for found in founds for finding in _findings(found, 3)]
    assert len(told) > len(founds)
    for finding in told:
        words = message(finding.code, finding.params, language)
        assert words.text
        assert finding.verdict == "ok" or words.fix
