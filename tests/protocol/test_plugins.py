"""Runtime plugins in a job file: what is refused, what has no effect, and which act in which order."""

import json
from typing import Any

import pytest

from openpai.errors import Problem
from openpai.messages import message
from openpai.protocol.parse import ParsedJob, parse
from openpai.protocol.plugins import PLUGINS, Cmd, Plugin, Ssh, Tensorboard, plugins_of
from tests.protocol.samples import problems

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwvvkM5l1x6u2VWcgEYfpwVMvYnRI5kYYJVAgHS5D9p alice@laptop"


def asking(*plugins: object, **more: Any) -> dict[str, Any]:
    """A job with the roles `master` and `worker` that asks for these in `extras`."""
    role = {
        "dockerImage": "img",
        "resourcePerInstance": {"cpu": 1, "memoryMB": 1024, "gpu": 0},
        "commands": ["echo hello"],
    }
    return {
        "protocolVersion": 2,
        "name": "hello",
        "type": "job",
        "prerequisites": [{"type": "dockerimage", "name": "img", "uri": "ubuntu:22.04"}],
        "taskRoles": {"master": dict(role), "worker": dict(role)},
        "extras": {PLUGINS: list(plugins)},
        **more,
    }


def parsed(document: dict[str, Any]) -> ParsedJob:
    return parse(json.dumps(document))


def refused(document: dict[str, Any]) -> list[Problem]:
    return problems(json.dumps(document))


def used(document: dict[str, Any], role: str = "worker") -> list[Plugin]:
    return plugins_of(parsed(document).job, role)


def by_prerequisite(document: dict[str, Any], *prerequisites: dict[str, Any]) -> dict[str, Any]:
    document["prerequisites"] += prerequisites
    document["taskRoles"]["worker"]["prerequisites"] = [p["name"] for p in prerequisites]
    return document


def test_plugins_of_prerequisites_come_first_and_then_those_of_extras() -> None:
    document = by_prerequisite(
        asking({"plugin": "ssh", "parameters": {"jobssh": True}}, {"plugin": "cmd"}),
        {"type": "data", "name": "b", "plugin": f"{PLUGINS}.cmd", "callbacks": [], "uri": ["x"]},
        {"type": "output", "name": "a", "plugin": f"{PLUGINS}.tensorboard", "logdir": {"a": "/a"}},
    )
    assert [plugin.name for plugin in used(document)] == ["cmd", "tensorboard", "ssh", "cmd"]
    assert [plugin.name for plugin in used(document, "master")] == ["ssh", "cmd"]


def test_taskroles_say_whose_tasks_have_a_plugin() -> None:
    document = asking({"plugin": "cmd", "taskroles": ["master"]}, {"plugin": "ssh", "taskroles": []})
    assert [plugin.name for plugin in used(document, "master")] == ["cmd"]
    assert used(document) == []


@pytest.mark.parametrize("policy", ["ignore", "fail", None])
def test_the_failure_policy_stands_in_both_places(policy: str | None) -> None:
    own = {} if policy is None else {"failurePolicy": policy}
    prerequisite = {"type": "script", "name": "s", "plugin": f"{PLUGINS}.cmd", "preCommands": ["date"], **own}
    document = by_prerequisite(asking({"plugin": "cmd", **own}), prerequisite)
    assert [plugin.ignores_failure for plugin in used(document)] == [policy == "ignore"] * 2


def test_parameters_are_rendered_and_a_number_stays_a_number() -> None:
    document = asking(
        {"plugin": "cmd", "parameters": {"preCommands": ["curl <% $data.uri[0] %> -u <% $secrets.pw %>"]}},
        {
            "plugin": "tensorboard",
            "parameters": {"port": "<% $parameters.port %>", "logdir": {"a": "<% $output.uri %>"}},
        },
        parameters={"port": 6123},
        secrets={"pw": "p&'<"},
    )
    document["prerequisites"] += [
        {"type": "data", "name": "d", "uri": ["https://data.example.org/a"]},
        {"type": "output", "name": "o", "uri": "/mnt/out"},
    ]
    document["taskRoles"]["worker"] |= {"data": "d", "output": "o"}
    cmd, board = (plugin.parameters for plugin in used(document))
    assert isinstance(cmd, Cmd)
    assert cmd.at("taskStarts") == ("curl https://data.example.org/a -u p&'<",)
    assert isinstance(board, Tensorboard)
    assert (board.port, board.logdir) == (6123, {"a": "/mnt/out"})


