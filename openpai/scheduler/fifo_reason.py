"""Why a gang waits, as codes and numbers; the texts are in `messages/`."""

from collections.abc import Mapping
from dataclasses import dataclass

from openpai.scheduler.fifo import Waits


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code of the messages, and its parameters."""

    code: str
    params: Mapping[str, str | int | float]


def explain(waits: Waits, behind: str | None) -> Reason:
    """Why it waits; `behind` is what a person calls the gang whose turn comes first."""
    amounts: dict[str, str | int | float] = {
        "cpu": waits.needs.cpu,
        "memory_mb": waits.needs.memory_mb,
        "gpu": waits.needs.gpu,
        "free_cpu": waits.free.cpu,
        "free_memory_mb": waits.free.memory_mb,
        "free_gpu": waits.free.gpu,
        "total_cpu": waits.total.cpu,
        "total_memory_mb": waits.total.memory_mb,
        "total_gpu": waits.total.gpu,
    }
    if behind is not None:
        return Reason("WaitsForTurn", {**amounts, "behind": behind})
    if waits.only is None:
        return Reason("WaitsForResources", amounts)
    if not waits.only:
        return Reason("WaitsForAnyFittingNode", amounts)
    return Reason("WaitsForFittingNode", {**amounts, "nodes": ", ".join(sorted(waits.only))})
