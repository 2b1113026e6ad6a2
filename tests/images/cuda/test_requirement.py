"""`NVIDIA_REQUIRE_*` is read as NVIDIA's container tools read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.cuda.requirement import Properties, read_requirements, read_version, unmet

V100_ON_470 = Properties(cuda=(11, 4), driver=(470, 57, 2), arch=(7,), brand="tesla")


@pytest.mark.parametrize(
    ("text", "first_unmet"),
    [
        ("cuda>=11.4", None),
        ("cuda>=11.7", "cuda>=11.7"),
        ("cuda>11.4", "cuda>11.4"),
        ("cuda<=11.4", None),
        ("cuda<11.4", "cuda<11.4"),
        ("cuda=11.4", None),
        ("cuda=11.4.0", None),
        ("cuda!=11.4", "cuda!=11.4"),
        ("cuda!=11.5", None),
        ("driver>=470", None),
        ("driver>=470.57.02", None),
        ("driver>=470.57.2", None),
        ("driver>=470.82", "driver>=470.82"),
        ("driver>=450,driver<451", "driver<451"),
        ("arch>=7.0", None),
        ("arch>7", "arch>7"),
        ("arch>=7.5", "arch>=7.5"),
        ("brand=tesla", None),
        ("brand=Tesla", None),
        ("brand!=geforce", None),
        ("brand=geforce", "brand=geforce"),
        ("cuda>=12.4 brand=tesla,driver>=470,driver<471", None),
        ("cuda>=12.4 brand=geforce,driver>=470,driver<471", "cuda>=12.4"),
        ("brand=geforce,driver>=470 arch>=8.0", "brand=geforce"),
        ("CUDA>=11.7", "cuda>=11.7"),
        ("cuda>=11.4,", None),
        ("  cuda>=12   cuda>=11 ", None),
        ("", None),
        (" , ", None),
        ("driver>=470.00.01", None),
        ("cuda>=11.4...", None),
    ],
)  # fmt: skip
def test_spaces_are_or_and_commas_are_and(text: str, first_unmet: str | None) -> None:
    (requirement,), problems = read_requirements({"NVIDIA_REQUIRE_CUDA": text})
    demand = unmet(requirement, V100_ON_470)
    assert (demand and str(demand), problems) == (first_unmet, ())


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("cuda", "cuda"),
        ("cuda>=", "cuda>="),
        (">=11", ">=11"),
        ("cuda=>11", "cuda=>11"),
        ("cuda==11", "cuda==11"),
        ("cuda>=cu118", "cuda>=cu118"),
        ("cuda>=12.4 brand>tesla", "brand>tesla"),
        ("arch=5.0,5.2", "5.2"),
        ("foo=bar", "foo=bar"),
        ("cuda >= 11.7", "cuda"),
        ("${REQUIRE}", "${REQUIRE}"),
    ],
)
def test_what_is_no_demand_is_told_with_the_part_and_left_out(text: str, part: str) -> None:
    requirements, (problem,) = read_requirements(
        {"NVIDIA_REQUIRE_CUDA": text, "NVIDIA_REQUIRE_ARCH": "arch>=7"}
    )
    assert [requirement.variable for requirement in requirements] == ["NVIDIA_REQUIRE_ARCH"]
    assert (problem.code, problem.params) == (
        "CudaRequirementUnreadable",
        {"variable": "NVIDIA_REQUIRE_CUDA", "text": text, "part": part},
    )


def test_every_variable_must_be_satisfied_but_that_for_jetson_boards() -> None:
    environment = {
        "NVIDIA_REQUIRE_CUDA": "cuda>=11.4",
        "NVIDIA_REQUIRE_DRIVER": "driver>=525",
        "NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS": "base-only",
        "NVIDIA_VISIBLE_DEVICES": "all",
    }
    requirements, _ = read_requirements(environment)
    unmet_of = {requirement.variable: unmet(requirement, V100_ON_470) for requirement in requirements}
    assert {name: demand and str(demand) for name, demand in unmet_of.items()} == {
        "NVIDIA_REQUIRE_CUDA": None,
        "NVIDIA_REQUIRE_DRIVER": "driver>=525",
    }


@pytest.mark.parametrize(
    ("value", "is_off"), [("true", True), ("1", True), ("T", True), ("yes", False), ("0", False)]
)
def test_all_demands_can_be_turned_off(value: str, is_off: bool) -> None:
    demanding = {"NVIDIA_REQUIRE_CUDA": "cuda>=99", "NVIDIA_DISABLE_REQUIRE": value}
    assert (read_requirements(demanding) == ((), ())) == is_off


@pytest.mark.parametrize(
    ("environment", "demand"),
    [
        ({"CUDA_VERSION": "12.4.1"}, "cuda>=12.4"),
        ({"CUDA_VERSION": "9.0.176", "NVIDIA_REQUIRE_DRIVER": ""}, "cuda>=9.0"),
        ({"CUDA_VERSION": "12.4.1", "NVIDIA_REQUIRE_CUDA": "cuda>=12.0"}, "cuda>=12.0"),
    ],
)
def test_an_image_that_names_its_cuda_and_demands_none_counts_as_demanding_it(
    environment: dict[str, str], demand: str
) -> None:
    requirements, _ = read_requirements(environment)
    nothing = Properties(cuda=(1,), driver=(1,), arch=(1,), brand="")
    assert [str(unmet(requirement, nothing)) for requirement in requirements if requirement.alternatives] == [
        demand
    ]


def test_what_is_not_known_meets_every_demand() -> None:
    (requirement,), _ = read_requirements({"NVIDIA_REQUIRE_CUDA": "cuda>=99,driver>=99,arch>=99,brand=x"})
    assert unmet(requirement, Properties(None, None, None, None)) is None


numbers = st.lists(st.integers(0, 999), min_size=1, max_size=4)


@given(numbers, numbers)
def test_versions_compare_by_their_numbers_and_zeros_at_the_end_do_not_count(
    left: list[int], right: list[int]
) -> None:
    there = Properties(None, read_version(".".join(map(str, left))), None, None)
    padded_left, padded_right = ([*v, 0, 0, 0, 0][:4] for v in (left, right))
    for operator, holds in {
        ">=": padded_left >= padded_right, "<=": padded_left <= padded_right, "=": padded_left == padded_right,
        ">": padded_left > padded_right, "<": padded_left < padded_right, "!=": padded_left != padded_right,
    }.items():  # fmt: skip
        text = f"driver{operator}{'.'.join(map(str, right))}"
        (requirement,), _ = read_requirements({"NVIDIA_REQUIRE_DRIVER": text})
        assert (unmet(requirement, there) is None) == holds, text


@given(st.text(alphabet="cuda driver=><!,.0129x\n镜", max_size=40))
def test_any_text_is_read_or_told(text: str) -> None:
    requirements, problems = read_requirements({"NVIDIA_REQUIRE_CUDA": text})
    assert len(requirements) + len(problems) == 1
    for requirement in requirements:
        unmet(requirement, V100_ON_470)
