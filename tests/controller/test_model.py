"""The controller's decisions in a world where anything may happen at any time: what must hold, holds; and when
nothing happens any more, everything comes to rest and nothing is left."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openpai.admission.cell_checks import cell_verdicts
from openpai.backends.contract import Phase
from openpai.controller.acts import StartTask
from openpai.lifecycle.retry import EVERY_FAILURE
from openpai.protocol.parse import parse_document
from tests.builders import document_of, role
from tests.controller.world import CLUSTERS, NODES, POLICY, World
from tests.outlooks import outlook

EMPTY = outlook(CLUSTERS[0])
NAMES = [node.name for node in NODES]

roles = st.dictionaries(
    st.sampled_from(["a", "b"]),
    st.builds(
        lambda instances, failed, succeeded, retries, cpu, gpu: role(
            instances, failed, succeeded, taskRetryCount=retries, resources={"cpu": cpu, "gpu": gpu}
        ),
        st.integers(1, 3),
        st.sampled_from([None, -1, 2]),
        st.sampled_from([None, -1, 1]),
        st.sampled_from([0, 1, 2, EVERY_FAILURE]),
        st.integers(1, 2),
        st.integers(0, 1),
    ),
    min_size=1,
)


class AnythingMayHappen(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(pool=st.sampled_from(["10.0.0.0/26", "10.0.0.0/16"]))
    def addresses_are_short_or_not(self, pool: str) -> None:
        self.world.policy = replace(POLICY, network_pool=pool)

    @rule(
        roles=roles,
        retries=st.integers(0, 2),
        gang=st.booleans(),
        priority=st.sampled_from(["test", "test", "oppo", "prod", 50]),
        lazy=st.booleans(),
        groups=st.booleans(),
        vc=st.sampled_from(["default", "default", "other"]),
    )
    def a_person_submits_a_job(
        self,
        roles: dict[str, dict[str, object]],
        retries: int,
        gang: bool,
        priority: str | int,
        lazy: bool,
        groups: bool,
        vc: str,
    ) -> None:
        wanted = {"a": {"affinityGroupName": "first"}} if groups and "a" in roles else {}
        hived = {"jobPriorityClass": priority, "lazyPreemptionEnable": lazy, "taskRoles": wanted}
        document = document_of(roles, retries=retries, gangAllocation=gang, hivedScheduler=hived)
        job = parse_document({**document, "defaults": {"virtualCluster": vc}})
        if cell_verdicts(job, EMPTY, {})[0].verdict == "pass":  # admission refuses others
            self.world.submit(job)

    @rule(number=st.integers(0, len(CLUSTERS) - 1))
    def an_admin_changes_the_cluster(self, number: int) -> None:
        self.world.cluster = CLUSTERS[number]

    @rule(nodes=st.frozensets(st.sampled_from(NAMES), max_size=2))
    def nodes_break_or_are_mended(self, nodes: frozenset[str]) -> None:
        self.world.bad_nodes = nodes

    @rule(leaves=st.frozensets(st.tuples(st.sampled_from(NAMES), st.integers(0, 3)), max_size=3))
    def gpus_break_or_are_mended(self, leaves: frozenset[tuple[str, int]]) -> None:
        self.world.bad_leaves = leaves

    @rule(nodes=st.frozensets(st.sampled_from(NAMES), max_size=1))
    def an_admin_empties_a_node(self, nodes: frozenset[str]) -> None:
        self.world.drained = nodes

    @precondition(lambda self: self.world.stored)
    @rule(data=st.data())
    def a_person_has_a_job_run_again(self, data: st.DataObject) -> None:
        self.world.run_again(data.draw(st.sampled_from(sorted(self.world.stored))))

    @precondition(lambda self: self.world.stored)
    @rule(data=st.data())
    def a_person_deletes_a_job(self, data: st.DataObject) -> None:
        self.world.delete(data.draw(st.sampled_from(sorted(self.world.stored))))

    @precondition(lambda self: self.world.stored)
    @rule(data=st.data())
    def a_person_stops_a_job(self, data: st.DataObject) -> None:
        self.world.request_stop(data.draw(st.sampled_from(sorted(self.world.stored))))

    @rule()
    def the_controller_looks(self) -> None:
        self.world.look()

    @rule()
    def the_controller_makes_a_pass(self) -> None:
        self.world.one_pass()

    @rule()
    def the_controller_makes_a_pass_and_all_its_acts_end_well(self) -> None:
        self.world.one_pass()
        for act in list(self.world.inflight):
            self.world.perform(act)

    @rule(after=st.sampled_from(["looking", "deciding", "keeping", "acting"]), data=st.data())
    def the_controller_crashes(self, after: str, data: st.DataObject) -> None:
        if after == "looking":
            self.world.look()
        if after in ("deciding", "keeping", "acting"):
            decision = self.world.decide()
            if after != "deciding":
                self.world.keep(decision)
            if after == "acting":
                self.world.act(decision)
        self.starts_go_half_way(data)
        self.world.crash()

    def starts_go_half_way(self, data: st.DataObject) -> None:
        """What the engine was just asked for, it does."""
        for act in list(self.world.inflight):
            if isinstance(act, StartTask):
                match data.draw(st.sampled_from(["nothing", "made", "runs"])):
                    case "made":
                        self.world.create(act.job_id, act.task)
                    case "runs":
                        self.world.perform(act)

    @precondition(lambda self: self.world.inflight)
    @rule(data=st.data())
    def an_act_ends_well(self, data: st.DataObject) -> None:
        self.world.perform(data.draw(st.sampled_from(self.world.inflight)))

    @precondition(lambda self: self.world.inflight)
    @rule(data=st.data(), permanent=st.booleans(), made=st.booleans())
    def an_act_fails(self, data: st.DataObject, permanent: bool, made: bool) -> None:
        act = data.draw(st.sampled_from(self.world.inflight))
        if isinstance(act, StartTask) and made and not permanent:
            self.world.create(act.job_id, act.task)
        self.world.fail(act, permanent)

    @precondition(lambda self: self.world.containers)
    @rule(
        data=st.data(),
        code=st.sampled_from([0, 0, 0, 1, 137, 139]),
        oom=st.booleans(),
        captured=st.booleans(),
    )
    def a_container_ends(self, data: st.DataObject, code: int, oom: bool, captured: bool) -> None:
        uid = data.draw(st.sampled_from(sorted(self.world.containers)))
        self.world.end(uid, code, oom and code == 137)
        if captured and self.world.containers[uid].seen.phase == Phase.EXITED:
            self.world.captured.add(uid)

    @rule()
    def the_logs_are_copied(self) -> None:
        self.world.capture_all()

    @precondition(lambda self: self.world.containers)
    @rule(data=st.data())
    def somebody_removes_a_container(self, data: st.DataObject) -> None:
        del self.world.containers[data.draw(st.sampled_from(sorted(self.world.containers)))]

    @rule()
    def the_engine_restarts(self) -> None:
        self.world.restart_engine()

    @rule(seconds=st.sampled_from([0.1, 1, 10, 300]))
    def time_passes(self, seconds: float) -> None:
        self.world.now += int(seconds * 1000)

    @invariant()
    def what_must_hold_holds(self) -> None:
        self.world.check()

    def teardown(self) -> None:
        self.world.cluster = CLUSTERS[0]  # what admission took must fit again
        self.world.settle()


TestAnythingMayHappen = AnythingMayHappen.TestCase
TestAnythingMayHappen.settings = settings(
    max_examples=max(100, settings.get_profile(settings.get_current_profile_name()).max_examples),
    stateful_step_count=40,
    deadline=None,
)
