"""A Debian 12 out of Debian's packages, by mmdebstrap: what the lowest image is made of, with no registry in reach.

The packages come from where this machine's own come from: its mirrors, its proxies. The machine's own CAs are in it:
what the machine trusts, the jobs on it trust.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from openpai.builder.shell import ProgramFailed, as_root, run
from openpai.builder.told import Tell, Told
from openpai.errors import fail

_SUITE = "bookworm"
_CAS = Path("/usr/local/share/ca-certificates")
_DOCUMENTS = ("doc", "man", "info", "locale")  # left out, as in Debian's own slim images; licences stay
_SOURCE = re.compile(rf"deb \S+ {_SUITE}(?:-updates|-security)? main")


def bootstrap(tar: Path, log: Path, tell: Tell) -> None:
    """Make the tar file. Raises PaiError: BuildNeedsRoot, NoMmdebstrap, BootstrapFailed."""
    _have_mmdebstrap(log, tell)
    tell(Told("build.bootstrap"))
    sources = [*_sources()]
    listing = tar.with_suffix(".list")
    listing.write_text("".join(f"{line}\n" for line in sources), "utf-8")
    command = [
        "mmdebstrap", "--quiet", "--variant=minbase", "--include=bash,ca-certificates", *_without(), *_hooks(),
        _SUITE, str(tar), *([str(listing)] if sources else []),
    ]  # fmt: skip
    try:
        run(as_root(command), log)
        run(as_root(["chmod", "a+r", str(tar)]), log)
    except ProgramFailed as error:
        raise fail("BootstrapFailed", detail=error.last_lines, log=str(log)) from error
    finally:
        listing.unlink()


def _have_mmdebstrap(log: Path, tell: Tell) -> None:
    if shutil.which("mmdebstrap"):
        return
    if not shutil.which("apt-get"):
        raise fail("NoMmdebstrap", detail="apt-get")
    tell(Told("build.mmdebstrap"))
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq"]
    try:
        run(as_root(["apt-get", "update", "-qq"]), log)
        run(as_root([*install, "--no-install-recommends", "mmdebstrap"]), log)
    except ProgramFailed as error:
        raise fail("NoMmdebstrap", detail=error.last_lines) from error


def _without() -> Iterator[str]:
    for name in _DOCUMENTS:
        yield f"--dpkgopt=path-exclude=/usr/share/{name}/*"
    yield "--dpkgopt=path-include=/usr/share/doc/*/copyright"


def _hooks() -> Iterator[str]:
    """mmdebstrap's hooks know the new root as $1."""
    yield '--customize-hook=rm -f "$1"/var/cache/apt/*.bin'
    if any(_CAS.glob("*.crt")):
        yield f"--customize-hook=sync-in {_CAS} {_CAS}"
        yield '--customize-hook=chroot "$1" update-ca-certificates'


def _sources() -> list[str]:
    """The machine's own apt sources, for this suite; other vendors' are left out. None where it is no Debian:
    mmdebstrap then has a default."""
    if not shutil.which("apt-get"):
        return []
    own = _codename()
    form = "$(ORIGIN)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)"  # apt fills these in
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    lines = (line.removeprefix("Debian|") for line in listed.splitlines() if line.startswith("Debian|"))
    named = (re.sub(rf" {re.escape(own)}\b", f" {_SUITE}", line) if own else line for line in lines)
    return sorted({line for line in named if _SOURCE.fullmatch(line)})


def _codename() -> str:
    release = Path("/etc/os-release").read_text("utf-8") if Path("/etc/os-release").exists() else ""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', release, re.MULTILINE)
    return found[1] if found else ""
