"""Tiny images for tests, made from a static busybox (Debian's busybox-static) and imported into the engine."""

import io
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

BUSYBOX = Path("/bin/busybox")
SHELL = "pai-test/busybox:latest"
NO_SHELL = "pai-test/no-shell:latest"
OWN_USER = "pai-test/own-user:latest"

_PASSWD = b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n"


def ensure(image: str) -> str:
    """Have one of the images above on the engine; returns its name."""
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True).returncode:
        archive, changes = _RECIPES[image]()
        options = [word for change in changes for word in ("--change", change)]
        subprocess.run(
            ["docker", "import", *options, "-", image], input=archive, check=True, capture_output=True
        )
    return image


def busybox_tar(extra: Mapping[str, bytes] | None = None) -> bytes:
    """A root file system: busybox under all its names, a passwd, /tmp, and `extra` files."""
    names = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
    files = {"bin/busybox": BUSYBOX.read_bytes(), "etc/passwd": _PASSWD, **(extra or {})}
    return _tar(files, links={f"bin/{name}": "busybox" for name in names if name != "busybox"})


def _tar(files: Mapping[str, bytes], links: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("work", 0o777), ("tmp", 0o1777)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            archive.addfile(entry)
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
        for name, target in links.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


def _own_user() -> tuple[bytes, Sequence[str]]:
    return busybox_tar(), ("USER 1000", "WORKDIR /work", 'ENTRYPOINT ["/bin/false"]', 'CMD ["x"]')


_RECIPES = {
    SHELL: lambda: (busybox_tar(), ()),
    NO_SHELL: lambda: (_tar({"bin/hello": b"no program"}, {}), ()),
    OWN_USER: _own_user,
}
