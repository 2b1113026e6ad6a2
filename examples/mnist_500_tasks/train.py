"""One of many small tasks: the task's number says which learning rate, width and seed it tries.

Its result is one line in its log, and a file of one line in the folder of $RESULTS, where there is one.
"""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

DIGITS = "/usr/share/datasets/digits/digits.csv.gz"
RATES, WIDTHS, SEEDS = (0.0003, 0.001, 0.003, 0.01, 0.03), (8, 16, 32, 64, 128), 20  # 5 x 5 x 20 = 500


def load():
    """Handwritten digits, 8 x 8, as rows of 64: pixels and labels to train, and to test."""
    with gzip.open(DIGITS, "rt") as lines:
        table = torch.from_numpy(np.loadtxt(lines, delimiter=",", dtype=np.float32))
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(0))]
    pixels, labels = table[:, :64] / 16, table[:, 64].long()
    held_out = torch.arange(len(table)) % 5 == 0
    return pixels[~held_out], labels[~held_out], pixels[held_out], labels[held_out]


def trained(rate, width, seed, epochs):
    """The accuracy that a network of this width reaches."""
    torch.manual_seed(seed)
    pixels, labels, test_pixels, test_labels = load()
    net = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(epochs):
        for chosen in torch.randperm(len(pixels)).split(64):
            optimiser.zero_grad()
            F.cross_entropy(net(pixels[chosen]), labels[chosen]).backward()
            optimiser.step()
    with torch.no_grad():
        return (net(test_pixels).argmax(1) == test_labels).float().mean().item()


def main():
    torch.set_num_threads(1)
    number = int(os.environ["PAI_CURRENT_TASK_ROLE_CURRENT_TASK_INDEX"])
    rate, rest = RATES[number % 5], number // 5
    width, seed = WIDTHS[rest % 5], rest // 5
    reached = trained(rate, width, seed, epochs=int(os.environ.get("EPOCHS", "10")))
    result = {"task": number, "lr": rate, "width": width, "seed": seed, "accuracy": round(reached, 4)}
    print("result", json.dumps(result), flush=True)
    folder = Path(os.environ.get("RESULTS") or "/nowhere")
    if folder.is_dir():
        (folder / f"{number}.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
