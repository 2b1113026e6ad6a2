"""A training that writes its loss for TensorBoard, step by step, for as long as it is told to."""

import argparse
import gzip
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

DIGITS = "/usr/share/datasets/digits/digits.csv.gz"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--logs", required=True)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()

    with gzip.open(DIGITS, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype="float32")
    pixels, labels = table[:, :64] / 16, table[:, 64].astype("int64")
    weights, biases = tf.Variable(tf.zeros((64, 10))), tf.Variable(tf.zeros(10))
    end = time.monotonic() + options.seconds
    step = 0
    with tf.summary.create_file_writer(options.logs).as_default() as writer:
        while time.monotonic() < end:
            with tf.GradientTape() as tape:
                guessed = pixels @ weights + biases
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, guessed))
            for variable, gradient in zip(
                (weights, biases), tape.gradient(loss, (weights, biases)), strict=True
            ):
                variable.assign_sub(0.1 * gradient)
            step += 1
            tf.summary.scalar("loss", loss, step)
            writer.flush()
            print(f"step {step}  loss {float(loss):.3f}", flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main()
