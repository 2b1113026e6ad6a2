"""Parameters and secrets reach the commands, and a secret nothing else."""

import json

import pytest

from openpai.client import ApiError, Client
from tests.e2e import engine
from tests.e2e.jobs import codes, end_of, ended, in_state, job, output, run, wrote
from tests.e2e.server import Server

_SECRET = "<&>'\"$x-秘密-41ba9f"
_HIDDEN = f"s3cr3t-{_SECRET}"  # never printed


def _text(*commands: str, secret: str = _SECRET) -> str:
    return job(
        *commands,
        parameters={"greeting": "hello", "times": 2, "rate": 0.1},
        secrets={"password": secret},
    )


async def test_parameters_and_secrets_come_into_the_commands_unchanged(pai: Client) -> None:
    detail = await run(
        pai,
        _text(
            "echo <% $parameters.greeting %> <% $parameters.times %> <% $parameters.rate %>",
            "cat <<'END'\n<% $secrets.password %>\nEND",
        ),
    )
    assert await output(pai, detail) == f"hello 2 0.1\n{_SECRET}\n".encode()


async def test_what_is_given_at_submission_counts_more_than_the_file(pai: Client) -> None:
    text = _text("echo <% $parameters.greeting %>-<% $secrets.password %>")
    detail = await run(pai, text, parameters={"greeting": "hi"}, secrets={"password": "other"})
    assert await output(pai, detail) == b"hi-other\n"


async def test_a_secret_is_neither_on_the_engine_nor_in_a_reply_nor_in_the_log_nor_in_the_store(
    server: Server, pai: Client
) -> None:
    commands = "true <<'END'\n<% $secrets.password %>\nEND\necho up; sleep 600"
    submitted = await pai.submit(_text(commands, secret=_HIDDEN))
    name = submitted["name"]
    async with ended(pai, name):
        detail = await in_state(pai, name, "RUNNING")
        await wrote(pai, detail, b"up")
        [container] = engine.containers(server.instance, job=name)
        places = {
            "inspect": engine.docker("inspect", container),
            "process list": engine.docker("top", container, "-eo", "pid,args"),
            "config": await pai.config(name),
            "replies": "".join(server.get(path) for path in _paths(name)),
        }
    await end_of(pai, name)
    places |= {
        "server's log": server.log,
        "later replies": "".join(server.get(path) for path in _paths(name)),
        "store": "".join(
            file.read_bytes().decode("latin-1") for file in server.data_dir.rglob("*") if file.is_file()
        ),
    }
    forms = (_HIDDEN, json.dumps(_HIDDEN)[1:-1], "s3cr3t")
    assert {where for where, text in places.items() if any(form in text for form in forms)} == set()
    assert "******" in places["config"]


async def test_a_masked_config_is_refused_with_the_way_out(pai: Client) -> None:
    detail = await run(pai, _text("true"))
    config = await pai.config(detail["name"])
    with pytest.raises(ApiError) as caught:
        await pai.submit(config)
    assert "MaskedSecret" in codes(caught.value.problems)


def _paths(name: str) -> list[str]:
    job_path = f"/api/v2/jobs/{name}"
    return [
        "/api/v2/jobs",
        job_path,
        f"{job_path}/config",
        f"{job_path}/events",
        f"{job_path}/attempts/0",
        f"{job_path}/attempts/0/taskRoles/main/taskIndex/0/attempts/0/logs/all",
    ]
