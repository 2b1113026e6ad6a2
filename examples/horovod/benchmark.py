"""How fast Horovod trains: synthetic images through a convolutional network, in images per second.

First an allreduce of which everybody knows the result. After marketplace-v2's horovod-pytorch-synthetic-benchmark.
"""

import argparse
import sys
import time

import horovod.torch as hvd
import torch
from torch import nn
from torch.nn import functional as F


def check_allreduce():
    """The sum of one vector of each process; every process compares it with what it must be."""
    mine = torch.arange(1000.0) * (hvd.rank() + 1)
    expected = torch.arange(1000.0) * sum(range(1, hvd.size() + 1))
    if not torch.equal(hvd.allreduce(mine, op=hvd.Sum), expected):
        sys.exit(f"rank {hvd.rank()}: the allreduce is wrong")


def net():
    return nn.Sequential(
        *(nn.Conv2d(3, 32, 3, stride=2), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(1024, 1000)),
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, default=16, help="of each process")
    parser.add_argument("--batches", type=int, default=10, help="in one measurement")
    parser.add_argument("--measurements", type=int, default=3)
    options = parser.parse_args()

    hvd.init()
    torch.set_num_threads(1)
    gpu = torch.cuda.is_available()
    if gpu:
        torch.cuda.set_device(hvd.local_rank())
    device = torch.device("cuda" if gpu else "cpu")
    check_allreduce()
    print(f"rank {hvd.rank()} of {hvd.size()} on {device}: the allreduce is right", flush=True)
    model = net().to(device)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01 * hvd.size())
    optimiser = hvd.DistributedOptimizer(optimiser, named_parameters=model.named_parameters())
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    images = torch.randn(options.batch_size, 3, 64, 64, device=device)
    labels = torch.randint(0, 1000, (options.batch_size,), device=device)

    speeds = []
    for _ in range(options.measurements):
        began = time.monotonic()
        for _ in range(options.batches):
            optimiser.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimiser.step()
        speeds.append(options.batch_size * options.batches / (time.monotonic() - began))
        if hvd.rank() == 0:
            print(f"{speeds[-1]:.1f} images/s per process", flush=True)
    if hvd.rank() == 0:
        total = hvd.size() * sum(speeds) / len(speeds)
        print(f"total: {total:.1f} images/s in {hvd.size()} processes", flush=True)


if __name__ == "__main__":
    main()
