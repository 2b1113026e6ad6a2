"""What a storage is, and what a job mounts of it. Values only."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Storage:
    """A folder of the machine under a name.

    `mounted`: the folder must be a mount point, and while it is none, the storage is gone. `share` False: each user
    gets a folder of the user's name in it, and never the whole. Granted to `everybody`, or else to `groups`;
    `default`: mounted in jobs that ask for their user's default storages.
    """

    name: str
    path: Path
    mount_path: str
    read_only: bool = False
    share: bool = True
    mounted: bool = False
    default: bool = False
    everybody: bool = False
    groups: frozenset[str] = frozenset()
    description: str = ""

    def granted_to(self, groups: frozenset[str]) -> bool:
        """Whether a user of these groups may mount it."""
        return self.everybody or not groups.isdisjoint(self.groups)

    def folder_of(self, username: str) -> Path:
        """What this user mounts."""
        return self.path if self.share else self.path / username


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of the machine in a container, at `target`."""

    source: str
    target: str
    read_only: bool
