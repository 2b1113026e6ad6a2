"""A machine's GPUs and driver, through NVIDIA's own binding and a stand-in for the library beneath it."""

import os
import subprocess
import sys
from pathlib import Path

from openpai.backends.docker.gpus.health import Reading
from openpai.backends.docker.gpus.nearness import Nearness
from openpai.backends.docker.gpus.owners import holder
from openpai.backends.docker.gpus.probe import Look, Probe
from tests.nvml import H100, T4, FakeNvml


def test_driver_and_gpus_are_read_with_their_generation_and_memory(nvml: FakeNvml) -> None:
    look = Probe().look()
    assert (look.driver, look.cards) == ("535.104.05", (H100, T4))
    assert look.readings == (Reading(), Reading())
    assert (look.failure, look.holders, look.sleeping) == ("", {}, frozenset())


def test_all_that_is_wrong_with_a_gpu_is_read(nvml: FakeNvml) -> None:
    nvml.tells("ecc 0 3", "pages 0 1", "rows 0 1", "action 0 2", "mig 0 1", "rows 1 2", "sleeps 1 1")
    look = Probe().look()
    assert look.readings == (
        Reading(memory_errors=3, pages_pending=True, rows_pending=True, recovery=2, mig=True),
        Reading(rows_failed=True),
    )
    assert look.sleeping == {1}


def test_who_computes_and_who_only_draws_is_told_apart(nvml: FakeNvml) -> None:
    here = os.getpid()
    nvml.tells(f"compute 0 {here}", f"graphics 0 {here}", "graphics 0 1", "graphics_mb 0 300")
    look = Probe().look()
    assert look.readings[0] == Reading(compute=frozenset({here}), graphics={1: 300})
    assert look.holders == {here: holder(here)}
    nvml.tells("graphics 1 1", "graphics_mb 1 1024")
    assert Probe().look().readings[1].holders == {1}


def test_an_older_driver_tells_the_same_processes_by_its_older_functions(nvml: FakeNvml) -> None:
    nvml.tells("old 0 1", "compute 1 1", "action 0 1")
    assert Probe().look().readings == (Reading(), Reading(compute=frozenset({1})))


def test_a_gpu_that_is_lost_keeps_its_place_and_its_name(nvml: FakeNvml) -> None:
    probe = Probe()
    probe.look()
    nvml.tells("error 0 15")
    look = probe.look()
    assert look.cards == (H100, T4)
    assert look.readings == (Reading(lost=True, failure="GPU is lost"), Reading())


def test_a_gpu_that_was_lost_from_the_start_keeps_its_place_without_a_name(nvml: FakeNvml) -> None:
    nvml.tells("error 0 15")
    look = Probe().look()
    assert [card.uuid for card in look.cards] == ["", T4.uuid]
    assert look.readings[0].lost


def test_a_report_of_the_hardware_stays_and_one_that_a_program_caused_is_nothing(nvml: FakeNvml) -> None:
    probe = Probe()
    probe.look()
    nvml.tells("xid 0 79", "xid 1 31")
    assert probe.look().readings == (Reading(xid=79), Reading())
    nvml.tells()
    assert probe.look().readings == (Reading(xid=79), Reading())


def test_a_driver_that_does_not_answer_is_told_in_its_words(nvml: FakeNvml) -> None:
    nvml.tells("init 0 9")
    assert Probe().look() == Look(failure="Driver Not Loaded")


def test_when_all_gpus_fail_the_next_look_begins_anew(nvml: FakeNvml) -> None:
    """As after the driver was unloaded under a session, and another was loaded."""
    probe = Probe()
    probe.look()
    nvml.tells("error 0 9", "error 1 9", "init 0 9")
    assert [reading.failure for reading in probe.look().readings] == ["Driver Not Loaded"] * 2
    still = probe.look()
    assert still.cards == (H100, T4)
    assert (still.failure, still.readings) == (
        "Driver Not Loaded",
        (Reading(failure="Driver Not Loaded"),) * 2,
    )
    nvml.tells()
    assert probe.look().readings == (Reading(), Reading())


def test_how_near_the_gpus_are_is_read_once_all_of_them_answer(nvml: FakeNvml) -> None:
    probe = Probe()
    nvml.tells("count 0 3", "common 1 10", "link 1 1", "common 2 50", "error 2 15")
    assert probe.look().nearness.common == {(0, 1): 10}
    nvml.tells("count 0 3", "common 1 10", "link 1 1", "common 2 50", "common 12 40")
    whole = Nearness(3, {(0, 1): 10, (0, 2): 50, (1, 2): 40}, frozenset({(0, 1)}))
    assert probe.look().nearness == whole
    nvml.tells("count 0 3")
    assert probe.look().nearness == whole


def test_a_machine_without_the_library_has_neither_driver_nor_gpus(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").touch()  # found before one that this machine may have, and no library
    ask = "from openpai.backends.docker.gpus.probe import *; assert Probe().look() == Look(), Probe().look()"
    environment = {"LD_LIBRARY_PATH": str(tmp_path), "PYTHONWARNINGS": "error"}
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
