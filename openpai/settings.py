"""What an admin can set, by environment variable (`PAI_…`) or by an option of `pai up`."""

import os
import tempfile
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    """Where a server keeps everything: `$XDG_DATA_HOME/openpai`, else `~/.local/share/openpai`."""
    base = os.environ.get("XDG_DATA_HOME")
    return Path(base) / "openpai" if base else Path.home() / ".local" / "share" / "openpai"


class Settings(BaseSettings):
    """The settings of one server. Sizes are MiB, times seconds."""

    model_config = SettingsConfigDict(env_prefix="PAI_", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    host: str = "127.0.0.1"
    port: int = Field(default=9186, ge=0, le=65535)
    docker_host: str | None = None
    """Address of the Docker Engine; None: as the Docker client would find it."""

    network_pool: str = "10.210.0.0/16"
    """Addresses for the networks of jobs. Must not overlap a network that this machine can reach."""

    stop_grace: float = Field(default=30, ge=0)
    """From SIGTERM to SIGKILL when a task is stopped, where the job asks for no time of its own."""

    stop_grace_max: float = Field(default=3600, ge=0)
    """The most that a job can ask for with `extras.stopGracePeriodSeconds`."""

    platform_retries: int = Field(default=5, ge=0)
    """How often a job is run again because the platform failed it (its own `jobRetryCount` counts apart)."""

    preemption_retries: int = Field(default=100, ge=0)
    """How often a job is run again because it had to give way: to a more urgent one, or to whom its cells are
    promised."""

    cluster_file: Path | None = None
    """A file of cells and virtual clusters, read anew when it changes; None: `cluster.yaml` in the data directory, and
    where that is not there, all machines are one virtual cluster."""

    images_file: Path | None = None
    """An admin's own file of images, read anew when it changes; None: `images.toml` in the data directory."""

    fake_gpus: str | None = None
    """GPUs that the machine is to show instead of its own, and that are not there: for tests and demonstrations, as
    `8xV100-SXM2-32GB,driver=535.104.05`."""

    storages_file: Path | None = None
    """An admin's own file of storages, read anew when it changes; None: `storages.toml` in the data directory."""

    @property
    def cluster_path(self) -> Path:
        """Where the admin's file of the cluster is; it need not be there."""
        return self.cluster_file or self.data_dir / "cluster.yaml"

    @property
    def storages_path(self) -> Path:
        """Where the admin's file of storages is; it need not be there."""
        return self.storages_file or self.data_dir / "storages.toml"

    @property
    def images_path(self) -> Path:
        """Where the admin's own file of images is; it need not be there."""
        return self.images_file or self.data_dir / "images.toml"

    @property
    def runtime_dir(self) -> Path:
        """Where the files of running tasks lie, rendered secrets among them: in memory where the machine has it."""
        for base in ("/run", os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):
            if base and os.access(base, os.W_OK) and _in_memory(base):
                return Path(base) / f"openpai-{os.getuid()}"
        return Path(tempfile.gettempdir()) / f"openpai-{os.getuid()}"


def _in_memory(directory: str) -> bool:
    """Whether the directory's file system is tmpfs, by the kernel's own list of mounts."""
    device = os.stat(directory).st_dev
    with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
        for line in mounts:
            left, right = line.split(" - ", 1)
            major, minor = left.split()[2].split(":")
            if os.makedev(int(major), int(minor)) == device:
                return right.split()[0] == "tmpfs"
    return False
