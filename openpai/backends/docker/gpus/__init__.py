"""The GPUs of the engine's machine: what there is, whether it is well, and how a container gets it.

finder      GPUs and driver as they are now: asks all others, on a thread
hints       a hint to look, when a GPU has become bad or well
access      how the engine gives GPUs to containers: CDI, or NVIDIA's runtime; what a container is asked for
owners      which processes hold a GPU, and in what containers they are
probe       one look at all of them, through one session with NVML
health      what NVML read of a GPU → why no task may get it (pure)
nearness    which GPUs are near one another (pure)
nvml        NVIDIA's management library, read
"""
