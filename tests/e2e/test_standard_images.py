"""The standard images for CPUs are built with `pai image build`, and compute: as a job, and for any user."""

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from openpai.builder.recipes import recipe
from openpai.client import Client
from tests.e2e.engine import docker
from tests.e2e.jobs import cause, job, output, run

_BUILD_S = (
    900  # Horovod is compiled: 2 to 4 minutes on 2 cores; with all that it stands on, and a busy machine
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(_BUILD_S)]

_PYTORCH = """
import torch, torchvision
torch.manual_seed(0)
inputs = torch.randn(64, 8)
wanted = inputs.sum(dim=1, keepdim=True)
net = torchvision.ops.MLP(8, [16, 1])
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
def step():
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(net(inputs), wanted)
    loss.backward()
    optimizer.step()
    return loss.item()
first, *_, last = [step() for _ in range(50)]
assert last < first / 10, (first, last)
print("trained with", torch.__version__)
"""

_TENSORFLOW = """
import keras, numpy, tensorflow
keras.utils.set_random_seed(0)
inputs = numpy.random.default_rng(0).normal(size=(64, 8)).astype("float32")
wanted = inputs.sum(axis=1, keepdims=True)
net = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
net.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse")
losses = net.fit(inputs, wanted, epochs=50, batch_size=64, verbose=0).history["loss"]
assert losses[-1] < losses[0] / 10, losses
print("trained with", tensorflow.__version__)
"""

_MXNET = """
import mxnet
from mxnet import autograd, nd
x = nd.array([[1, 2], [3, 4]])
x.attach_grad()
with autograd.record():
    y = (x * x).sum()
y.backward()
assert (x.grad == 2 * x).asnumpy().all(), x.grad
print("trained with", mxnet.__version__)
"""

_HOROVOD = """
import horovod, horovod.torch as hvd, torch
hvd.init()
assert hvd.size() == 2, hvd.size()
total = hvd.allreduce(torch.tensor([hvd.rank() + 1.0]), op=hvd.Sum)
assert total.item() == 3, total
net = torch.nn.Linear(4, 1)
hvd.broadcast_parameters(net.state_dict(), root_rank=0)
optimizer = hvd.DistributedOptimizer(torch.optim.SGD(net.parameters(), lr=0.1), net.named_parameters())
net(torch.full((8, 4), hvd.rank() + 1.0)).sum().backward()
optimizer.step()
same = hvd.allgather(net.weight.detach())
assert torch.equal(same[0], same[1]), same
print(f"rank {hvd.rank()} trained with {horovod.__version__}")
"""


def _python(program: str) -> str:
    return f"cat > /tmp/program.py <<'END'\n{program}\nEND\n"


_ONE = "python /tmp/program.py"
_TWO = f"horovodrun --gloo -np 2 -H localhost:2 {_ONE} && mpirun --oversubscribe -np 2 {_ONE}"
_COMPUTES = {
    "pytorch-1.13.1-cpu": (_python(_PYTORCH) + _ONE, ["trained with 1.13.0"]),  # as Debian's calls itself
    "tensorflow-2.21.0-cpu": (_python(_TENSORFLOW) + _ONE, ["trained with 2.21.0"]),
    "mxnet-1.9.1-cpu": (_python(_MXNET) + _ONE, ["trained with 1.9.1"]),
    "horovod-0.28.1-cpu": (_python(_HOROVOD) + _TWO, [f"rank {r} trained with 0.28.1" for r in (0, 1)] * 2),
}
"""Recipe → what it runs, and what it says then, each line as often as it stands here."""

_TOOLS = "bash git ssh sshd curl wget unzip python python3 pip"


def _image(name: str) -> str:
    """Have the image here. It is built where it is missing, by one process at a time."""
    lock = Path(tempfile.gettempdir()) / f"pai-test-images-{os.getuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        built = subprocess.run(
            [sys.executable, "-m", "openpai", "image", "build", name, "--if-missing"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert built.returncode == 0, built.stderr[-4000:]
    tag = str(recipe(name).reference)
    assert tag in built.stdout
    return tag


def _said(text: str, lines: list[str]) -> bool:
    return all(text.count(line) >= lines.count(line) for line in lines)


@pytest.mark.parametrize("name", _COMPUTES)
async def test_it_computes_as_a_job(pai: Client, name: str) -> None:
    commands, says = _COMPUTES[name]
    detail = await run(pai, job(commands, image=_image(name), memory=2048), within=300)
    log = (await output(pai, detail)).decode()
    assert detail["jobStatus"]["state"] == "SUCCEEDED", (cause(detail), log[-3000:])
    assert _said(log, says), log[-3000:]


@pytest.mark.parametrize("name", _COMPUTES)
def test_it_computes_for_a_user_without_rights(name: str) -> None:
    commands, says = _COMPUTES[name]
    options = ["--user", "1000", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    log = docker("run", "--rm", *options, _image(name), "bash", "-ec", commands)
    assert _said(log, says), log[-3000:]


@pytest.mark.parametrize("name", _COMPUTES)
def test_it_has_the_tools_and_a_place_for_everybody(name: str) -> None:
    script = f'command -v {_TOOLS}; cd; touch here; touch /workspace/here; echo "$PWD"; id -un'
    image = _image(name)
    said = docker("run", "--rm", "--user", "1000", image, "bash", "-ec", script).split()
    assert len(said) == len(_TOOLS.split()) + 2
    assert said[-2:] == ["/home/user", "user"]
    assert (
        docker("run", "--rm", "--user", "4711", image, "bash", "-ec", "touch here; pwd").strip()
        == "/workspace"
    )


def test_one_can_log_in_with_ssh() -> None:
    script = """
    ssh-keygen -A >&2 && /usr/sbin/sshd
    ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id && cp ~/.ssh/id.pub ~/.ssh/authorized_keys
    ssh -i ~/.ssh/id -o StrictHostKeyChecking=accept-new localhost echo hello from '$SSH_CONNECTION'
    """
    said = docker(
        "run", "--rm", _image("pytorch-1.13.1-cpu"), "bash", "-ec", "mkdir -m 700 ~/.ssh; " + script
    )
    assert said.startswith("hello from ")


def test_an_image_says_what_it_is() -> None:
    image = _image("mxnet-1.9.1-cpu")
    labels = docker("image", "inspect", "--format", "{{json .Config.Labels}}", image)
    for word in ("title", "version", "created", "licenses", "base.name"):
        assert f"org.opencontainers.image.{word}" in labels
