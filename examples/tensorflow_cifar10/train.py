"""A convolutional network on CIFAR-10 with Keras, or on handwritten digits where CIFAR-10 is not at hand.

On CPUs, on one GPU, on several (MirroredStrategy), or in several processes that Horovod keeps together
(`horovodrun -np 4 python train.py --horovod`). CIFAR-10 (its Python version, the folder `cifar-10-batches-py`) is read
where it is mounted or given, and downloaded with --download alone. Runs on TensorFlow 2.1 and on what came after it.
"""

import argparse
import gzip
import os
import pickle
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

PLACES = ("/mnt/data/cifar-10-batches-py", "cifar-10-batches-py")
DIGITS = Path("/usr/share/datasets/digits/digits.csv.gz")


def load(given, download):
    """The data set that is there, CIFAR-10 first: its name, then images (N x 32 x 32 x 3, 0 to 1) and labels, to train
    and to test."""
    for place in (given, os.environ.get("CIFAR10"), *PLACES):
        if place and (given or (Path(place) / "data_batch_1").exists()):
            return (f"CIFAR-10 from {place}", *cifar10(Path(place)))
    if download:
        (x, y), (test_x, test_y) = tf.keras.datasets.cifar10.load_data()
        return "CIFAR-10, downloaded", scaled(x), y.ravel(), scaled(test_x), test_y.ravel()
    return ("scikit-learn's handwritten digits (CIFAR-10 was not found)", *digits())


def cifar10(folder):
    def read(*names):
        batches = [pickle.loads((folder / name).read_bytes(), encoding="bytes") for name in names]
        pixels = np.concatenate([batch[b"data"] for batch in batches]).reshape(-1, 3, 32, 32)
        return scaled(pixels.transpose(0, 2, 3, 1)), np.concatenate([batch[b"labels"] for batch in batches])

    return (*read(*(f"data_batch_{number}" for number in range(1, 6))), *read("test_batch"))


def scaled(pixels):
    return pixels.astype("float32") / 255


def digits():
    with gzip.open(str(DIGITS), "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype="float32")
    table = table[np.random.RandomState(0).permutation(len(table))]
    images = (table[:, :64] / 16).reshape(-1, 8, 8, 1)
    images = images.repeat(4, axis=1).repeat(4, axis=2).repeat(3, axis=3)
    labels = table[:, 64].astype("int64")
    held_out = np.arange(len(table)) % 5 == 0
    return images[~held_out], labels[~held_out], images[held_out], labels[held_out]


def model_of(name, weights):
    """ "small" is quick on CPUs; "vgg16" is VGG-16 with a head for ten classes."""
    layers = tf.keras.layers
    image = tf.keras.Input((32, 32, 3))
    if name == "vgg16":
        seen = tf.keras.applications.VGG16(include_top=False, weights=weights, input_tensor=image).output
    else:
        seen = layers.Conv2D(16, 3, strides=2, activation="relu")(image)
        seen = layers.Conv2D(32, 3, strides=2, activation="relu")(seen)
    hidden = layers.Dense(256 if name == "vgg16" else 64, activation="relu")(layers.Flatten()(seen))
    return tf.keras.Model(image, layers.Dense(10)(hidden))


def compiled(model, optimizer):
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


class Tell(tf.keras.callbacks.Callback):
    """A line for each epoch: a log is read while it grows."""

    def on_epoch_end(self, epoch, logs=None):
        numbers = "  ".join(f"{name} {value:.3f}" for name, value in (logs or {}).items())
        print(f"epoch {epoch + 1}  {numbers}", flush=True)


def options_of():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--model", choices=("small", "vgg16"), default="small")
    parser.add_argument("--weights", help="weights to begin with: imagenet (downloaded), or a file")
    parser.add_argument("--data", help="folder with CIFAR-10's Python batches ($CIFAR10)")
    parser.add_argument("--download", action="store_true", help="download CIFAR-10 where it is not mounted")
    parser.add_argument(
        "--horovod", action="store_true", help="this is one of several processes of Horovod's"
    )
    parser.add_argument("--logs", help="folder for TensorBoard")
    return parser.parse_args()


def main():
    options = options_of()
    name, x, y, test_x, test_y = load(options.data, options.download)
    gpus = tf.config.experimental.list_physical_devices("GPU")
    print(f"TensorFlow {tf.__version__}, {len(gpus)} GPUs; {name}: {len(x)} images to train", flush=True)
    callbacks = [Tell()]
    if options.logs:
        callbacks.append(tf.keras.callbacks.TensorBoard(options.logs))
    if options.horovod:
        import horovod.tensorflow.keras as hvd

        hvd.init()
        if gpus:
            tf.config.experimental.set_visible_devices(gpus[hvd.local_rank()], "GPU")
        x, y = x[hvd.rank() :: hvd.size()], y[hvd.rank() :: hvd.size()]
        count = len(y) if hvd.size() == 1 else (len(y) // options.batch_size) * options.batch_size
        x, y = x[:count], y[:count]
        optimizer = hvd.DistributedOptimizer(tf.keras.optimizers.Adam(options.lr * hvd.size()))
        model = compiled(model_of(options.model, options.weights), optimizer)
        callbacks.append(hvd.callbacks.BroadcastGlobalVariablesCallback(0))
    elif len(gpus) > 1:
        with tf.distribute.MirroredStrategy().scope():
            model = compiled(model_of(options.model, options.weights), tf.keras.optimizers.Adam(options.lr))
    else:
        model = compiled(model_of(options.model, options.weights), tf.keras.optimizers.Adam(options.lr))
    model.fit(x, y, options.batch_size, epochs=options.epochs, verbose=0, callbacks=callbacks)
    accuracy = model.evaluate(test_x, test_y, verbose=0)[1]
    print(f"done: test accuracy {accuracy:.2%} after {options.epochs} epochs", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
