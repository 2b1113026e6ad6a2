"""ResNet-18 on CIFAR-10 with PyTorch on CPUs or GPUs, or on handwritten digits where CIFAR-10 is not at hand.

CIFAR-10 (its Python version, the folder `cifar-10-batches-py`) is read where it is mounted or given, and downloaded
with --download alone; otherwise scikit-learn's digits are taken, which lie in the image, and made 32 x 32 x 3 big.
Runs on Python 3.6 with PyTorch 1.2, as in OpenPAI's standard images, and on what came after them.
"""

import argparse
import functools
import gzip
import importlib.util
import math
import os
import pickle
import signal
import sys
import tarfile
import time
import urllib.request
from pathlib import Path
from types import FrameType
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

CIFAR10_PLACES = ("/mnt/data/cifar-10-batches-py", "cifar-10-batches-py")
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
DIGITS_IN_IMAGE = Path("/usr/share/datasets/digits/digits.csv.gz")

tell = functools.partial(print, flush=True)  # a log is read while it grows


class Data(NamedTuple):
    """Images as N x 3 x 32 x 32 floats around 0, labels as N numbers from 0 to 9."""

    name: str
    images: Tensor
    labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    may_flip: bool  # a mirrored ship is a ship; a mirrored 3 is no digit


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and the way around them."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet18(nn.Module):
    """ResNet-18 for 32 x 32 images: a 3 x 3 stem without pooling, then four stages of two blocks."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU())
        blocks: list[nn.Module] = []
        channels_in = 64
        for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            blocks += [BasicBlock(channels_in, channels, stride), BasicBlock(channels, channels, 1)]
            channels_in = channels
        self.blocks = nn.Sequential(*blocks)
        self.classify = nn.Linear(512, classes)

    def forward(self, x: Tensor) -> Tensor:
        out = self.blocks(self.stem(x))
        return self.classify(out.mean(dim=(2, 3)))


def load(given: "Path | None", download: bool = False) -> Data:
    """The data set that is there: CIFAR-10 first."""
    if given is not None:
        return load_cifar10(given)  # and an error if it is not there: the user named it
    for place in (os.environ.get("CIFAR10"), *CIFAR10_PLACES):
        if place and (Path(place) / "data_batch_1").exists():
            return load_cifar10(Path(place))
    if download:
        tell(f"downloading {CIFAR10_URL}")
        file, _ = urllib.request.urlretrieve(CIFAR10_URL)
        with tarfile.open(file) as archive:
            archive.extractall()
        return load_cifar10(Path("cifar-10-batches-py"))
    return load_digits()


def load_cifar10(folder: Path) -> Data:
    def read(*names: str) -> tuple[Tensor, Tensor]:
        batches = [pickle.loads((folder / name).read_bytes(), encoding="bytes") for name in names]
        pixels = np.concatenate([batch[b"data"] for batch in batches]).reshape(-1, 3, 32, 32)
        labels = np.concatenate([batch[b"labels"] for batch in batches])
        mean = torch.tensor([0.4914, 0.4822, 0.4465]).view(3, 1, 1)
        std = torch.tensor([0.2470, 0.2435, 0.2616]).view(3, 1, 1)
        return (torch.from_numpy(pixels).float() / 255 - mean) / std, torch.from_numpy(labels).long()

    train = read(*(f"data_batch_{i}" for i in range(1, 6)))
    return Data(f"CIFAR-10 from {folder}", *train, *read("test_batch"), may_flip=True)


def load_digits() -> Data:
    with gzip.open(find_digits(), "rt") as lines:
        table = torch.from_numpy(np.loadtxt(lines, delimiter=",", dtype=np.float32))
    # A fixed shuffle, then every fifth image is held out: the split is the same whatever --seed says.
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(0))]
    pixels, labels = table[:, :64].view(-1, 1, 8, 8) / 16, table[:, 64].long()
    images = F.interpolate(pixels, size=(32, 32), mode="bilinear", align_corners=False)
    images = (images.expand(-1, 3, -1, -1) - 0.3) / 0.35
    held_out = torch.arange(len(table)) % 5 == 0
    name = "scikit-learn's handwritten digits, resized to 32 x 32 x 3 (CIFAR-10 was not found)"
    return Data(
        name, images[~held_out], labels[~held_out], images[held_out], labels[held_out], may_flip=False
    )


def find_digits() -> Path:
    if DIGITS_IN_IMAGE.exists():
        return DIGITS_IN_IMAGE
    sklearn = importlib.util.find_spec("sklearn")
    if sklearn is None or sklearn.origin is None:
        sys.exit("no data set: give CIFAR-10 with --data, or install scikit-learn for its digits")
    return Path(sklearn.origin).parent / "datasets" / "data" / "digits.csv.gz"


def shaken(images: Tensor, may_flip: bool) -> Tensor:
    """The batch moved by up to 4 pixels, and mirrored half the time where that makes sense."""
    dy, dx = torch.randint(0, 9, (2,)).tolist()
    images = F.pad(images, (4, 4, 4, 4), value=images.min().item())[:, :, dy : dy + 32, dx : dx + 32]
    return images.flip(3) if may_flip and torch.rand(()) < 0.5 else images


@torch.no_grad()
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    model.eval()
    device = device_of(model)
    guessed = [model(x.to(device)).argmax(1).cpu() for x in images.split(250)]
    return (torch.cat(guessed) == labels).float().mean().item()


def device_of(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


def one_cycle(optimiser: torch.optim.Optimizer, way: float, highest: float) -> None:
    """Sets learning rate and momentum for this part of the way (0 to 1), as PyTorch's OneCycleLR, which came with 1.3.

    The rate rises smoothly from little for a third of the way, then falls to nothing; momentum does the opposite.
    """
    rises = way < 0.3
    share = (1 - math.cos(math.pi * (way / 0.3 if rises else (1 - way) / 0.7))) / 2
    for group in optimiser.param_groups:
        group["lr"] = highest * (0.04 + 0.96 * share if rises else share)
        group["momentum"] = 0.95 - 0.1 * share


class Stop:
    """Set by SIGTERM, looked at after every batch."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def sgd(model: nn.Module, options: argparse.Namespace) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), lr=options.lr, momentum=0.9, weight_decay=5e-4)


