"""The state machines as Mermaid charts, from the tables in openpai/lifecycle/states.py."""

from collections.abc import Mapping
from typing import TypeVar

from openpai.lifecycle.states import JOB_STEPS, TASK_STEPS, JobState, TaskState, is_final

_State = TypeVar("_State", JobState, TaskState)


def chart(machine: str) -> str:
    """`job` or `task`."""
    return _chart(JOB_STEPS) if machine == "job" else _chart(TASK_STEPS)


def _chart(steps: Mapping[_State, frozenset[_State]]) -> str:
    states = list(steps)
    lines: list[str] = ["```mermaid", "stateDiagram-v2", f"    [*] --> {states[0]}"]
    for state in states:
        lines += [f"    {state} --> {after}" for after in states if after in steps[state]]
        if is_final(state):
            lines.append(f"    {state} --> [*]")
    return "\n".join([*lines, "```", ""])
