"""The training of train.py in processes that Horovod keeps together: `horovodrun -np 4 python train_horovod.py`.

Each process takes its share of the images, on a GPU of its own where there are GPUs. The learning rate grows with the
number of processes, as the batch does.
"""

import sys

import horovod.torch as hvd
import torch
from train import ResNet18, Stop, load, options_of, sgd, tell, train


def main() -> int:
    hvd.init()
    options = options_of()
    stop = Stop()
    torch.manual_seed(options.seed + hvd.rank())
    if options.threads:
        torch.set_num_threads(options.threads)
    data = load(options.data, options.download)
    mine = slice(hvd.rank(), None, hvd.size())
    count = len(data.images) // hvd.size()  # the same for all: who has one more would wait for ever
    data = data._replace(images=data.images[mine][:count], labels=data.labels[mine][:count])
    tell(f"process {hvd.rank()} of {hvd.size()}: {data.name}: {count} images to train")

    model = ResNet18()
    if options.gpus:
        torch.cuda.set_device(hvd.local_rank())
        model.cuda()
    options.lr *= hvd.size()
    optimiser = hvd.DistributedOptimizer(sgd(model, options), named_parameters=model.named_parameters())
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
    reached = train(model, optimiser, data, options, stop)
    if reached is None:
        return 143
    if hvd.rank() == 0:
        torch.save(model.state_dict(), options.checkpoint)
        tell(f"done: test accuracy {reached:.2%} after {options.epochs} epochs, {hvd.size()} processes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
