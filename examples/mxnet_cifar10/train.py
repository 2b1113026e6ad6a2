"""A small network, or ResNet-18, on CIFAR-10 with MXNet's Gluon; on handwritten digits where CIFAR-10 is not at hand.

CIFAR-10 (its Python version, the folder `cifar-10-batches-py`) is read where it is mounted or given; otherwise the
digits of scikit-learn are taken, which lie in the image.
"""

import argparse
import gzip
import os
import pickle
import sys
import time
from pathlib import Path

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon
from mxnet.gluon import nn
from mxnet.gluon.model_zoo import vision

PLACES = ("/mnt/data/cifar-10-batches-py", "cifar-10-batches-py")
DIGITS = Path("/usr/share/datasets/digits/digits.csv.gz")


def load(given):
    """The data set that is there, CIFAR-10 first: its name, then images (N x 3 x 32 x 32) and labels, to train and to
    test."""
    for place in (given, os.environ.get("CIFAR10"), *PLACES):
        if place and (given or (Path(place) / "data_batch_1").exists()):
            return (f"CIFAR-10 from {place}", *cifar10(Path(place)))
    return ("scikit-learn's handwritten digits (CIFAR-10 was not found)", *digits())


def cifar10(folder):
    def read(*names):
        batches = [pickle.loads((folder / name).read_bytes(), encoding="bytes") for name in names]
        pixels = np.concatenate([batch[b"data"] for batch in batches]).reshape(-1, 3, 32, 32)
        labels = np.concatenate([batch[b"labels"] for batch in batches])
        return pixels.astype("float32") / 255 - 0.5, labels.astype("float32")

    return (*read(*(f"data_batch_{number}" for number in range(1, 6))), *read("test_batch"))


def digits():
    with gzip.open(str(DIGITS), "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype="float32")
    table = table[np.random.RandomState(0).permutation(len(table))]
    images = (table[:, :64] / 16 - 0.3).reshape(-1, 1, 8, 8).repeat(4, axis=2).repeat(4, axis=3)
    images = images.repeat(3, axis=1)
    held_out = np.arange(len(table)) % 5 == 0
    return images[~held_out], table[~held_out, 64], images[held_out], table[held_out, 64]


def small():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(16, 3, strides=2, activation="relu"),
        nn.Conv2D(32, 3, strides=2, activation="relu"),
        nn.Flatten(),
        nn.Dense(64, activation="relu"),
        nn.Dense(10),
    )
    return net


def accuracy(net, loader, device):
    measured = mx.metric.Accuracy()
    for images, labels in loader:
        measured.update([labels], [net(images.as_in_context(device))])
    return measured.get()[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.002)
    parser.add_argument("--model", choices=("small", "resnet18"), default="small")
    parser.add_argument("--gpus", type=int, default=0, choices=(0, 1))
    parser.add_argument("--data", help="folder with CIFAR-10's Python batches ($CIFAR10)")
    options = parser.parse_args()

    mx.random.seed(1)
    device = mx.gpu() if options.gpus else mx.cpu()
    name, x, y, test_x, test_y = load(options.data)
    print(f"MXNet {mx.__version__} on {device}; {name}: {len(x)} images to train", flush=True)
    to_train = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), options.batch_size, shuffle=True)
    to_test = gluon.data.DataLoader(gluon.data.ArrayDataset(test_x, test_y), 250)
    net = vision.resnet18_v1(classes=10) if options.model == "resnet18" else small()
    net.initialize(mx.init.Xavier(), ctx=device)
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": options.lr})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for epoch in range(1, options.epochs + 1):
        began = time.monotonic()
        for images, labels in to_train:
            with autograd.record():
                loss = loss_of(net(images.as_in_context(device)), labels.as_in_context(device))
            loss.backward()
            trainer.step(len(labels))
        speed = len(x) / (time.monotonic() - began)
        reached = accuracy(net, to_test, device)
        print(
            f"epoch {epoch}/{options.epochs}  loss {loss.mean().asscalar():.3f}  {speed:.0f} images/s  "
            f"test accuracy {reached:.2%}",
            flush=True,
        )
    print(f"done: test accuracy {reached:.2%} after {options.epochs} epochs", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