def test_the_parameters_of_a_prerequisite_are_rendered_too() -> None:
    prerequisite = {
        "type": "script",
        "name": "s",
        "plugin": f"{PLUGINS}.cmd",
        "callbacks": [{"event": "taskSucceeds", "commands": ["echo <% $parameters.x %>"]}],
    }
    document = by_prerequisite(asking(parameters={"x": 1.0}), prerequisite)
    [cmd] = (plugin.parameters for plugin in used(document))
    assert isinstance(cmd, Cmd)
    assert (cmd.at("taskSucceeds"), cmd.at("taskStarts")) == (("echo 1",), ())


def test_a_secret_of_a_plugin_is_not_in_its_text() -> None:
    document = asking(
        {"plugin": "cmd", "parameters": {"preCommands": ["<% $secrets.pw %>"]}}, secrets={"pw": "hunter2"}
    )
    assert "hunter2" not in repr(used(document))


@pytest.mark.parametrize(
    ("plugin", "code", "path"),
    [
        (3, "WrongType", ""),
        ({"parameters": {}}, "MissingField", ".plugin"),
        ({"plugin": 3}, "WrongType", ".plugin"),
        ({"plugin": "shh"}, "UnknownPlugin", ".plugin"),
        ({"plugin": "cmd", "parameters": ["date"]}, "WrongType", ".parameters"),
        ({"plugin": "cmd", "taskroles": "worker"}, "WrongType", ".taskroles"),
        ({"plugin": "cmd", "failurePolicy": "never"}, "WrongValue", ".failurePolicy"),
        ({"plugin": "cmd", "parameters": {"preCommands": "date"}}, "WrongType", ".parameters.preCommands"),
        (
            {"plugin": "cmd", "parameters": {"callbacks": [{"event": "taskFails", "commands": []}]}},
            "WrongValue",
            ".parameters.callbacks[0].event",
        ),
        (
            {"plugin": "cmd", "parameters": {"callbacks": [{"event": "taskStarts"}]}},
            "MissingField",
            ".parameters.callbacks[0].commands",
        ),
        (
            {
                "plugin": "cmd",
                "parameters": {
                    "preCommands": ["a"],
                    "callbacks": [{"event": "taskStarts", "commands": ["b"]}],
                },
            },
            "CmdPluginMixed",
            ".parameters.callbacks",
        ),
        (
            {"plugin": "ssh", "parameters": {"sshbarrierTimeout": -1}},
            "WrongValue",
            ".parameters.sshbarrierTimeout",
        ),
        (
            {"plugin": "ssh", "parameters": {"userssh": {"type": "mine"}}},
            "WrongValue",
            ".parameters.userssh.type",
        ),
        (
            {"plugin": "ssh", "parameters": {"userssh": {"type": "custom", "value": "-----BEGIN"}}},
            "NoPublicKey",
            ".parameters.userssh.value",
        ),
        ({"plugin": "tensorboard"}, "MissingField", ".parameters.logdir"),
        ({"plugin": "tensorboard", "parameters": {"logdir": {}}}, "EmptyField", ".parameters.logdir"),
        (
            {"plugin": "tensorboard", "parameters": {"logdir": {"a": "/a"}, "port": 70000}},
            "WrongValue",
            ".parameters.port",
        ),
        (
            {"plugin": "cmd", "parameters": {"preCommands": ["<% $parameters.nothing %>"]}},
            "UnknownParameter",
            ".parameters.preCommands[0]",
        ),
    ],
)
def test_a_mistake_is_told_at_its_place(plugin: object, code: str, path: str) -> None:
    [problem] = refused(asking(plugin))
    assert (problem.code, problem.path) == (code, f"extras.{PLUGINS}[0]{path}")
    assert problem.line == 1
    assert problem.column
    for language in ("en", "zh"):
        assert message(problem.code, problem.params, language).text


def test_a_mistake_in_a_prerequisite_is_told_at_its_place() -> None:
    prerequisite = {"type": "data", "name": "d", "plugin": f"{PLUGINS}.ssh", "sshbarrierTimeout": "soon"}
    [problem] = refused(by_prerequisite(asking(), prerequisite))
    assert (problem.code, problem.path) == ("WrongType", "prerequisites[1].sshbarrierTimeout")


