"""A second engine for a test alone, which may be restarted and killed: the machine's own is never touched.

It lives in a network namespace of its own, so that their rules and bridges do not meet.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.backends.images import SHELL, busybox_tar
from tests.e2e.engine import docker

_UP_WITHIN_S = 40


class OwnEngine:
    """A `dockerd` with all its files in one folder."""

    def __init__(self, folder: Path, *, live_restore: bool) -> None:
        self.host = f"unix://{folder / 's'}"
        self._folder = folder
        self._namespace = f"pai-e2e-{os.getpid()}-{folder.name}"
        self._live_restore = live_restore
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it (again), and wait until it answers."""
        words = [
            *("nsenter", f"--net=/run/netns/{self._namespace}", "dockerd"),
            *("--data-root", str(self._folder / "data"), "--exec-root", str(self._folder / "run")),
            *("--pidfile", str(self._folder / "pid"), "-H", self.host, "--bridge", "none"),
            *("--live-restore",) * self._live_restore,
        ]
        self._forget_dead_containerd()
        with (self._folder / "log").open("ab") as out:
            self._process = subprocess.Popen(words, stdout=out, stderr=out)
        end = time.monotonic() + _UP_WITHIN_S
        while subprocess.run(["docker", "-H", self.host, "version"], capture_output=True).returncode:
            assert time.monotonic() < end, (self._folder / "log").read_text()[-3000:]
            time.sleep(0.1)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the engine, and no container but by its own doing."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(40)
            self._process = None

    def _forget_dead_containerd(self) -> None:
        """Where nobody reaps orphans, an engine takes the containerd that died with it for a living one."""
        pid_file = self._folder / "run" / "containerd" / "containerd.pid"
        if pid_file.exists():
            stat = Path(f"/proc/{pid_file.read_text().strip()}/stat")
            if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
                pid_file.unlink()

    def _make_namespace(self) -> None:
        subprocess.run(["ip", "netns", "add", self._namespace], check=True, capture_output=True)
        up = ["ip", "-n", self._namespace, "link", "set", "lo", "up"]
        subprocess.run(up, check=True, capture_output=True)

    def _remove_namespace(self) -> None:
        subprocess.run(["ip", "netns", "del", self._namespace], check=False, capture_output=True)

    def _remove_rest(self) -> None:
        """What an engine leaves in any case: mounts; and one that was killed: processes."""
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if str(self._folder).encode() in line.read_bytes():
                    os.kill(int(line.parent.name), signal.SIGKILL)
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for mount in reversed([mount for mount in mounts if mount.startswith(f"{self._folder}/")]):
            subprocess.run(["umount", "-l", mount], check=False, capture_output=True)

    def _remove_containers(self) -> None:
        for container in docker("ps", "-aq", host=self.host).split():
            docker("rm", "-f", container, host=self.host)


@contextmanager
def own_engine(*, live_restore: bool) -> Iterator[OwnEngine]:
    """A second engine with the small image in it."""
    with TemporaryDirectory(prefix="pai-engine-", ignore_cleanup_errors=True) as folder:
        engine = OwnEngine(Path(folder), live_restore=live_restore)
        engine._make_namespace()
        try:
            engine.start()
            load = ["docker", "-H", engine.host, "import", "-", SHELL]
            subprocess.run(load, input=busybox_tar(), check=True, capture_output=True)
            yield engine
            engine._remove_containers()
        finally:
            engine.end()
            engine._remove_rest()
            engine._remove_namespace()
