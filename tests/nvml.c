/* A stand-in for NVIDIA's libnvidia-ml.so.1, which needs a driver and GPUs. It has those functions that
 * openpai/backends/docker/gpus/nvml.py calls, with NVML's signatures and numbers.
 *
 * What it tells stands in the file that FAKE_NVML names, and is read at each call: lines of a word, a GPU and a number.
 * Nothing else is the matter with two GPUs where the file says nothing:
 *
 *     init 0 9         opening the library fails with this error; the GPU does not matter
 *     count 0 4        so many GPUs
 *     hangs 0 1        opening the library takes for ever
 *     error 1 15       every question about the GPU fails with this error
 *     ecc 0 2          memory errors that were not corrected
 *     pages 0 1        pages to be retired at the next reset
 *     rows 0 1         rows to be remapped; 2: no spare rows
 *     action 0 1       what the driver wants done
 *     mig 0 1          divided
 *     sleeps 0 1       persistence mode is off
 *     compute 0 4711   a process computes on it; any number of lines
 *     graphics 0 4712  a process draws on it
 *     graphics_mb 0 9  how much memory those have
 *     xid 0 79         the driver reports this, once
 *     common 3 30      what GPU 0 and GPU 3 share (10 × the one + the other); 50 where it is not told
 *     link 3 1         NVLink between them
 *     old 0 1          the driver has none of the newer functions
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, TIMEOUT = 10 };

static const struct { const char *name, *uuid; int major, minor; unsigned long long bytes; } gpus[] = {
    {"NVIDIA H100 80GB HBM3", "GPU-11111111-2222-3333-4444-555555555555", 9, 0, 85520809984ULL},
    {"Tesla T4", "GPU-66666666-7777-8888-9999-aaaaaaaaaaaa", 7, 5, 16106127360ULL},
    {"Tesla T4", "GPU-bbbbbbbb-7777-8888-9999-aaaaaaaaaaaa", 7, 5, 16106127360ULL},
    {"Tesla T4", "GPU-cccccccc-7777-8888-9999-aaaaaaaaaaaa", 7, 5, 16106127360ULL},
};
enum { MOST = sizeof gpus / sizeof *gpus };

struct memory { unsigned long long total, free, used; };
struct process { unsigned pid; unsigned long long bytes; unsigned gpu_instance, compute_instance; };
struct field { unsigned id, scope; long long when, took; int type; int result; union { unsigned number; double big; } value; };
struct event { void *device; unsigned long long type, data; unsigned gpu_instance, compute_instance; };

static unsigned long registered, reported; /* bits: GPUs whose events are waited for; whose event was given out */

/* All numbers that the file has for a word and a GPU, how many there are; the first of them, or what otherwise is. */
static int numbers(const char *word, int gpu, long *into, int most) {
    const char *path = getenv("FAKE_NVML");
    FILE *file = path ? fopen(path, "r") : NULL;
    char line[200], key[20];
    int count = 0, which;
    long number;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "%19s %d %ld", key, &which, &number) == 3 && which == gpu && !strcmp(key, word) && count < most)
            into[count++] = number;
    if (file) fclose(file);
    return count;
}

static long told(const char *word, int gpu, long otherwise) {
    long number;
    return numbers(word, gpu, &number, 1) ? number : otherwise;
}

static int text(char *out, unsigned size, const char *value) {
    return snprintf(out, size, "%s", value) < (int)size ? SUCCESS : INVALID_ARGUMENT;
}

/* A handle is the index and one, so that none is NULL. */
static int index_of(void *device) { return (int)(size_t)device - 1; }
static int error_of(void *device) { return (int)told("error", index_of(device), SUCCESS); }
#define ANSWER(device, statement) do { int error = error_of(device); if (!error) { statement; } return error; } while (0)

int nvmlInitWithFlags(unsigned flags) {
    while (told("hangs", 0, 0)) usleep(10000);
    registered = reported = 0;
    return flags ? INVALID_ARGUMENT : (int)told("init", 0, SUCCESS);
}
int nvmlShutdown(void) { return SUCCESS; }
int nvmlSystemGetDriverVersion(char *out, unsigned size) { return text(out, size, "535.104.05"); }
int nvmlDeviceGetCount_v2(unsigned *count) { *count = (unsigned)told("count", 0, 2); return SUCCESS; }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (index >= MOST) return INVALID_ARGUMENT;
    *device = (void *)(size_t)(index + 1);
    return error_of(*device);
}

