"""The ports of a task, by label.

A container has a network of its own, so ports are unique within the task only: nothing is leased and nothing
can clash between tasks, and all tasks of a role have the same ones.
"""

from collections.abc import Mapping

from openpai.errors import Problem, Refused

FIRST_PORT = 15000
LAST_PORT = 29499
MOST_PORTS = LAST_PORT - FIRST_PORT + 1

RENDEZVOUS_PORT = 29500
"""Kept free in every task for `MASTER_PORT`: no label is ever given it. It is PyTorch's own default."""

TENSORFLOW_PORT = 29501
"""Kept free in every task for the servers that `TF_CONFIG` names."""

_ALWAYS = ("ssh", "http")


def ports_of(labels: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The ports of each label, counted up from `FIRST_PORT`: ssh, http, then the others in the job's order.

    `labels` says how many ports each label asks for. ssh and http are always there with one at least; another
    label with 0 or less has none and is left out. Raises `Refused` (WrongValue) for more than `MOST_PORTS`.
    """
    wanted = {label: max(1, labels.get(label, 1)) for label in _ALWAYS}
    wanted |= {label: count for label, count in labels.items() if label not in _ALWAYS and count > 0}
    total = sum(wanted.values())
    if total > MOST_PORTS:
        raise Refused(
            Problem("WrongValue", {"field": "ports", "value": total, "allowed": f"<= {MOST_PORTS}"})
        )
    given: dict[str, tuple[int, ...]] = {}
    first = FIRST_PORT
    for label, count in wanted.items():
        given[label] = tuple(range(first, first + count))
        first += count
    return given
