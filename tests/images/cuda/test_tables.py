"""The tables are NVIDIA's, and can be checked against its documents line by line."""

import pytest

from openpai.images.cuda.tables import (
    brand_of,
    cuda_of,
    driver_for,
    generation_of,
    is_forward_compatible,
    release_driver,
)


@pytest.mark.parametrize(
    ("cuda", "driver"),
    [
        ("10.0", "410.48"),  # as the user's document says
        ("10.1", "418.39"),  # as the user's document says
        ("8.0", "367.48"),
        ("9.0", "384.81"),
        ("9.2", "396.26"),
        ("10.2", "440.33"),
        ("10.2.89", "440.33"),
        ("11.0", "450.36.06"),
        ("11.1", "450.80.02"),
        ("11.8", "450.80.02"),
        ("12.0", "525.60.13"),
        ("12.4.1", "525.60.13"),
        ("12.9", "525.60.13"),
        ("13.0", "580.65.06"),
        ("13.3", "580.65.06"),
        ("13.9", "580.65.06"),  # newer than the table: its major version says it
        ("14.0", None),
        ("cu118", None),
        ("", None),
    ],
)
def test_a_cuda_version_needs_a_driver_and_from_11_on_a_minor_version_needs_no_newer_one(
    cuda: str, driver: str | None
) -> None:
    assert driver_for(cuda) == driver


@pytest.mark.parametrize(
    ("cuda", "driver"),
    [("10.1", "418.39"), ("11.8", "520.61.05"), ("12.4", "550.54.14"), ("13.0", "580.65.06")],
)
def test_the_driver_that_came_with_a_cuda_version(cuda: str, driver: str) -> None:
    assert release_driver(cuda) == driver


@pytest.mark.parametrize(
    ("driver", "cuda"),
    [
        ("340.108", "0"),
        ("390.157", "9.1"),
        ("418.226.00", "10.1"),
        ("430.64", "10.1"),
        ("450.248.02", "11.0"),
        ("470.57.02", "11.4"),
        ("525.60.13", "12.0"),
        ("535.43.02", "12.2"),  # a beta of the branch
        ("535.104.05", "12.2"),
        ("550.54.14", "12.4"),
        ("580.95.05", "13.0"),
        ("610.43.02", "13.3"),
        ("620.10", None),  # newer than the table
        ("unreadable", None),
    ],
)
def test_a_driver_knows_cuda_up_to_a_version_as_nvidia_smi_shows_it(driver: str, cuda: str | None) -> None:
    assert cuda_of(driver) == cuda


@pytest.mark.parametrize(
    ("capability", "name", "first", "last"),
    [
        ((2, 0), "Fermi", "3.0", "8.0"),
        ((3, 0), "Kepler", "6.0", "10.2"),
        ((3, 7), "Kepler", "6.0", "11.8"),
        ((5, 2), "Maxwell", "6.5", "12.9"),
        ((6, 1), "Pascal", "8.0", "12.9"),
        ((7, 0), "Volta", "9.0", "12.9"),
        ((7, 5), "Turing", "9.0", None),  # runs Volta's kernels, of CUDA 9
        ((8, 0), "Ampere", "11.0", None),
        ((8, 6), "Ampere", "11.0", None),
        ((8, 9), "Ada Lovelace", "11.0", None),  # runs Ampere's kernels, of CUDA 11.0
        ((9, 0), "Hopper", "11.8", None),
        ((10, 0), "Blackwell", "12.8", None),
        ((10, 3), "Blackwell", "12.8", None),
        ((12, 1), "Blackwell", "12.8", None),
    ],
)
def test_a_gpu_generation_has_kernels_from_one_cuda_version_to_another(
    capability: tuple[int, int], name: str, first: str, last: str | None
) -> None:
    generation = generation_of(capability)
    assert generation is not None
    assert (generation.name, generation.first, generation.last) == (name, first, last)


def test_a_compute_capability_that_nobody_knows_has_no_generation() -> None:
    assert generation_of((99, 0)) is None


@pytest.mark.parametrize(
    ("cuda", "driver", "brand", "is_compatible"),
    [
        ("10.0", "384.145", "tesla", True),
        ("10.0", "390.157", "tesla", False),
        ("10.2", "418.226.00", "tesla", True),
        ("11.2", "418.226.00", "tesla", True),
        ("11.8", "418.226.00", "tesla", False),
        ("12.2", "450.248.02", "tesla", True),
        ("12.5", "470.57.02", "nvidia", True),
        ("12.5", "470.57.02", "geforce", False),
        ("12.5", "460.32.03", "nvidia", False),
        ("13.0", "535.104.05", "nvidia", True),
        ("13.0", "535.104.05", "nvidiartx", True),
        ("13.0", "535.104.05", "geforce", False),
        ("13.0", "545.23.06", "nvidia", False),
        ("13.2", "550.54.14", "nvidia", False),
        ("9.0", "375.26", "tesla", False),
        ("14.0", "580.65.06", "nvidia", False),
    ],
)
def test_the_compatibility_package_works_with_some_older_branches_on_some_gpus(
    cuda: str, driver: str, brand: str, is_compatible: bool
) -> None:
    assert is_forward_compatible(cuda, driver, brand) == is_compatible


@pytest.mark.parametrize(
    ("model", "brand"),
    [
        ("Tesla V100-SXM2-16GB", "tesla"),
        ("NVIDIA H100 80GB HBM3", "nvidia"),
        ("NVIDIA A100-SXM4-80GB", "nvidia"),
        ("NVIDIA GeForce RTX 4090", "geforce"),
        ("GeForce GTX 1080 Ti", "geforce"),
        ("NVIDIA RTX A6000", "nvidiartx"),
        ("Quadro RTX 6000", "quadrortx"),
        ("Quadro P4000", "quadro"),
        ("NVIDIA TITAN Xp", "titan"),
        ("GRID V100-8Q", "grid"),
        ("Something else", "unknown"),
    ],
)
def test_the_brand_is_read_from_the_name(model: str, brand: str) -> None:
    assert brand_of(model) == brand
