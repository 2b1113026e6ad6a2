"""Tasks of one job reach one another; other jobs' tasks are out of reach."""

from openpai.client import Client
from tests.backends.images import SHELL
from tests.e2e import engine
from tests.e2e.jobs import ended, in_state, job, output, role, run, task, wrote
from tests.e2e.server import Server

_SERVE = "mkdir -p /tmp/w && echo hello from $PAI_CURRENT_TASK_ROLE_NAME > /tmp/w/f"
_HTTPD = "httpd -f -p 8080 -h /tmp/w"
_TRY = "timeout 3 wget -q -O - http://{address}:8080/f && echo REACHED || echo no way"


def _fetch(host: str) -> str:
    """A command that asks until it gets the file; it fails when that takes too long."""
    ask = f"timeout 3 wget -q -O - http://{host}:8080/f"
    return f"(for i in $(seq 50); do {ask} && exit 0; sleep 0.2; done; exit 1)"


async def test_tasks_of_a_job_reach_one_another_by_address_and_by_name(pai: Client) -> None:
    serve = role(_SERVE, _HTTPD, completion={"minSucceededInstances": -1})
    visit = role(
        _fetch("$PAI_HOST_IP_ps_0"),
        _fetch("ps-0"),
        "test $PAI_HOST_IP_ps_0 != $PAI_HOST_IP_Visitor_0",
        completion={"minSucceededInstances": 1},
    )
    detail = await run(pai, job(taskRoles={"ps": serve, "Visitor": visit}))
    assert await output(pai, detail, "stdout", role="visitor") == b"hello from ps\n" * 2
    assert detail["jobStatus"]["state"] == "SUCCEEDED"
    assert task(detail, "ps")["taskState"] == "STOPPED"


async def test_instances_of_one_role_reach_one_another(pai: Client) -> None:
    commands = [_SERVE, f"{_HTTPD} &", _fetch("$PAI_HOST_IP_main_0"), _fetch("main-1"), "sleep 1"]
    detail = await run(pai, job(*commands, instances=2, completion={"minSucceededInstances": 2}))
    for index in (0, 1):
        assert await output(pai, detail, "stdout", index=index) == b"hello from main\n" * 2
    assert detail["jobStatus"]["state"] == "SUCCEEDED"


async def test_a_task_alone_cannot_be_reached_from_another_job(pai: Client) -> None:
    served = await pai.submit(job(_SERVE, f"{_HTTPD} &", _fetch("127.0.0.1"), "wait"))
    async with ended(pai, served["name"]):
        detail = await in_state(pai, served["name"], "RUNNING")
        await wrote(pai, detail, b"hello from main")
        detail = await run(pai, job(_TRY.format(address=task(detail)["containerIp"])))
        assert await output(pai, detail, "stdout") == b"no way\n"


async def test_tasks_of_a_job_cannot_be_reached_from_the_network_of_other_jobs(
    server: Server, pai: Client
) -> None:
    await run(pai, job("true"))  # makes the network that jobs of one task share
    served = await pai.submit(job(_SERVE, f"{_HTTPD} &", _fetch("127.0.0.1"), "wait", instances=2))
    async with ended(pai, served["name"]):
        detail = await in_state(pai, served["name"], "RUNNING")
        await wrote(pai, detail, b"hello from main")
        shared = next(name for name in engine.networks(server.instance) if name.endswith("-shared"))
        ask = _TRY.format(address=task(detail)["containerIp"])
        told = engine.docker("run", "--rm", "--network", shared, SHELL, "sh", "-c", ask)
        assert told == "no way\n"
