"""The engine as seen from outside: what of a server is on it, and what happened to that."""

import json
import subprocess
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from openpai.backends.docker.translate import INSTANCE_LABEL, TASK_LABEL


def docker(*words: str, host: str | None = None) -> str:
    """What the command prints; raises when it fails."""
    where = ["-H", host] if host else []
    done = subprocess.run(
        ["docker", *where, *words], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    assert done.returncode == 0, f"docker {' '.join(words)}: {done.stderr}"
    return done.stdout


def containers(instance: str, *, host: str | None = None, job: str | None = None) -> list[str]:
    """The ids of a server's containers, in any state."""
    label = f"label={INSTANCE_LABEL}={instance}"
    of_job = ["--filter", f"label=openpai.job={job}"] if job else []
    return docker("ps", "-aq", "--no-trunc", "--filter", label, *of_job, host=host).split()


def networks(instance: str, *, host: str | None = None) -> list[str]:
    """The names of a server's networks."""
    label = f"label={INSTANCE_LABEL}={instance}"
    return docker("network", "ls", "--format", "{{.Name}}", "--filter", label, host=host).split()


def inspect(container: str, *, host: str | None = None) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", container, host=host))
    return found[0]


def sweep(instance: str, host: str | None = None) -> list[str]:
    """What is left of a server on the engine; it is removed. The network that jobs share may stay."""
    left = containers(instance, host=host)
    for container in left:
        subprocess.run(
            ["docker", *(["-H", host] if host else []), "rm", "-f", container], capture_output=True
        )
    for network in networks(instance, host=host):
        if not network.endswith("-shared"):
            left.append(network)
        docker("network", "rm", network, host=host)
    return left


def remove_image(image: str) -> None:
    """Remove an image as soon as the last container of it is gone."""
    for _ in range(50):
        if subprocess.run(["docker", "image", "rm", image], capture_output=True).returncode == 0:
            return
        time.sleep(0.2)
    raise AssertionError(f"{image} is still in use")


class Witness:
    """Writes down from its beginning on what happens to the containers of all servers of an engine."""

    def __init__(self, host: str | None = None) -> None:
        where = ["-H", host] if host else []
        words = ["events", "--format", "{{json .}}", "--filter", "type=container"]
        self._events: list[dict[str, Any]] = []
        self._process = subprocess.Popen(["docker", *where, *words], stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        time.sleep(0.2)  # the command tells nobody when it has begun to listen
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def starts(self, instance: str) -> Sequence[str]:
        """The task of each start of a container of that server, in order."""
        return [
            event["Actor"]["Attributes"][TASK_LABEL]
            for event in list(self._events)
            if event["Action"] == "start" and event["Actor"]["Attributes"].get(INSTANCE_LABEL) == instance
        ]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.append(json.loads(line))
