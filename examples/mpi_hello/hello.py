"""MPI without a compiler or a package: Open MPI's own library, called from Python.

Each process says who and where it is; then all add up their ranks, and each compares the sum with what it must be.
"""

import ctypes
import socket
import sys

mpi = ctypes.CDLL("libmpi.so.40", ctypes.RTLD_GLOBAL)


def handle(name):
    """A constant of Open MPI: the address of an object."""
    return ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(mpi, name)))


world = handle("ompi_mpi_comm_world")


def asked(function):
    """A number that MPI tells of the world."""
    found = ctypes.c_int()
    function(world, ctypes.byref(found))
    return found.value


def main():
    mpi.MPI_Init(None, None)
    rank, size = asked(mpi.MPI_Comm_rank), asked(mpi.MPI_Comm_size)
    print(f"hello from rank {rank} of {size} on {socket.gethostname()}", flush=True)
    mine, total = ctypes.c_int(rank), ctypes.c_int()
    integers, add = handle("ompi_mpi_int"), handle("ompi_mpi_op_sum")
    mpi.MPI_Allreduce(ctypes.byref(mine), ctypes.byref(total), 1, integers, add, world)
    if total.value != size * (size - 1) // 2:
        sys.exit(f"rank {rank}: the sum of all ranks is not {total.value}")
    if rank == 0:
        print(f"the ranks of {size} processes add up to {total.value}", flush=True)
    mpi.MPI_Finalize()


if __name__ == "__main__":
    main()