def train(
    model: nn.Module, optimiser: torch.optim.Optimizer, data: Data, options: argparse.Namespace, stop: Stop
) -> "float | None":
    """Trains and tells how it goes; the test accuracy reached, or None when stopped before the end."""
    batches = -(-len(data.images) // options.batch_size)
    device = device_of(model)
    reached = 0.0
    for epoch in range(1, options.epochs + 1):
        model.train()
        began, seen, told = time.monotonic(), 0, 0.0
        shuffled = torch.randperm(len(data.images)).split(options.batch_size)
        for batch, chosen in enumerate(shuffled, start=1):
            one_cycle(optimiser, ((epoch - 1) * batches + batch - 1) / (options.epochs * batches), options.lr)
            images = shaken(data.images[chosen], data.may_flip).to(device)
            loss = F.cross_entropy(model(images), data.labels[chosen].to(device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if stop.asked:
                return None
            seen += len(chosen)
            now = time.monotonic()
            if now - told >= 2 or batch == batches:
                told = now
                speed = seen / (now - began)
                where = f"epoch {epoch}/{options.epochs}  batch {batch}/{batches}"
                tell(f"{where}  loss {loss.item():.3f}  {speed:.1f} images/s")
        reached = accuracy(model, data.test_images, data.test_labels)
        tell(f"epoch {epoch}/{options.epochs}  test accuracy {reached:.2%}")
    return reached


def options_of(arguments: "list[str] | None" = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.05, help="the highest learning rate of the cycle")
    parser.add_argument("--data", type=Path, help="folder with CIFAR-10's Python batches ($CIFAR10)")
    parser.add_argument("--download", action="store_true", help="download CIFAR-10 where it is not mounted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="CPU threads (0: PyTorch decides)")
    parser.add_argument("--gpus", type=int, default=0, help="GPUs to use (0: CPUs alone)")
    parser.add_argument("--checkpoint", type=Path, default=Path("resnet18.pt"))
    return parser.parse_args(arguments)


def main() -> int:
    options = options_of()
    stop = Stop()
    torch.manual_seed(options.seed)
    if options.threads:
        torch.set_num_threads(options.threads)
    data = load(options.data, options.download)
    tell(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, seed {options.seed}")
    tell(f"data: {data.name}: {len(data.images)} images to train, {len(data.test_images)} to test")

    model = ResNet18()
    if options.gpus:
        tell(f"GPUs: {', '.join(torch.cuda.get_device_name(i) for i in range(options.gpus))}")
    if options.gpus > 1:
        trained = nn.DataParallel(model.cuda(), device_ids=list(range(options.gpus)))
    else:
        trained = model.cuda() if options.gpus else model
    began = time.monotonic()
    reached = train(trained, sgd(model, options), data, options, stop)
    torch.save(model.state_dict(), options.checkpoint)
    tell(f"checkpoint: {options.checkpoint.resolve()}")
    if reached is None:
        tell("stopped by SIGTERM")
        return 128 + signal.SIGTERM
    tell(f"done: test accuracy {reached:.2%} after {options.epochs} epochs, {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
