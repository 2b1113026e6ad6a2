"""Is the virtual cluster of a job there, and may the user use it? Pure."""

from collections.abc import Collection, Iterator

from openpai.admission.verdict import Verdict
from openpai.errors import Params
from openpai.protocol.findings import Path, listed
from openpai.protocol.job import Job

_PATH: Path = ("defaults", "virtualCluster")


def vc_verdicts(job: Job, known: Collection[str], usable: Collection[str] | None) -> Iterator[Verdict]:
    """`usable`: what the user may use of those that are `known`; None: nobody restricts it."""
    mine = known if usable is None else usable
    told: Params = {"virtual_cluster": job.virtual_cluster[:100], "known": listed(mine)}
    if job.virtual_cluster not in known:
        yield Verdict("virtual-cluster", "fail", "NoVirtualCluster", told, _PATH)
    elif job.virtual_cluster not in mine:
        yield Verdict("virtual-cluster", "fail", "VirtualClusterNotGranted", told, _PATH)
