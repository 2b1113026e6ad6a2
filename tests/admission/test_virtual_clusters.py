"""Virtual clusters at submission: a job gets in only where there is one, and its user may use it."""

import pytest

from openpai.cluster.access import Access
from openpai.cluster.read import read_cluster
from openpai.cluster.standing import Standing
from openpai.errors import NoContact, Problem
from openpai.runtime.outlook import Outlook
from openpai.scheduler.core import Scheduler
from openpai.store.groups import Group, GroupStore
from tests.admission.door import YAML, Door
from tests.builders import BOX
from tests.cluster.test_short_file import FILE
from tests.looks import BOX_MACHINE

DESCRIBED = read_cluster(
    """\
nodes: {box: {gpus: 4, cpu: 16, memory: 64Gi}}
virtual-clusters:
  default: {share: 50%}
  vision: {share: rest, groups: vision}
""",
    FILE,
)


def for_vc(name: str) -> str:
    return YAML + f"defaults:\n  virtualCluster: {name}\n"


@pytest.fixture
async def groups(door: Door) -> GroupStore:
    """The cluster of `DESCRIBED`; nobody is in `vision`."""
    cluster = DESCRIBED.cluster
    door.outlook = lambda: Outlook(Scheduler(cluster), Scheduler(cluster))
    groups = GroupStore(door.database)
    await groups.add(Group("vision", ""))

    async def standing() -> Standing:
        return Standing.of(DESCRIBED, [BOX], [BOX_MACHINE], [])

    door.usable = Access(standing, groups.of).usable
    return groups


async def test_one_that_is_not_there_is_refused_with_those_that_the_user_may_use(
    door: Door, groups: GroupStore
) -> None:
    (problem,) = await door.refused(for_vc("speech"))
    assert (problem.code, problem.kind.api_code, problem.kind.status) == (
        "NoVirtualCluster",
        "NoVirtualClusterError",
        400,
    )
    assert problem.params == {"virtual_cluster": "speech", "known": "default"}
    assert (problem.line, problem.path) == (17, "defaults.virtualCluster")


async def test_one_that_the_user_may_not_use_is_refused_until_he_joins_its_group(
    door: Door, groups: GroupStore
) -> None:
    (problem,) = await door.refused(for_vc("vision"))
    assert (problem.code, problem.kind.status) == ("VirtualClusterNotGranted", 403)
    assert problem.params["known"] == "default"
    await groups.join("vision", "ann")
    assert await door.submit(for_vc("vision")) == "ann~train"
    await groups.leave("vision", "ann")
    assert (await door.refused(for_vc("vision"), name="again"))[0].code == "VirtualClusterNotGranted"


async def test_an_admin_may_use_all(door: Door, groups: GroupStore) -> None:
    assert await door.submit(for_vc("vision"), admin=True) == "ann~train"


async def test_while_nobody_knows_the_cluster_nobody_is_refused_for_it(
    door: Door, groups: GroupStore
) -> None:
    async def silent() -> Standing:
        raise NoContact(Problem("EngineUnreachable", {"address": "a", "detail": "d"}))

    door.usable = Access(silent, groups.of).usable
    assert await door.submit(for_vc("vision")) == "ann~train"
