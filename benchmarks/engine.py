"""The plain Docker command, to measure beside."""

import io
import subprocess
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

IMAGE = "pai-bench/busybox:latest"
_BUSYBOX = Path("/bin/busybox")


def make_image() -> None:
    """The smallest image with a shell: Debian's static busybox."""
    if subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True).returncode == 0:
        return
    applets = subprocess.run([_BUSYBOX, "--list"], check=True, capture_output=True, text=True).stdout.split()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(_BUSYBOX, "bin/busybox")
        for applet in applets:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            if applet != "busybox":
                tar.addfile(link)
    subprocess.run(
        ["docker", "import", "-", IMAGE], input=archive.getvalue(), check=True, capture_output=True
    )


def first_line(network: str, command: str) -> float:
    """Seconds from `docker run` to the first line that the container prints."""
    started = time.perf_counter()
    with subprocess.Popen(
        ["docker", "run", "--rm", "--network", network, IMAGE, "sh", "-c", command], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        taken = time.perf_counter() - started
        child.wait()
    return taken


def run_many(count: int, parallel: int, network: str) -> float:
    """Seconds for `count` times `docker run … true`, so many at a time."""

    def one(_: int) -> None:
        subprocess.run(
            ["docker", "run", "--rm", "--network", network, IMAGE, "true"], check=True, capture_output=True
        )

    started = time.perf_counter()
    with ThreadPoolExecutor(parallel) as threads:
        list(threads.map(one, range(count)))
    return time.perf_counter() - started


def make_network(name: str) -> None:
    """A user-defined bridge, as the platform has one for its containers."""
    subprocess.run(["docker", "network", "rm", name], capture_output=True)
    subprocess.run(["docker", "network", "create", name], check=True, capture_output=True)


def remove_network(name: str) -> None:
    subprocess.run(["docker", "network", "rm", name], check=True, capture_output=True)


def remove_all(instance: str) -> None:
    """Remove the containers and networks of a server, by its id."""
    for kind, listing in (("container", ["ps", "--all"]), ("network", ["network", "ls"])):
        found = subprocess.run(
            ["docker", *listing, "--quiet", "--filter", f"label=openpai.instance={instance}"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        force = ["--force"] if kind == "container" else []
        if found:
            subprocess.run(["docker", kind, "rm", *force, *found], check=True, capture_output=True)
