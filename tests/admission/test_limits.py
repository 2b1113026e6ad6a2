"""What one user may have at a time: what exceeds it alone is refused, what exceeds it with others waits."""

from openpai.admission.submit import Plan, Submission
from openpai.runtime.outlook import Outlook
from openpai.scheduler.core import Scheduler
from openpai.scheduler.gang import Gang, Start
from openpai.scheduler.sharing import Limits, Rules
from tests.admission.door import YAML, Door
from tests.admission.test_virtual_clusters import DESCRIBED


def limited(rules: Rules, user: str = "ann") -> Outlook:
    """The cluster of `DESCRIBED`, in which a task with one GPU of this user runs."""
    scheduler = Scheduler(DESCRIBED.cluster)
    gang = Gang("job", "vision", 10, {"GPU": {"t": 1}})
    decision = scheduler.decide(gang)
    assert isinstance(decision, Start)
    scheduler.apply(gang, decision)
    return Outlook(scheduler, Scheduler(DESCRIBED.cluster), rules=rules, users={"job": user})


async def foretold(door: Door, rules: Rules, user: str) -> Plan:
    door.outlook = lambda: limited(rules, user)
    return await door.admission.dry_run(Submission("ann", YAML.encode()))


async def test_more_tasks_at_once_than_a_user_may_have_are_refused(door: Door) -> None:
    door.outlook = lambda: limited(Rules(within={"default": Limits(tasks=1)}))
    (problem,) = await door.refused()
    assert problem.code == "MoreTasksThanAllowed"
    assert problem.params == {"needed": 2, "most": 1, "virtual_cluster": "default"}


async def test_more_gpus_at_once_than_a_user_may_have_are_refused(door: Door) -> None:
    door.outlook = lambda: limited(Rules(everywhere=Limits(gpus=1)))
    (problem,) = await door.refused()
    assert (problem.code, problem.params["needed"], problem.params["most"]) == ("MoreGpusThanAllowed", 2, 1)


async def test_tasks_that_need_not_start_together_are_let_in(door: Door) -> None:
    door.outlook = lambda: limited(Rules(within={"default": Limits(tasks=1)}))
    assert await door.submit(YAML + "extras: {gangAllocation: false}\n")


async def test_what_exceeds_a_limit_with_the_users_other_jobs_waits_for_them(door: Door) -> None:
    rules = Rules(everywhere=Limits(gpus=2))
    (reason,) = (await foretold(door, rules, "ann")).waits
    assert reason.code == "WaitsForOwnGpus"
    assert reason.params == {"most": 2, "has": 1, "needed": 2}
    assert (await foretold(door, rules, "bob")).waits == (), "what others have does not count"