int nvmlDeviceGetIndex(void *device, unsigned *index) { ANSWER(device, *index = (unsigned)index_of(device)); }
int nvmlDeviceGetName(void *device, char *out, unsigned size) {
    int error = error_of(device);
    return error ? error : text(out, size, gpus[index_of(device)].name);
}
int nvmlDeviceGetUUID(void *device, char *out, unsigned size) {
    int error = error_of(device);
    return error ? error : text(out, size, gpus[index_of(device)].uuid);
}
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    ANSWER(device, *major = gpus[index_of(device)].major; *minor = gpus[index_of(device)].minor);
}
int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory) {
    ANSWER(device, memory->total = memory->free = gpus[index_of(device)].bytes; memory->used = 0);
}

int nvmlDeviceGetTotalEccErrors(void *device, int type, int counter, unsigned long long *count) {
    if (type != 1 || counter != 0) return INVALID_ARGUMENT;
    if (index_of(device) == 1 && !told("ecc", 1, 0)) return NOT_SUPPORTED; /* no GPU of its kind counts */
    ANSWER(device, *count = (unsigned long long)told("ecc", index_of(device), 0));
}
int nvmlDeviceGetRetiredPagesPendingStatus(void *device, unsigned *pending) {
    ANSWER(device, *pending = (unsigned)told("pages", index_of(device), 0));
}
int nvmlDeviceGetRemappedRows(void *device, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) {
    long rows = told("rows", index_of(device), 0);
    ANSWER(device, *corrected = 0; *uncorrected = rows > 0; *pending = rows == 1; *failed = rows == 2);
}
int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
    ANSWER(device, *current = *pending = (unsigned)told("mig", index_of(device), 0));
}
int nvmlDeviceGetPersistenceMode(void *device, unsigned *mode) {
    ANSWER(device, *mode = !told("sleeps", index_of(device), 0));
}

int nvmlDeviceGetFieldValues(void *device, int count, struct field *values) {
    for (int i = 0; i < count; i++) {
        values[i].result = values[i].id == 230 && !told("old", 0, 0) ? SUCCESS : NOT_SUPPORTED;
        values[i].value.number = (unsigned)told("action", index_of(device), 0);
    }
    return error_of(device);
}

static int processes(const char *word, void *device, unsigned *count, struct process *out) {
    long pids[64], memory = told("graphics_mb", index_of(device), 4);
    unsigned found = (unsigned)numbers(word, index_of(device), pids, 64), room = *count;
    if (error_of(device)) return error_of(device);
    *count = found;
    if (found > room) return INSUFFICIENT_SIZE;
    for (unsigned i = 0; i < found; i++)
        out[i] = (struct process){(unsigned)pids[i], (unsigned long long)memory << 20, ~0u, ~0u};
    return SUCCESS;
}
int nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned *count, struct process *out) {
    return processes("compute", device, count, out);
}
int nvmlDeviceGetGraphicsRunningProcesses_v2(void *device, unsigned *count, struct process *out) {
    return processes("graphics", device, count, out);
}
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, struct process *out) {
    return told("old", 0, 0) ? 13 : processes("compute", device, count, out);
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, struct process *out) {
    return told("old", 0, 0) ? 13 : processes("graphics", device, count, out);
}

int nvmlEventSetCreate(void **set) { *set = &registered; return SUCCESS; }
int nvmlDeviceRegisterEvents(void *device, unsigned long long types, void *set) {
    if (types != 8 || set != &registered) return INVALID_ARGUMENT;
    ANSWER(device, registered |= 1UL << index_of(device));
}
int nvmlEventSetWait_v2(void *set, struct event *event, unsigned timeout) {
    for (int i = 0; i < MOST && !timeout && set == &registered; i++)
        if (told("xid", i, 0) && registered >> i & 1 && !(reported >> i & 1)) {
            reported |= 1UL << i;
            *event = (struct event){(void *)(size_t)(i + 1), 8, (unsigned long long)told("xid", i, 0), ~0u, ~0u};
            return SUCCESS;
        }
    return TIMEOUT;
}

static int pair(void *one, void *other) { return 10 * index_of(one) + index_of(other); }
int nvmlDeviceGetTopologyCommonAncestor(void *one, void *other, unsigned *level) {
    ANSWER(other, *level = (unsigned)told("common", pair(one, other), 50));
}
int nvmlDeviceGetP2PStatus(void *one, void *other, int what, int *status) {
    ANSWER(other, *status = what == 2 && told("link", pair(one, other), 0) ? 0 : 5);
}
