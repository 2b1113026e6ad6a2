"""Records ↔ the plain values of JSON columns."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from openpai.lifecycle.exits import Exit
from openpai.lifecycle.records import Cells, Diagnosis, Network, Outcome, Pulled
from openpai.lifecycle.states import JobState

Plain = Mapping[str, Any]


def plain(record: Exit | Diagnosis | Network | Outcome | Pulled | Cells | None) -> dict[str, Any] | None:
    """The JSON form of a record."""
    return None if record is None else asdict(record)


def exit_of(value: Plain | None) -> Exit | None:
    return None if value is None else Exit(**value)


def network_of(value: Plain | None) -> Network | None:
    return None if value is None else Network(**value)


def pulled_of(value: Plain | None) -> Pulled | None:
    return None if value is None else Pulled(**value)


def cells_of(value: Plain | None) -> Cells | None:
    if value is None:
        return None
    several = {key: tuple(value.get(key, ())) for key in ("leaves", "charged", "gpus")}
    return Cells(value["node"], value["chain"], value["sku"], **several)


def diagnosis_of(value: Plain | None) -> Diagnosis | None:
    if value is None:
        return None
    return Diagnosis(value["code"], value["params"], tuple(value["evidence"]))


def outcome_of(value: Plain | None) -> Outcome | None:
    if value is None:
        return None
    cause = diagnosis_of(value["diagnosis"])
    assert cause is not None
    rest = {k: value[k] for k in ("trigger", "trigger_params", "role", "index")}
    return Outcome(JobState(value["state"]), cause, **rest)
