"""The GPUs and the driver of the machine that this process runs on, from NVIDIA's management library (NVML).

Blocks for milliseconds, or seconds where the driver sleeps: call it on a thread, and only for an engine that is on
this machine.
"""

import pynvml
import structlog

from openpai.images.cuda.machine import Gpu

log = structlog.get_logger()


def gpus_of_this_machine() -> tuple[str | None, tuple[Gpu, ...]]:
    """The driver's version and the GPUs, by NVML's index. (None, ()) where there is no NVML library, which is no
    error: most machines have no GPU. Any other trouble is told in the log, and what is known is returned."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        return None, ()
    except pynvml.NVMLError as error:
        log.warning("gpus cannot be asked for", detail=str(error))
        return None, ()
    try:
        return _driver_and_gpus()
    finally:
        pynvml.nvmlShutdown()


def _driver_and_gpus() -> tuple[str | None, tuple[Gpu, ...]]:
    try:
        driver = str(pynvml.nvmlSystemGetDriverVersion())
        count = int(pynvml.nvmlDeviceGetCount())
    except pynvml.NVMLError as error:
        log.warning("gpus cannot be counted", detail=str(error))
        return None, ()
    found = (_gpu(index) for index in range(count))
    return driver, tuple(gpu for gpu in found if gpu is not None)


def _gpu(index: int) -> Gpu | None:
    """None for one that does not answer, as after it fell off the bus: no task should get it."""
    try:
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
        return Gpu(
            model=str(pynvml.nvmlDeviceGetName(handle)),
            uuid=str(pynvml.nvmlDeviceGetUUID(handle)),
            compute_capability=(int(major), int(minor)),
            memory_mb=int(pynvml.nvmlDeviceGetMemoryInfo(handle).total) // 2**20,
        )
    except pynvml.NVMLError as error:
        log.warning("gpu does not answer", gpu=index, detail=str(error))
        return None
