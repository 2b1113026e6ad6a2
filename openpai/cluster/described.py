"""What a cluster file says beside the cluster itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.scheduler.cluster import Cluster
from openpai.scheduler.sharing import NO_RULES, Rules


@dataclass(frozen=True, slots=True)
class Described:
    """A cluster, and who may use which virtual cluster: one that is not in `groups` is everybody's. `rules`: how its
    users share it."""

    cluster: Cluster
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Rules = NO_RULES

    def may_use(self, vc: str, groups: frozenset[str], *, admin: bool = False) -> bool:
        """Whether a user who is in these groups may use it."""
        return admin or vc not in self.groups or not self.groups[vc].isdisjoint(groups)

    def usable(self, groups: frozenset[str], *, admin: bool = False) -> list[str]:
        """The virtual clusters that such a user may use."""
        return [vc for vc in self.cluster.virtual_clusters if self.may_use(vc, groups, admin=admin)]
