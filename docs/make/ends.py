"""How a task can end, from openpai/lifecycle/exit_specs.toml."""

from collections.abc import Mapping

from docs.make.faults import plain_text
from docs.make.pages import cell, table
from openpai.lifecycle.exit_specs import exit_specs

_HEAD = {
    "en": ("diagnosis", "number", "fault", "run again?", "what it means"),
    "zh": ("诊断", "编号", "责任", "是否重新运行", "含义"),
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "none": "–", "user": "job", "platform": "platform", "unknown": "unknown",
        "success": "–", "stop": "no", "transient": "platform's budget", "permanent": "no",
        "retry": "`jobRetryCount`",
    },
    "zh": {
        "none": "–", "user": "任务", "platform": "平台", "unknown": "不定",
        "success": "–", "stop": "否", "transient": "平台的重试次数之内", "permanent": "否",
        "retry": "`jobRetryCount`",
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
