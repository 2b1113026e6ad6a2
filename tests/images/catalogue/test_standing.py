"""How the catalogue's images stand here: on which machines they run, and what is missing."""

import pytest

from openpai.errors import Problem
from openpai.images.catalogue.entries import find_image
from openpai.images.catalogue.standing import standing
from openpai.images.cuda.machine import Gpu, Machine
from openpai.images.facts import LocalImage
from openpai.images.reference import parse_reference
from tests.looks import local

V100 = Gpu("Tesla V100-SXM2-16GB", "GPU-1", (7, 0), 16160)
OLD = Machine("gpu-2", "amd64", "384.81", (V100,))
NEW = Machine("gpu-1", "amd64", "470.57.02", (V100,))
BARE = Machine("cpu-1", "amd64")
AWAY = Problem("RegistryUnreachable", {"image": "x", "registry": "docker.io", "detail": "-"})

GPU_IMAGE = "openpai/standard:python_3.6-pytorch_1.2.0-gpu"
CPU_IMAGE = "openpai/standard:python_3.6-pytorch_1.2.0-cpu"
OWN_RECIPE = "openpai/standard:python_3.11-mxnet_1.9.1-cpu"


@pytest.mark.parametrize(
    ("image", "here", "machines", "unreachable", "runs", "codes"),
    [
        (CPU_IMAGE, False, [BARE], None, True, []),
        (CPU_IMAGE, False, [BARE], AWAY, False, ["RegistryUnreachable"]),
        (CPU_IMAGE, True, [BARE], AWAY, True, []),
        (GPU_IMAGE, False, [BARE], None, False, ["NoNvidiaGpu"]),
        (GPU_IMAGE, False, [OLD], None, False, ["DriverTooOld"]),
        (GPU_IMAGE, False, [NEW], None, True, []),
        (GPU_IMAGE, True, [NEW, OLD], AWAY, True, ["ImageFitsSomeNodes"]),
        (GPU_IMAGE, False, [OLD], AWAY, False, ["RegistryUnreachable", "DriverTooOld"]),
        (OWN_RECIPE, False, [BARE], None, False, ["ImageToBeBuilt"]),
        (OWN_RECIPE, True, [BARE], AWAY, True, []),
    ],
)
def test_an_image_runs_where_it_can_be_had_and_fits(
    image: str,
    here: bool,
    machines: list[Machine],
    unreachable: Problem | None,
    runs: bool,
    codes: list[str],
) -> None:
    entry = find_image(parse_reference(image))
    assert entry is not None
    found: LocalImage | None = local(image) if here else None
    result = standing(entry, found, machines, unreachable)
    assert (result.runs, [reason.code for reason in result.reasons]) == (runs, codes)
