"""DistributedDataParallel over the tasks of a job: each trains on its share of the images, and all keep one model.

The platform says who meets whom: MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE. Gloo on CPUs, NCCL on GPUs.
"""

import argparse
import gzip
import os
import sys
import time

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

DIGITS = "/usr/share/datasets/digits/digits.csv.gz"


def load():
    """Handwritten digits, 8 x 8: images and labels to train, and to test."""
    with gzip.open(DIGITS, "rt") as lines:
        table = torch.from_numpy(np.loadtxt(lines, delimiter=",", dtype=np.float32))
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(0))]
    images, labels = table[:, :64].view(-1, 1, 8, 8) / 16, table[:, 64].long()
    held_out = torch.arange(len(table)) % 5 == 0
    return images[~held_out], labels[~held_out], images[held_out], labels[held_out]


def net():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10)
    )


def same_everywhere(model):
    """Whether all tasks have the same weights: what they sum up to, from each of them."""
    mine = torch.stack([each.detach().double().sum() for each in model.parameters()]).sum()
    all_sums = [torch.zeros_like(mine) for _ in range(dist.get_world_size())]
    dist.all_gather(all_sums, mine)
    return all(each == mine for each in all_sums)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=32, help="of each task")
    parser.add_argument("--lr", type=float, default=0.003)
    options = parser.parse_args()

    gpu = torch.cuda.is_available()
    dist.init_process_group("nccl" if gpu else "gloo")
    rank, size = dist.get_rank(), dist.get_world_size()
    print(f"rank {rank} of {size}, {dist.get_backend()}", flush=True)
    device = torch.device("cuda" if gpu else "cpu")
    torch.manual_seed(rank)  # DDP begins with the weights of rank 0, whatever the others drew
    model = DistributedDataParallel(net().to(device))
    optimiser = torch.optim.Adam(model.parameters(), lr=options.lr)
    images, labels, test_images, test_labels = (each.to(device) for each in load())
    count = len(images) // size  # the same for all: who has one more would wait for ever
    images, labels = images[rank::size][:count], labels[rank::size][:count]

    for epoch in range(1, options.epochs + 1):
        began = time.monotonic()
        for chosen in torch.randperm(count, device=device).split(options.batch_size):
            loss = F.cross_entropy(model(images[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()  # here the gradients of all tasks become their mean
            optimiser.step()
        speed = size * count / (time.monotonic() - began)
        if rank == 0:
            print(f"epoch {epoch}/{options.epochs}  loss {loss.item():.3f}  {speed:.0f} images/s", flush=True)
    with torch.no_grad():
        reached = (model(test_images).argmax(1) == test_labels).float().mean().item()
    if not same_everywhere(model):
        sys.exit("the tasks have different weights")
    print(f"done: test accuracy {reached:.2%}, the same weights in {size} tasks", flush=True)
    dist.destroy_process_group()
    # Threads of Gloo outlive the group. One that wants Python while it ends aborts the process: so it ends at once.
    os._exit(0)


if __name__ == "__main__":
    main()
