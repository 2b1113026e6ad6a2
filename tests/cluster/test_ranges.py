"""Names of many machines in few words."""

import pytest

from openpai.cluster.ranges import MOST, names_of


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("box", ["box"]),
        ("gpu-[1-3]", ["gpu-1", "gpu-2", "gpu-3"]),
        ("gpu-[08-10,12]", ["gpu-08", "gpu-09", "gpu-10", "gpu-12"]),
        ("[1-2].rack.example", ["1.rack.example", "2.rack.example"]),
    ],
)
def test_a_pattern_stands_for_names_in_order(pattern: str, names: list[str]) -> None:
    assert list(names_of(pattern)) == names


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "gpu-[",
        "gpu-[1-",
        "gpu-[3-1]",
        "gpu-[1-x]",
        "gpu-[]",
        "a b",
        "-gpu",
        f"gpu-[0-{MOST}]",
        "g[1-2][1-2]",
    ],
)
def test_what_is_no_pattern_stands_for_nothing(pattern: str) -> None:
    assert names_of(pattern) == ()
