"""Two servers on one engine that want the same addresses."""

from dataclasses import replace

import pytest

from openpai.backends.contract import Backend, Phase
from openpai.errors import Refused
from openpai.runtime.container import ContainerPlan
from tests.backends.bench import RUNS, DockerBench, new_instance, silent

pytestmark = pytest.mark.engine


def _same_subnet(bench: DockerBench, task: str, other: ContainerPlan) -> ContainerPlan:
    return replace(bench.plan(task, RUNS), network=replace(other.network, name=f"net-{task}"))


async def test_addresses_that_another_servers_container_has_are_refused_with_the_networks_name(
    bench: DockerBench, backend: Backend
) -> None:
    another = new_instance()
    theirs = bench.plan("a", RUNS)
    await bench.backend(another).start(theirs, silent)
    with pytest.raises(Refused) as refused:
        await backend.start(_same_subnet(bench, "b", theirs), silent)
    assert refused.value.first.code == "SubnetTaken"
    assert refused.value.first.params["network"] == f"pai-{another[:8]}-{theirs.network.name}"


async def test_a_network_that_another_server_left_behind_is_in_nobodys_way(
    bench: DockerBench, backend: Backend
) -> None:
    gone = bench.backend(new_instance())
    theirs = bench.plan("a", RUNS)
    await gone.start(theirs, silent)
    await gone.remove("a")
    await backend.start(_same_subnet(bench, "b", theirs), silent)
    assert (await backend.observe()).tasks["b"].phase is Phase.RUNNING
    assert (await gone.observe()).networks == frozenset()
