"""What an image needs is read from the catalogue, and else from the image."""

import pytest

from openpai.images.cuda.needs import Needs, needs_of
from openpai.images.facts import ImageConfig
from tests.images.cuda_machines import CUDA_10_0, CUDA_12_2, CUDA_13_0, FRAMEWORK_24_05, image


@pytest.mark.parametrize(
    "config",
    [
        None,
        image(),
        image({"PATH": "/bin", "NVIDIA_VISIBLE_DEVICES": "all"}, maintainer="NVIDIA CORPORATION"),
    ],
)
def test_an_image_that_says_nothing_of_cuda_needs_nothing(config: ImageConfig | None) -> None:
    assert needs_of(config) is None


def test_the_catalogue_knows_better_than_the_image() -> None:
    assert needs_of(CUDA_13_0, cuda="10.1", min_driver="418.39") == Needs("10.1", min_driver="418.39")
    assert needs_of(None, cuda="12.4") == Needs("12.4", min_driver="525.60.13")
    assert needs_of(CUDA_12_2, cuda="12.2.2") == Needs("12.2", min_driver="525.60.13", compat="12.2")


@pytest.mark.parametrize(
    ("config", "cuda", "at_least", "min_driver", "compat"),
    [
        (CUDA_10_0, "10.0", False, None, None),
        (CUDA_12_2, "12.2", False, None, "12.2"),
        (FRAMEWORK_24_05, "12.4", False, "525.60.13", "12.4"),
        (image({"CUDA_VERSION": "11.8.0"}), "11.8", False, None, None),
        (image({"CUDA_VERSION": "11.8.0", "NVIDIA_DISABLE_REQUIRE": "1"}), "11.8", False, "450.80.02", None),
        (image({"NVIDIA_REQUIRE_CUDA": "cuda>=12.1"}), "12.1", True, None, None),
        (image({"NVIDIA_REQUIRE_DRIVER": "driver>=535"}), None, True, None, None),
        (image(com_nvidia_cuda_version="8.0.61"), "8.0", False, "367.48", None),
        (image(com_nvidia_volumes_needed="nvidia_driver"), None, True, None, None),
        (image({"NV_CUDA_COMPAT_PACKAGE": "cuda-compat-12-4"}), "12.4", True, "525.60.13", "12.4"),
    ],
)  # fmt: skip
def test_an_image_says_what_it_needs_in_its_environment_or_labels(
    config: ImageConfig, cuda: str | None, at_least: bool, min_driver: str | None, compat: str | None
) -> None:
    needs = needs_of(config)
    assert needs is not None
    assert (needs.cuda, needs.at_least, needs.min_driver, needs.compat) == (
        cuda,
        at_least,
        min_driver,
        compat,
    )
    assert needs.problems == ()


@pytest.mark.parametrize("text", ["cu118", "9" * 5000])
def test_a_version_that_is_none_is_told(text: str) -> None:
    needs = needs_of(image({"CUDA_VERSION": text, "NVIDIA_REQUIRE_CUDA": ""}))
    assert needs is not None
    assert [(problem.code, problem.params["text"]) for problem in needs.problems] == [
        ("CudaVersionUnreadable", text[:200])
    ]
    assert (needs.cuda, needs.min_driver) == (None, None)