def test_the_list_of_plugins_must_be_one() -> None:
    [problem] = refused(asking(extras={PLUGINS: {"plugin": "ssh"}}))
    assert (problem.code, problem.path) == ("WrongType", f"extras.{PLUGINS}")


@pytest.mark.parametrize(
    ("plugin", "code", "path"),
    [
        ({"plugin": "git"}, "NotThereYet", ".plugin"),
        ({"plugin": "shh", "failurePolicy": "ignore"}, "NotThereYet", ".plugin"),
        ({"plugin": "cmd", "parameters": {"precommands": []}}, "IgnoredField", ".parameters.precommands"),
        (
            {"plugin": "ssh", "parameters": {"userssh": {"type": "system"}}},
            "NotThereYet",
            ".parameters.userssh",
        ),
        ({"plugin": "cmd", "taskroles": ["worker", "boss"]}, "PluginRoleUnknown", ".taskroles[1]"),
    ],
)
def test_what_has_no_effect_is_told_at_its_place(plugin: object, code: str, path: str) -> None:
    [warning] = parsed(asking(plugin)).warnings
    assert (warning.code, warning.path) == (code, f"extras.{PLUGINS}[0]{path}")
    for language in ("en", "zh"):
        assert message(warning.code, warning.params, language).text


def test_ssh_twice_in_a_role_is_told() -> None:
    [warning] = parsed(asking({"plugin": "ssh"}, {"plugin": "ssh", "taskroles": ["worker"]})).warnings
    assert (warning.code, warning.params["role"]) == ("PluginTwice", "worker")


@pytest.mark.parametrize(
    ("userssh", "keys"),
    [
        ({}, ()),
        ({"type": "none", "value": ""}, ()),
        ({"value": KEY}, ()),
        ({"type": "custom", "value": ""}, ()),
        ({"type": "custom", "value": f"{KEY}\n\n  {KEY}\r\n"}, (KEY, KEY)),
        ({"type": "system", "value": f'from="10.0.0.0/8" {KEY}'}, (f'from="10.0.0.0/8" {KEY}',)),
    ],
)
def test_the_keys_of_people(userssh: dict[str, str], keys: tuple[str, ...]) -> None:
    [ssh] = (
        plugin.parameters for plugin in used(asking({"plugin": "ssh", "parameters": {"userssh": userssh}}))
    )
    assert isinstance(ssh, Ssh)
    assert ssh.user_keys == keys


def requiring(*wanted: tuple[str, list[str]], named: list[str]) -> dict[str, Any]:
    """A job whose prerequisites require one another; each tells its name."""
    document = by_prerequisite(
        asking(),
        *(
            {
                "type": "script",
                "name": name,
                "plugin": f"{PLUGINS}.cmd",
                "require": others,
                "preCommands": [name],
            }
            for name, others in wanted
        ),
    )
    document["taskRoles"]["worker"]["prerequisites"] = named
    return document


def order(document: dict[str, Any]) -> list[str]:
    return [
        plugin.parameters.pre_commands[0] for plugin in used(document) if isinstance(plugin.parameters, Cmd)
    ]


def test_what_a_prerequisite_requires_acts_before_it_though_the_role_does_not_name_it() -> None:
    wanted = [("train", ["data", "tools"]), ("data", ["tools"]), ("tools", [])]
    assert order(requiring(*wanted, named=["train"])) == ["tools", "data", "train"]


def test_a_prerequisite_acts_once_however_many_require_it() -> None:
    wanted = [("a", ["c"]), ("b", ["c"]), ("c", [])]
    assert order(requiring(*wanted, named=["b", "c", "a"])) == ["c", "b", "a"]


def test_a_ring_of_requirements_is_told_and_ends_with_what_the_role_names() -> None:
    document = requiring(("a", ["b"]), ("b", ["a"]), named=["a"])
    assert order(document) == ["b", "a"]
    told = [(w.code, w.params["name"], w.params["required"]) for w in parsed(document).warnings]
    assert told == [("RequirementRing", "a", "b"), ("RequirementRing", "b", "a")]


def test_a_requirement_that_names_nothing_is_told_and_changes_nothing() -> None:
    document = requiring(("a", ["nobody"]), named=["a"])
    assert order(document) == ["a"]
    (warning,) = parsed(document).warnings
    assert warning.code == "RequirementUnknown"
    assert (warning.line, warning.params["name"]) == (1, "nobody")
