"""Ports of a task."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.errors import Refused
from openpai.runtime.ports import FIRST_PORT, LAST_PORT, MOST_PORTS, ports_of


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param({}, {"ssh": (15000,), "http": (15001,)}, id="ssh and http are always there"),
        pytest.param(
            {"tb": 1, "nccl": 2},
            {"ssh": (15000,), "http": (15001,), "tb": (15002,), "nccl": (15003, 15004)},
            id="others follow in the job's order",
        ),
        pytest.param({"ssh": 0, "http": -1}, {"ssh": (15000,), "http": (15001,)}, id="ssh: 0 means one"),
        pytest.param({"http": 2}, {"ssh": (15000,), "http": (15001, 15002)}, id="several http ports"),
        pytest.param({"a": 0, "b": -3}, {"ssh": (15000,), "http": (15001,)}, id="none for 0 or less"),
    ],
)
def test_ports_by_label(labels: Mapping[str, int], expected: Mapping[str, tuple[int, ...]]) -> None:
    given_ports = ports_of(labels)
    assert given_ports == expected
    assert list(given_ports) == list(expected)


@given(st.dictionaries(st.sampled_from(["ssh", "http", "a", "b", "c"]), st.integers(-5, 1000)))
def test_no_port_is_given_twice(labels: dict[str, int]) -> None:
    numbers = [number for ports in ports_of(labels).values() for number in ports]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) == FIRST_PORT
    assert max(numbers) <= LAST_PORT


def test_more_ports_than_there_are_is_refused() -> None:
    assert ports_of({"a": MOST_PORTS - 2})["a"][-1] == LAST_PORT
    with pytest.raises(Refused) as caught:
        ports_of({"a": 10**12})
    assert caught.value.first.params == {"field": "ports", "value": 10**12 + 2, "allowed": f"<= {MOST_PORTS}"}
