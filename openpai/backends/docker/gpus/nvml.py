"""What NVIDIA's management library (NVML) tells of the GPUs of the machine that this process runs on.

Blocks for milliseconds, seconds where the driver sleeps, and for ever where it is broken: call it on a thread.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TypeVar

import pynvml

from openpai.backends.docker.gpus.health import Reading
from openpai.backends.docker.gpus.nearness import Nearness

_T = TypeVar("_T")

_MIB = 2**20
_EVENTS_AT_ONCE = 100
_LOST = (pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_GPU_NOT_FOUND)
_NOT_HERE = (
    pynvml.NVML_ERROR_NOT_SUPPORTED,  # by this model
    pynvml.NVML_ERROR_FUNCTION_NOT_FOUND,  # by this driver
    pynvml.NVML_ERROR_INVALID_ARGUMENT,
    pynvml.NVML_ERROR_NO_PERMISSION,
)


class NvmlFailed(Exception):
    """The library is there, and says no: its words."""


@dataclass(frozen=True, slots=True)
class Card:
    """What of a GPU does not change."""

    model: str
    uuid: str
    compute_capability: tuple[int, int]
    memory_mb: int


class Nvml:
    """A session with the library, which stays open: opening it wakes GPUs up, and events are told only to who waits
    for them. Not for two threads at a time."""

    def __init__(self) -> None:
        """Raises NvmlFailed; `FileNotFoundError` where there is no library, as on most machines."""
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError_LibraryNotFound as error:
            raise FileNotFoundError("libnvidia-ml.so.1") from error
        except pynvml.NVMLError as error:
            raise NvmlFailed(str(error)) from error
        try:
            self.driver = str(pynvml.nvmlSystemGetDriverVersion())
            self.count = int(pynvml.nvmlDeviceGetCount())
            self._handles: dict[int, object] = {}
            self._events = _events()
            self._xids: dict[int, int] = {}
        except pynvml.NVMLError as error:
            self.close()
            raise NvmlFailed(str(error)) from error

    def close(self) -> None:
        """End the session."""
        pynvml.nvmlShutdown()

    def card(self, index: int) -> Card | None:
        """None for one that does not answer."""
        try:
            handle = self._handle(index)
            major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
            return Card(
                model=str(pynvml.nvmlDeviceGetName(handle)),
                uuid=str(pynvml.nvmlDeviceGetUUID(handle)),
                compute_capability=(int(major), int(minor)),
                memory_mb=int(pynvml.nvmlDeviceGetMemoryInfo(handle).total) // _MIB,
            )
        except pynvml.NVMLError:
            return None

    def read(self, index: int) -> Reading:
        """How the GPU is now."""
        try:
            return _reading(self._handle(index), self._xids.get(index))
        except pynvml.NVMLError as error:
            return Reading(lost=error.value in _LOST, failure=str(error), xid=self._xids.get(index))

    def take_events(self) -> None:
        """Note what the driver has reported since the last call; `read` tells it from then on."""
        for _ in range(_EVENTS_AT_ONCE if self._events else 0):
            try:
                event = pynvml.nvmlEventSetWait(self._events, 0)
            except pynvml.NVMLError:  # a timeout: there is no more; or trouble, which `read` meets too
                return
            index = _or(None, partial(pynvml.nvmlDeviceGetIndex, event.device), _LOST)
            if index is not None and Reading(xid=int(event.eventData)).has_hardware_xid:
                self._xids[int(index)] = int(event.eventData)

    def nearness(self) -> Nearness:
        """How near the GPUs are to one another."""
        common: dict[tuple[int, int], int] = {}
        linked: set[tuple[int, int]] = set()
        for pair in combinations(range(self.count), 2):
            try:
                one, other = (self._handle(index) for index in pair)
                common[pair] = int(pynvml.nvmlDeviceGetTopologyCommonAncestor(one, other))
                status = pynvml.nvmlDeviceGetP2PStatus(one, other, pynvml.NVML_P2P_CAPS_INDEX_NVLINK)
            except pynvml.NVMLError:
                continue
            if status == pynvml.NVML_P2P_STATUS_OK:
                linked.add(pair)
        return Nearness(self.count, common, frozenset(linked))

    def sleeps_when_idle(self, index: int) -> bool:
        """Whether the driver forgets the GPU while nobody uses it (its persistence mode is off)."""
        try:
            mode = pynvml.nvmlDeviceGetPersistenceMode(self._handle(index))
        except pynvml.NVMLError:
            return False
        return bool(mode == pynvml.NVML_FEATURE_DISABLED)

    def _handle(self, index: int) -> object:
        if index not in self._handles:
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            self._handles[index] = handle
            if self._events:
                kinds = pynvml.nvmlEventTypeXidCriticalError
                _or(None, partial(pynvml.nvmlDeviceRegisterEvents, handle, kinds, self._events))
        return self._handles[index]


def _events() -> object | None:
    """None where the driver tells of no events."""
    made: object | None = _or(None, pynvml.nvmlEventSetCreate)
    return made


def _reading(handle: object, xid: int | None) -> Reading:
    """Raises NVMLError where the GPU does not answer at all."""
    pynvml.nvmlDeviceGetUUID(handle)
    uncorrected = (pynvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, pynvml.NVML_VOLATILE_ECC)
    _, _, rows_pending, rows_failed = _or((0, 0, 0, 0), partial(pynvml.nvmlDeviceGetRemappedRows, handle))
    compute = frozenset(int(each.pid) for each in _processes(handle, "Compute"))
    return Reading(
        memory_errors=int(_or(0, partial(pynvml.nvmlDeviceGetTotalEccErrors, handle, *uncorrected))),
        pages_pending=bool(_or(0, partial(pynvml.nvmlDeviceGetRetiredPagesPendingStatus, handle))),
        rows_pending=bool(rows_pending),
        rows_failed=bool(rows_failed),
        recovery=_recovery(handle),
        mig=bool(_or((0, 0), partial(pynvml.nvmlDeviceGetMigMode, handle))[0]),
        xid=xid,
        compute=compute,
        graphics={
            int(each.pid): (each.usedGpuMemory or 0) // _MIB
            for each in _processes(handle, "Graphics")
            if int(each.pid) not in compute
        },
    )


def _recovery(handle: object) -> int:
    """What the driver wants done to the GPU; 0: nothing, or it does not say."""
    wanted = [pynvml.NVML_FI_DEV_GET_GPU_RECOVERY_ACTION]
    values: Iterable[pynvml.c_nvmlFieldValue_t] = _or(
        (), partial(pynvml.nvmlDeviceGetFieldValues, handle, wanted)
    )
    for value in values:
        if value.nvmlReturn == pynvml.NVML_SUCCESS:
            return int(value.value.uiVal)
    return 0


def _processes(handle: object, kind: str) -> Iterator[pynvml.c_nvmlProcessInfo_t]:
    """Those that compute, or draw; older drivers know only the older call."""
    for version in ("_v3", "_v2"):
        ask = getattr(pynvml, f"nvmlDeviceGet{kind}RunningProcesses{version}")
        found = _or(None, partial(ask, handle))
        if found is not None:
            yield from found
            return


def _or(otherwise: _T, ask: Callable[[], _T], passes: tuple[int, ...] = ()) -> _T:
    """The answer, or `otherwise` where model or driver cannot tell, or the error is one of `passes`."""
    try:
        return ask()
    except pynvml.NVMLError as error:
        if error.value not in (*_NOT_HERE, *passes):
            raise
        return otherwise
