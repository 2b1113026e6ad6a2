"""Described machines, and what NVIDIA's own images demand of one."""

from collections.abc import Mapping

from openpai.images.cuda.machine import Gpu, Machine
from openpai.images.facts import ImageConfig

K80 = Gpu("Tesla K80", "GPU-k80", (3, 7), 11441)
P100 = Gpu("Tesla P100-PCIE-16GB", "GPU-p100", (6, 0), 16384)
V100 = Gpu("Tesla V100-SXM2-16GB", "GPU-v100", (7, 0), 16384)
T4 = Gpu("Tesla T4", "GPU-t4", (7, 5), 15360)
A100 = Gpu("NVIDIA A100-SXM4-80GB", "GPU-a100", (8, 0), 81920)
A6000 = Gpu("NVIDIA RTX A6000", "GPU-a6000", (8, 6), 49140)
RTX3090 = Gpu("NVIDIA GeForce RTX 3090", "GPU-3090", (8, 6), 24576)
RTX4090 = Gpu("NVIDIA GeForce RTX 4090", "GPU-4090", (8, 9), 24564)
H100 = Gpu("NVIDIA H100 80GB HBM3", "GPU-h100", (9, 0), 81559)
B200 = Gpu("NVIDIA B200", "GPU-b200", (10, 0), 183359)
RTX5090 = Gpu("NVIDIA GeForce RTX 5090", "GPU-5090", (12, 0), 32607)
UNHEARD_OF = Gpu("NVIDIA X900", "GPU-x900", (99, 0), 999999)


def machine(driver: str | None, *gpus: Gpu, name: str = "gpu-2") -> Machine:
    return Machine(name, "amd64", driver, gpus, described=True)


def image(environment: Mapping[str, str] | None = None, **labels: str) -> ImageConfig:
    """An image by its environment and labels; `com_nvidia_x` stands for the label `com.nvidia.x`."""
    return ImageConfig(
        "amd64", environment=environment or {}, labels={n.replace("_", "."): v for n, v in labels.items()}
    )


def _branches(cuda: str, brands: str, *branches: int) -> str:
    """As NVIDIA writes it: a driver for that CUDA, or one of these branches with a GPU of these brands."""
    older = [f"brand={brand},driver>={b},driver<{b + 1}" for b in branches for brand in brands.split()]
    return " ".join([f"cuda>={cuda}", *older])


_OLD_BRANDS = "tesla unknown nvidia nvidiartx geforce geforcertx quadro quadrortx titan titanrtx"
_NEW_BRANDS = "unknown grid tesla nvidia quadro quadrortx nvidiartx vapps vpc vcs vws cloudgaming"

CUDA_10_0 = image(
    {
        "CUDA_VERSION": "10.0.130",
        "NVIDIA_REQUIRE_CUDA": "cuda>=10.0 brand=tesla,driver>=384,driver<385 brand=tesla,driver>=410,driver<411",
    }
)
"""nvidia/cuda:10.0-base"""

CUDA_12_2 = image(
    {
        "CUDA_VERSION": "12.2.2",
        "NV_CUDA_COMPAT_PACKAGE": "cuda-compat-12-2",
        "NVIDIA_REQUIRE_CUDA": _branches("12.2", _OLD_BRANDS, 470, 525),
    }
)
"""nvidia/cuda:12.2.2-base"""

CUDA_12_8 = image(
    {"CUDA_VERSION": "12.8.1", "NVIDIA_REQUIRE_CUDA": _branches("12.8", _NEW_BRANDS, 470, 535, 550, 565)}
)
"""nvidia/cuda:12.8.1-base"""

CUDA_13_0 = image(
    {"CUDA_VERSION": "13.0.1", "NVIDIA_REQUIRE_CUDA": _branches("13.0", _NEW_BRANDS, 535, 550, 565, 570, 575)}
)
"""nvidia/cuda:13.0.1-base"""

FRAMEWORK_24_05 = image(
    {
        "CUDA_VERSION": "12.4.1.003",
        "NVIDIA_REQUIRE_CUDA": "cuda>=9.0",
        "NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS": "base-only",
        "_CUDA_COMPAT_PATH": "/usr/local/cuda/compat",
    }
)
"""nvcr.io/nvidia/pytorch:24.05: what it demands is far below what it needs."""
