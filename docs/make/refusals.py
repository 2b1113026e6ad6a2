"""What is wrong with an image → what its user is told, by examples that happened.

refusals.toml names the faults, in groups, in both languages. refusals.json holds what came of each, and is written by
no hand: tests/images/test_refusal_table.py brings every fault about and compares, and with `PAI_WRITE_DOCS=1` it writes
the file. So a text that changes needs `python -m docs.make`, and a look that finds something else fails a test.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.make.pages import cell, table
from openpai.errors import Params
from openpai.messages import message

TOLD = Path(__file__).with_name("refusals.json")

_NAMES = Path(__file__).with_name("refusals.toml")
_HEAD = {
    "en": ("what is wrong", "told as", "what you see", "what to do"),
    "zh": ("哪里有问题", "如何告知", "您看到的", "怎么办"),
}
_OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "en": {"fail": "refused", "warn": "warning", "end": "the job fails", "list": "in `pai images`"},
    "zh": {"fail": "拒绝提交", "warn": "警告", "end": "任务失败", "list": "`pai images` 中显示"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a fault: `outcome` is a verdict ("fail", "warn"), "end" of a job, or "list" for `pai images`."""

    outcome: str
    code: str
    params: Params


def faults() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Group → fault → language → its name."""
    return tomllib.loads(_NAMES.read_text("utf-8"))


def names() -> Iterator[str]:
    """Every fault, as `group.fault`."""
    for group, members in faults().items():
        yield from (f"{group}.{fault}" for fault in members)


def told() -> Mapping[str, Told]:
    """Fault → what came of it."""
    return {name: Told(**entry) for name, entry in json.loads(TOLD.read_text("utf-8")).items()}


def refusals(group: str, language: str) -> str:
    """The table of one group."""
    known = told()
    rows = [
        (cell(name[language]), *_row(known[f"{group}.{fault}"], language))
        for fault, name in faults()[group].items()
    ]
    return table(_HEAD[language], rows)


def _row(of: Told, language: str) -> tuple[str, ...]:
    said = message(of.code, of.params, language)
    comma = "，" if language == "zh" else ", "
    return f"{_OUTCOMES[language][of.outcome]}{comma}`{of.code}`", cell(said.text), cell(said.fix) or "–"
