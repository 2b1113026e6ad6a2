"""Executes acts, each on its own, none twice at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from openpai.backends.contract import Backend, PullProgress
from openpai.clock import now_ms
from openpai.controller.acts import Act, RemoveNetwork, RemoveTask, StartTask, StopTask
from openpai.controller.situation import Trouble
from openpai.errors import NoContact, PaiError, Problem, TemporaryFailure
from openpai.lifecycle.records import Pulled
from openpai.runtime.container import ContainerPlan

log = structlog.get_logger()

MakePlan = Callable[[], Awaitable[ContainerPlan]]


class Performer:
    """What is being done to the backend, and what went wrong while starting.

    `told` is called with a job's id when something worth showing changed, `done` when an act has ended.
    """

    def __init__(
        self,
        backend: Backend,
        started: Callable[[str, str], None],
        told: Callable[[str], None],
        done: Callable[[], None],
    ) -> None:
        self.troubles: dict[str, Trouble] = {}
        self.pulls: dict[str, dict[str, PullProgress]] = {}
        self.pulled: dict[str, Pulled] = {}
        self._backend = backend
        self._started = started
        self._told = told
        self._done = done
        self._running: dict[Act, asyncio.Task[None]] = {}

    @property
    def starting(self) -> frozenset[str]:
        """The task attempts that are being started."""
        return frozenset(act.task for act in self._running if isinstance(act, StartTask))

    def do(self, act: Act, plan: MakePlan) -> None:
        """Begin an act that is not under way. `plan` makes the plan of a start when it is needed."""
        if act not in self._running:
            self._running[act] = asyncio.create_task(self._perform(act, plan), name=repr(act))

    def forget(self, live: Mapping[str, object]) -> None:
        """Drop what is known of task attempts that are not among the live ones."""
        for known in (self.troubles, self.pulled):
            for task in known.keys() - live.keys():
                del known[task]

    async def close(self) -> None:
        """Break off what is under way: every act is idempotent, and is asked for again after a start."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _perform(self, act: Act, plan: MakePlan) -> None:
        try:
            await self._execute(act, plan)
        except NoContact as error:
            log.warning("backend cannot be reached", act=repr(act), problem=dict(error.first.params))
            await asyncio.sleep(1)
        except PaiError as error:
            log.warning("act failed", act=repr(act), code=error.first.code, problem=dict(error.first.params))
            await asyncio.sleep(1)
        except Exception:
            log.exception("act failed by a fault of this program", act=repr(act))
            await asyncio.sleep(1)
        finally:
            self._running.pop(act, None)
            self._done()

    async def _execute(self, act: Act, plan: MakePlan) -> None:
        match act:
            case StartTask():
                await self._start(act, plan)
            case StopTask(task, kill_at):
                await self._break_off_start(task)
                await self._backend.stop(task, max(kill_at - now_ms(), 0) / 1000)
            case RemoveTask(task):
                await self._backend.remove(task)
            case RemoveNetwork(name):
                await self._backend.remove_network(name)

    async def _start(self, act: StartTask, plan: MakePlan) -> None:
        def report(progress: PullProgress) -> None:
            self.pulls.setdefault(act.job_id, {})[act.task] = progress
            if progress.done_bytes:
                self.pulled[act.task] = Pulled(now_ms() - begun, progress.done_bytes)
            self._told(act.job_id)

        try:
            made = await plan()
            begun = now_ms()
            await self._backend.start(made, report)
        except NoContact:
            raise
        except PaiError as error:
            self._note_trouble(act.task, error)
        except Exception as error:
            log.exception("start failed by a fault of this program", task=act.task)
            problem = Problem("EngineFailed", {"act": "start", "detail": repr(error)})
            self._note_trouble(act.task, TemporaryFailure(problem))
        else:
            self.troubles.pop(act.task, None)
            self._started(act.job_id, act.task)
        finally:
            pulls = self.pulls.get(act.job_id, {})
            pulls.pop(act.task, None)
            if not pulls:
                self.pulls.pop(act.job_id, None)

    def _note_trouble(self, task: str, error: PaiError) -> None:
        earlier = self.troubles.get(task)
        tries = earlier.tries + 1 if earlier else 1
        permanent = not isinstance(error, TemporaryFailure)
        self.troubles[task] = Trouble(error.first, tries, now_ms(), permanent)
        log.warning("task could not be started", task=task, code=error.first.code, tries=tries)

    async def _break_off_start(self, task: str) -> None:
        for act, running in list(self._running.items()):
            if isinstance(act, StartTask) and act.task == task:
                running.cancel()
                await asyncio.wait([running])
