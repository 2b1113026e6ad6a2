"""MultiWorkerMirroredStrategy over the tasks of a job: each trains on its share of a batch, and all keep one model.

The platform says who meets whom in TF_CONFIG, since the role is called `worker`.
"""

import argparse
import gzip
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

DIGITS = "/usr/share/datasets/digits/digits.csv.gz"


def load():
    """Handwritten digits, 8 x 8, as rows of 64: pixels and labels to train, and to test."""
    with gzip.open(DIGITS, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype="float32")
    table = table[np.random.RandomState(0).permutation(len(table))]
    pixels, labels = table[:, :64] / 16, table[:, 64].astype("int64")
    held_out = np.arange(len(table)) % 5 == 0
    return pixels[~held_out], labels[~held_out], pixels[held_out], labels[held_out]


class Net:
    """Two layers, in variables that the strategy mirrors."""

    def __init__(self):
        initial = tf.initializers.GlorotUniform(seed=1)
        self.weights = [tf.Variable(initial(shape)) for shape in ((64, 64), (64, 10))]
        self.biases = [tf.Variable(tf.zeros(size)) for size in (64, 10)]
        self.variables = [*self.weights, *self.biases]

    def __call__(self, pixels):
        hidden = tf.nn.relu(pixels @ self.weights[0] + self.biases[0])
        return hidden @ self.weights[1] + self.biases[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch-size", type=int, default=64, help="of all tasks together")
    parser.add_argument("--lr", type=float, default=0.3)
    options = parser.parse_args()

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    task = json.loads(os.environ["TF_CONFIG"])["task"]
    replicas = strategy.num_replicas_in_sync
    print(f"{task['type']} {task['index']}: {replicas} replicas, TensorFlow {tf.__version__}", flush=True)
    pixels, labels, test_pixels, test_labels = load()
    batches = len(pixels) // options.batch_size
    data = tf.data.Dataset.from_tensor_slices((pixels, labels)).shuffle(len(pixels), seed=1)
    data = data.batch(options.batch_size, drop_remainder=True).repeat()
    how = tf.data.Options()
    how.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    shares = iter(strategy.experimental_distribute_dataset(data.with_options(how)))
    with strategy.scope():
        net = Net()

    def step(share_pixels, share_labels):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(share_labels, net(share_pixels))
            loss = tf.reduce_sum(losses) / options.batch_size
        gradients = tape.gradient(loss, net.variables)
        context = tf.distribute.get_replica_context()
        for variable, gradient in zip(net.variables, context.all_reduce("sum", gradients), strict=True):
            variable.assign_sub(options.lr * gradient)
        return loss

    @tf.function
    def train_step(share):
        return strategy.reduce("sum", strategy.run(step, args=share), axis=None)

    for epoch in range(1, options.epochs + 1):
        began = time.monotonic()
        for _ in range(batches):
            loss = train_step(next(shares))
        speed = batches * options.batch_size / (time.monotonic() - began)
        print(f"epoch {epoch}/{options.epochs}  loss {float(loss):.3f}  {speed:.0f} images/s", flush=True)
    guessed = tf.argmax(net(tf.constant(test_pixels)), axis=1).numpy()
    print(f"done: test accuracy {np.mean(guessed == test_labels):.2%}, {replicas} replicas", flush=True)


if __name__ == "__main__":
    main()
