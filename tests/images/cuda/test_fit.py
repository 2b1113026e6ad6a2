"""Which images run on which machines, case by case, as NVIDIA's documents say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.cuda.fit import fit, preflight
from openpai.images.cuda.machine import Gpu, Machine
from openpai.images.cuda.needs import Needs, needs_of
from openpai.images.facts import ImageConfig
from openpai.messages import LANGUAGES, message
from tests.images.cuda_machines import (
    A100,
    A6000,
    B200,
    CUDA_10_0,
    CUDA_12_2,
    CUDA_12_8,
    CUDA_13_0,
    FRAMEWORK_24_05,
    H100,
    K80,
    P100,
    RTX3090,
    RTX4090,
    RTX5090,
    T4,
    UNHEARD_OF,
    V100,
    image,
    machine,
)

DOCUMENT_10_0 = needs_of(None, cuda="10.0", min_driver="410.48")
DOCUMENT_10_1 = needs_of(None, cuda="10.1", min_driver="418.39")
LABEL_8_0 = image(com_nvidia_cuda_version="8.0.61")
VERSION_12_4 = image({"CUDA_VERSION": "12.4.1"})
VERSION_12_4_UNCHECKED = image({"CUDA_VERSION": "12.4.1", "NVIDIA_DISABLE_REQUIRE": "true"})
ARCH_8 = image({"NVIDIA_REQUIRE_ARCH": "arch>=8.0"})
DRIVER_535 = image({"NVIDIA_REQUIRE_DRIVER": "driver>=535"})
DRIVER_ONLY = image(com_nvidia_volumes_needed="nvidia_driver")
CUDA_13_9 = image({"NVIDIA_REQUIRE_CUDA": "cuda>=13.9"})


@pytest.mark.parametrize(
    ("needs", "there"),
    [
        # the document's images, by the driver they need
        (DOCUMENT_10_0, machine("410.48", V100)),
        (DOCUMENT_10_0, machine("410.104", P100)),
        (DOCUMENT_10_1, machine("418.39", T4)),
        (DOCUMENT_10_1, machine("580.95.05", V100)),
        # NVIDIA's images, on a driver that knows their CUDA
        (CUDA_10_0, machine("410.48", V100)),
        (CUDA_12_2, machine("535.104.05", RTX3090)),
        (CUDA_12_8, machine("570.26", B200)),
        (CUDA_13_0, machine("580.65.06", T4)),
        (CUDA_13_0, machine("610.43.02", RTX5090)),
        (CUDA_13_0, machine("9999.1", H100)),  # a driver newer than the tables
        # forward compatibility: an older branch, as they list it
        (CUDA_10_0, machine("384.145", V100)),
        (CUDA_12_2, machine("470.57.02", V100)),
        (CUDA_12_2, machine("525.60.13", RTX4090)),
        (CUDA_12_8, machine("470.57.02", A100)),
        (CUDA_13_0, machine("535.104.05", H100)),
        (CUDA_13_0, machine("550.54.14", A6000)),
        # what it demands is less than it needs: minor-version compatibility, and the package in it
        (FRAMEWORK_24_05, machine("525.60.13", RTX3090)),
        (FRAMEWORK_24_05, machine("470.57.02", A100)),
        (VERSION_12_4_UNCHECKED, machine("525.60.13", RTX3090)),
        # a kernel for one compute capability runs on later ones of the same major
        (image({"CUDA_VERSION": "11.0.3"}), machine("535.104.05", RTX4090)),
        (image({"CUDA_VERSION": "9.2"}), machine("535.104.05", T4)),
        # the last CUDA that supports an old GPU
        (image({"CUDA_VERSION": "11.8.0"}), machine("520.61.05", K80)),
        (image({"CUDA_VERSION": "12.9.1"}), machine("580.65.06", V100)),
        (LABEL_8_0, machine("367.48", P100)),
        (ARCH_8, machine("470.57.02", A100)),
        (DRIVER_535, machine("535.54.03", T4)),
        (DRIVER_ONLY, machine("340.108", K80)),
        (CUDA_13_0, machine("580.65.06", UNHEARD_OF)),
        (CUDA_13_0, machine("unreadable", H100)),
        (None, machine(None)),
    ],
)  # fmt: skip
def test_it_runs(needs: ImageConfig | Needs | None, there: Machine) -> None:
    result = fit(_needs(needs), there)
    assert (result.ok, result.code, result.brief) == (True, "", "")


@pytest.mark.parametrize(
    ("needs", "there", "code", "brief"),
    [
        (DOCUMENT_10_0, machine("396.26", V100), "DriverTooOld", "gpu-2: driver 396.26 < 410.48"),
        (DOCUMENT_10_1, machine("410.48", T4), "DriverTooOld", "gpu-2: driver 410.48 < 418.39"),
        (FRAMEWORK_24_05, machine("470.57.02", RTX3090), "DriverTooOld", "gpu-2: driver 470.57.02 < 525.60.13"),
        (VERSION_12_4_UNCHECKED, machine("470.57", V100), "DriverTooOld", "gpu-2: driver 470.57 < 525.60.13"),
        # NVIDIA's tools refuse these before minor-version compatibility could help
        (VERSION_12_4, machine("525.60.13", RTX3090), "DriverTooOld", "gpu-2: driver 525.60.13 < 550.54.14"),
        (CUDA_12_2, machine("530.30.02", RTX3090), "DriverTooOld", "gpu-2: driver 530.30.02 < 535.54.03"),
        # an older branch, but not of a GPU that forward compatibility is for
        (CUDA_12_8, machine("470.57.02", RTX3090), "DriverTooOld", "gpu-2: driver 470.57.02 < 570.26"),
        (CUDA_13_0, machine("535.104.05", RTX4090), "DriverTooOld", "gpu-2: driver 535.104.05 < 580.65.06"),
        (CUDA_13_0, machine("525.60.13", H100), "DriverTooOld", "gpu-2: driver 525.60.13 < 580.65.06"),
        (DRIVER_535, machine("525.60.13", T4), "DriverTooOld", "gpu-2: driver 525.60.13 < 535"),
        (LABEL_8_0, machine("361.93", P100), "DriverTooOld", "gpu-2: driver 361.93 < 367.48"),
        # dropped GPU generations: no driver helps
        (CUDA_13_0, machine("580.65.06", V100), "GpuTooOld", "gpu-2: Tesla V100-SXM2-16GB (Volta), CUDA 13.0 > 12.9"),
        (CUDA_13_0, machine("580.65.06", P100), "GpuTooOld", "gpu-2: Tesla P100-PCIE-16GB (Pascal), CUDA 13.0 > 12.9"),
        (CUDA_12_2, machine("470.57.02", K80), "GpuTooOld", "gpu-2: Tesla K80 (Kepler), CUDA 12.2 > 11.8"),
        (image({"NVIDIA_REQUIRE_CUDA": "cuda>=13.0"}), machine("580.65.06", V100), "GpuTooOld",
         "gpu-2: Tesla V100-SXM2-16GB (Volta), CUDA 13.0 > 12.9"),
        (ARCH_8, machine("580.65.06", T4), "CudaRequirementUnmet", "gpu-2: arch 7.5, arch>=8.0"),
        (image({"NVIDIA_REQUIRE_X": "brand=tesla"}), machine("580.65.06", RTX3090), "CudaRequirementUnmet",
         "gpu-2: brand geforce, brand=tesla"),
        (image({"NVIDIA_REQUIRE_X": "driver<470"}), machine("470.57.02", T4), "CudaRequirementUnmet",
         "gpu-2: driver 470.57.02, driver<470"),
        (CUDA_13_9, machine("610.43.02", H100), "CudaRequirementUnmet", "gpu-2: cuda 13.3, cuda>=13.9"),
        (DRIVER_ONLY, machine(None, T4), "NoNvidiaDriver", "gpu-2: NVIDIA driver = none"),
        (CUDA_12_2, machine(None), "NoNvidiaGpu", "gpu-2: 0 NVIDIA GPU"),
        # a task may get any of its GPUs
        (CUDA_13_0, machine("580.65.06", H100, V100), "GpuTooOld",
         "gpu-2: Tesla V100-SXM2-16GB (Volta), CUDA 13.0 > 12.9"),
    ],
)  # fmt: skip
def test_it_does_not_run_and_the_reason_has_the_numbers(
    needs: ImageConfig | Needs, there: Machine, code: str, brief: str
) -> None:
    result = fit(_needs(needs), there)
    assert (result.ok, result.code, result.brief) == (False, code, brief)
    _can_be_told(result.code, result.params)


@pytest.mark.parametrize(
    ("needs", "there", "first"),
    [
        (DOCUMENT_10_1, machine("535.104.05", H100), "11.8"),
        (DOCUMENT_10_0, machine("535.104.05", A100), "11.0"),
        (image({"CUDA_VERSION": "12.4.1"}), machine("570.26", B200), "12.8"),
    ],
)
def test_a_gpu_newer_than_the_cuda_version_is_a_warning_because_ptx_may_run(
    needs: ImageConfig | Needs, there: Machine, first: str
) -> None:
    result = fit(_needs(needs), there)
    assert (result.ok, result.code, result.params["first"]) == (True, "GpuNewerThanCuda", first)
    _can_be_told(result.code, result.params)


def test_what_an_image_demands_at_least_does_not_make_a_gpu_too_new() -> None:
    assert fit(needs_of(image({"NVIDIA_REQUIRE_CUDA": "cuda>=9.0"})), machine("535.104.05", H100)).code == ""


CLUSTER = [
    machine("535.104.05", H100, name="gpu-0"),
    machine("580.65.06", T4, name="gpu-1"),
    machine("470.57.02", RTX3090, name="gpu-2"),
    machine("580.65.06", V100, name="gpu-3"),
    machine(None, name="cpu-0"),
]


def test_a_job_without_gpus_runs_anywhere_whatever_its_image() -> None:
    result = preflight("team/train", needs_of(CUDA_13_0), CLUSTER, gpu=0)
    assert (result.refusal, result.warnings, result.nodes) == (None, (), None)
    assert all(one.ok for one in result.fits)


def test_an_image_that_some_machines_cannot_run_is_bound_to_the_others_with_the_reasons() -> None:
    result = preflight("team/train", needs_of(CUDA_13_0), CLUSTER, gpu=1)
    assert result.refusal is None
    assert result.nodes == frozenset({"gpu-0", "gpu-1"})
    (warning,) = result.warnings
    assert (warning.code, warning.params) == (
        "ImageFitsSomeNodes",
        {
            "image": "team/train",
            "fitting": 2,
            "total": 4,
            "reasons": "gpu-2: driver 470.57.02 < 580.65.06; gpu-3: Tesla V100-SXM2-16GB (Volta), CUDA 13.0 > 12.9",
        },
    )
    _can_be_told(warning.code, warning.params)


def test_machines_without_gpus_are_no_news_for_a_job_with_gpus() -> None:
    result = preflight(
        "team/train", DOCUMENT_10_0, [machine("535.104.05", V100, name="gpu-0"), CLUSTER[-1]], gpu=1
    )
    assert (result.refusal, result.warnings, result.nodes) == (None, (), frozenset({"gpu-0"}))


def test_an_image_that_no_machine_can_run_is_refused_with_all_reasons() -> None:
    machines = [machine("470.57.02", RTX3090, name=f"gpu-{i}") for i in range(12)]
    result = preflight("team/train", needs_of(CUDA_13_0), machines, gpu=1)
    assert result.nodes == frozenset()
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.params["fitting"], result.refusal.params["total"]) == (
        "ImageFitsNoNode",
        0,
        12,
    )
    assert str(result.refusal.params["reasons"]).endswith("gpu-7: driver 470.57.02 < 580.65.06; …")
    _can_be_told(result.refusal.code, result.refusal.params)


def test_on_one_machine_the_refusal_is_that_machines_own() -> None:
    result = preflight("team/train", needs_of(CUDA_12_8), [machine("470.57.02", RTX3090)], gpu=2)
    assert result.refusal is not None
    assert message(result.refusal.code, result.refusal.params, "en").text == (
        "gpu-2 has NVIDIA driver 470.57.02 < 570.26, which is needed for NVIDIA_REQUIRE_CUDA: cuda>=12.8."
    )


def test_an_image_that_fits_everywhere_is_bound_to_nothing() -> None:
    result = preflight(
        "team/train",
        DOCUMENT_10_0,
        [machine("470.57.02", V100, name="a"), machine("535.104.05", T4, name="b")],
        gpu=1,
    )
    assert (result.refusal, result.warnings, result.nodes) == (None, (), None)


def test_words_that_cannot_be_read_are_a_warning_and_keep_nothing_from_running() -> None:
    needs = needs_of(image({"NVIDIA_REQUIRE_CUDA": "cuda >= 11.7", "CUDA_VERSION": "cu117"}))
    result = preflight("team/train", needs, [machine("340.108", K80)], gpu=1)
    assert (result.refusal, result.nodes) == (None, None)
    assert {warning.code for warning in result.warnings} == {
        "CudaRequirementUnreadable",
        "CudaVersionUnreadable",
    }
    for warning in result.warnings:
        _can_be_told(warning.code, warning.params)


def test_nothing_is_said_where_no_machine_is_known_or_the_image_says_nothing() -> None:
    assert preflight("team/train", needs_of(CUDA_13_0), [], gpu=1).nodes is None
    assert preflight("team/train", None, CLUSTER, gpu=1).nodes is None


words = st.text(alphabet="cuda-driver=><,. 0129xN{}\n镜", max_size=30)
NAMES = [
    "NVIDIA_REQUIRE_CUDA",
    "NVIDIA_REQUIRE_X",
    "CUDA_VERSION",
    "NV_CUDA_COMPAT_PACKAGE",
    "NVIDIA_DISABLE_REQUIRE",
]
everyone = st.sampled_from([K80, P100, V100, T4, A100, RTX4090, H100, B200, UNHEARD_OF])


@given(st.dictionaries(st.sampled_from(NAMES), words), words, words, everyone)
def test_whatever_an_image_says_and_a_machine_has_there_is_a_verdict(
    environment: dict[str, str], label: str, driver: str, gpu: Gpu
) -> None:
    config = ImageConfig("amd64", environment=environment, labels={"com.nvidia.cuda.version": label})
    result = preflight("team/train", needs_of(config), [machine(driver, gpu)], gpu=1)
    assert (result.refusal is None) == all(one.ok for one in result.fits)
    for one in result.fits:
        assert one.ok or one.brief


drivers = st.tuples(st.integers(340, 640), st.integers(0, 130), st.integers(0, 20)).map(
    lambda v: ".".join(map(str, v))
)
versions = st.sampled_from(
    ["9.0", "10.0", "10.1", "10.2", "11.0", "11.8", "12.0", "12.4", "12.9", "13.0", "13.3"]
)


@given(versions, drivers, drivers, everyone)
def test_a_newer_driver_runs_all_that_an_older_one_runs(cuda: str, one: str, other: str, gpu: Gpu) -> None:
    older, newer = sorted((one, other), key=lambda driver: [int(number) for number in driver.split(".")])
    needs = needs_of(None, cuda=cuda)
    assert fit(needs, machine(newer, gpu)).ok >= fit(needs, machine(older, gpu)).ok


def test_a_gpu_that_never_answered_has_no_say() -> None:
    unknown = Gpu("", "", (0, 0), 0)
    assert fit(_needs(ARCH_8), machine("535.104.05", unknown, A100)).ok
    assert not fit(_needs(ARCH_8), machine("535.104.05", unknown, T4)).ok
    assert fit(_needs(ARCH_8), machine("535.104.05", unknown)).ok


def _needs(needs: ImageConfig | Needs | None) -> Needs | None:
    return needs_of(needs) if isinstance(needs, ImageConfig) else needs


def _can_be_told(code: str, params: object) -> None:
    assert isinstance(params, dict)
    for language in LANGUAGES:
        assert message(code, params, language).text
        assert message(code, params, language).fix
