"""How a task can end, from openpai/lifecycle/exit_specs.toml, and what of its output tells so, from patterns.toml."""

from collections.abc import Mapping

from docs.make.faults import plain_text
from docs.make.pages import cell, table
from openpai.lifecycle.exit_specs import exit_specs
from openpai.lifecycle.patterns import patterns

_HEAD = {
    "en": ("diagnosis", "number", "fault", "run again?", "what it means"),
    "zh": ("诊断", "编号", "责任", "是否重新运行", "含义"),
}
_PATTERNS_HEAD = {"en": ("diagnosis", "a line with, for example"), "zh": ("诊断", "含有这些文字的行，例如")}
_EXAMPLES = 4
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "none": "–", "user": "job", "platform": "platform", "unknown": "unknown",
        "success": "–", "stop": "no", "transient": "platform's budget", "permanent": "no",
        "retry": "`jobRetryCount`", "preempted": "`PAI_PREEMPTION_RETRIES`",
    },
    "zh": {
        "none": "–", "user": "任务", "platform": "平台", "unknown": "不定",
        "success": "–", "stop": "否", "transient": "平台的重试次数之内", "permanent": "否",
        "retry": "`jobRetryCount`", "preempted": "`PAI_PREEMPTION_RETRIES`",
    },
}  # fmt: skip


def ends(language: str) -> str:
    words = _WORDS[language]
    rows = [
        (
            f"`{spec.name}`",
            str(spec.code),
            words[spec.fault],
            words["retry" if spec.behavior == "unknown" else spec.behavior],
            cell(plain_text(spec.name, language)),
        )
        for spec in exit_specs().values()
    ]
    return table(_HEAD[language], rows)


def read_in_outputs(language: str) -> str:
    """What is looked for in the last output of a failed task."""
    words: dict[str, list[str]] = {}
    for pattern in patterns():
        words.setdefault(pattern.code, []).extend(word.decode() for word in pattern.words)
    rows = [
        (f"`{code}`", ", ".join(map(_code, list(dict.fromkeys(these))[:_EXAMPLES])))
        for code, these in words.items()
        if not these[0].startswith("[openpai]")  # the platform's own words
    ]
    return table(_PATTERNS_HEAD[language], rows)


def _code(word: str) -> str:
    return cell(f"`{word.replace('`', chr(39))}`")
