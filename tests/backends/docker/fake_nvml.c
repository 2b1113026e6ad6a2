/* A stand-in for NVIDIA's libnvidia-ml.so.1, which needs a driver and a GPU: it answers for two GPUs, or fails as
 * FAKE_NVML says: "init" (the driver does not answer), "second" (the second GPU is lost).
 * It has those functions that openpai/backends/docker/gpus.py calls, with NVML's signatures and numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, DRIVER_NOT_LOADED = 9, GPU_IS_LOST = 15 };

static const struct { const char *name, *uuid; int major, minor; unsigned long long bytes; } gpus[] = {
    {"NVIDIA H100 80GB HBM3", "GPU-11111111-2222-3333-4444-555555555555", 9, 0, 85520809984ULL},
    {"Tesla T4", "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa", 7, 5, 16106127360ULL},
};

struct memory { unsigned long long total, free, used; };

static int is(const char *what) {
    const char *how = getenv("FAKE_NVML");
    return how && !strcmp(how, what);
}

static int text(char *out, unsigned size, const char *value) {
    return snprintf(out, size, "%s", value) < (int)size ? SUCCESS : INVALID_ARGUMENT;
}

/* A handle is the index and one, so that none is NULL. */
static int index_of(void *device) { return (int)(size_t)device - 1; }

int nvmlInitWithFlags(unsigned flags) { return flags || is("init") ? DRIVER_NOT_LOADED : SUCCESS; }
int nvmlShutdown(void) { return SUCCESS; }
int nvmlSystemGetDriverVersion(char *out, unsigned size) { return text(out, size, "535.104.05"); }

int nvmlDeviceGetCount_v2(unsigned *count) {
    *count = 2;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (index > 1) return INVALID_ARGUMENT;
    if (index == 1 && is("second")) return GPU_IS_LOST;
    *device = (void *)(size_t)(index + 1);
    return SUCCESS;
}

int nvmlDeviceGetName(void *device, char *out, unsigned size) { return text(out, size, gpus[index_of(device)].name); }
int nvmlDeviceGetUUID(void *device, char *out, unsigned size) { return text(out, size, gpus[index_of(device)].uuid); }

int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    *major = gpus[index_of(device)].major;
    *minor = gpus[index_of(device)].minor;
    return SUCCESS;
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    memory->total = memory->free = gpus[index_of(device)].bytes;
    memory->used = 0;
    return SUCCESS;
}
