"""All mistakes of a text come together, each with line, column and field."""

import json
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.errors import PaiError, Problem
from openpai.messages import LANGUAGES, message
from openpai.protocol.parse import MAX_PROBLEMS, parse
from openpai.protocol.secrets import mask
from tests.protocol.samples import FULL, SMALLEST, codes, job, problems, role


def told(text: str) -> list[tuple[int | None, int | None, str | None, str]]:
    return [(p.line, p.column, p.path, p.code) for p in problems(text)]


def test_all_mistakes_are_told_together_in_the_order_of_the_text() -> None:
    text = """\
protocolVersion: 1
name: a.b
type: job
prerequisites:
- {type: dockerimage, nmae: q, uri: 3, auth: {password: 4}}
taskRoles:
  w:
    dockerImage: img
    gpus: 1
    resourcePerInstance: {cpu: 0.5, memoryMB: 1, shmMB: 3}
    commands:
    - |
      echo first
      foo <% $parameters.x %>
  w: {}
contributor: 1
unknown: 1
"""
    assert told(text) == [
        (1, 18, "protocolVersion", "WrongValue"),
        (2, 7, "name", "WrongValue"),
        (5, 3, "prerequisites[0].name", "MissingField"),
        (5, 23, "prerequisites[0].nmae", "UnknownField"),
        (5, 37, "prerequisites[0].uri", "WrongType"),
        (5, 57, "prerequisites[0].auth.password", "WrongType"),
        (8, 18, "taskRoles.w.dockerImage", "UnknownPrerequisite"),
        (9, 5, "taskRoles.w.gpus", "UnknownField"),
        (10, 5, "taskRoles.w.resourcePerInstance.gpu", "MissingResource"),
        (10, 32, "taskRoles.w.resourcePerInstance.cpu", "FractionalResource"),
        (10, 50, "taskRoles.w.resourcePerInstance.shmMB", "MisplacedField"),
        (14, 11, "taskRoles.w.commands[0]", "UnknownParameter"),
        (15, 3, "taskRoles.w", "YamlDuplicateKey"),
        (16, 14, "contributor", "WrongType"),
        (17, 1, "unknown", "UnknownField"),
    ]


def only(text: str) -> Problem:
    (problem,) = problems(text)
    return problem


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("command", "commands"), ("dockerimage", "dockerImage"), ("instance", "instances"),
        ("resourcesPerInstance", "resourcePerInstance"), ("extraContainerOption", "extraContainerOptions"),
    ],
)  # fmt: skip
def test_an_unknown_field_comes_with_the_nearest_known_one(wrong: str, nearest: str) -> None:
    problem = only(json.dumps(role(**{wrong: 1})))
    assert (problem.code, problem.params["nearest"]) == ("UnknownField", nearest)


@pytest.mark.parametrize(
    ("field", "code", "place"),
    [
        ("gpu", "MisplacedField", "taskRoles.<role>.resourcePerInstance"),
        ("shmMB", "MisplacedField", "taskRoles.<role>.extraContainerOptions"),
        ("virtualCluster", "MisplacedField", "defaults"),
        ("gangAllocation", "MisplacedField", "extras"),
        ("jobRetryCount", "TopLevelField", None),
    ],
)
def test_a_known_field_at_the_wrong_place_is_told_where_it_belongs(
    field: str, code: str, place: str | None
) -> None:
    problem = only(json.dumps(role(**{field: 1})))
    assert (problem.code, problem.params.get("place")) == (code, place)


def test_types_are_named_in_yaml_words() -> None:
    problem = only(json.dumps(job(version=True)))
    assert problem.params == {
        "field": "version",
        "expected": "string | integer | number",
        "actual": "boolean",
    }


def test_a_wrong_key_is_told_with_what_is_allowed() -> None:
    roles = {"a-b": SMALLEST["taskRoles"]["worker"]}
    assert only(json.dumps(job(taskRoles=roles))).params == {
        "field": "taskRoles", "value": "a-b", "allowed": "^[a-zA-Z_][a-zA-Z0-9_]*$",
    }  # fmt: skip


def test_no_value_that_may_be_secret_is_in_an_error() -> None:
    text = FULL.replace("<% $secrets.pull %>\n      registryuri", "31415926\n      registryuri")
    shown = [str(p) for p in problems(text.replace("pull: p&ss'<word>", "pull: [p&ss'<word>"))]
    assert shown
    assert not any("p&ss" in s for s in shown)
    assert "31415926" not in str(only(text))


def test_a_role_that_is_no_mapping_is_one_mistake() -> None:
    assert codes(json.dumps(job(taskRoles={"w": None}))) == ["WrongType"]


def test_a_list_with_only_wrong_entries_is_not_called_empty() -> None:
    assert "EmptyField" not in codes(json.dumps(job(prerequisites=[3])))
    assert "EmptyField" in codes(json.dumps(job(prerequisites=[])))


def test_more_mistakes_than_anybody_reads_are_cut_off() -> None:
    assert len(problems("\n".join(f"k{i}: 1" for i in range(1000)))) == MAX_PROBLEMS


def test_given_parameters_and_secrets_replace_and_add() -> None:
    parsed = parse(FULL, parameters={"rate": 5, "new": [1]}, secrets={"pull": "other", "more": "x"})
    assert parsed.job.parameters == {"rate": 5, "net": {"depth": 18}, "new": [1]}
    assert parsed.document["secrets"] == {"pull": "other", "more": "x"}
    plain = parse(yaml.safe_dump(SMALLEST), parameters={"a": 1}, secrets={"b": "2"})
    assert (plain.job.parameters, plain.job.secrets) == ({"a": 1}, {"b": "2"})


def test_a_parameter_that_is_missing_in_the_text_may_be_given() -> None:
    text = json.dumps(role(commands=["<% $parameters.x %><% $secrets.y %>"]))
    assert codes(text) == ["UnknownParameter", "UnknownSecret"]
    assert codes(text, parameters={"x": 1}, secrets={"y": "z"}) == []


def test_a_masked_config_is_refused_with_the_places_of_the_masks() -> None:
    masked, _ = mask(parse(FULL).document)
    assert [(p.code, p.path) for p in problems(json.dumps(masked))] == [("MaskedSecret", "secrets.pull")]
    assert codes(json.dumps(masked), secrets={"pull": "again"}) == []
    assert codes(json.dumps({**masked, "secrets": "******"}), secrets={"pull": "again"}) == []


def test_a_masked_config_is_complete_again_with_the_held_secrets() -> None:
    document = parse(FULL).document
    masked, held = mask(document)
    assert parse(json.dumps(masked), stored=(masked, held)).document == document


def warned(text: str) -> dict[str | None, str]:
    return {w.path: w.code for w in parse(text).warnings}


def test_an_ordinary_job_has_no_warnings() -> None:
    assert parse(json.dumps(job(defaults={"virtualCluster": "default"}, extras={}))).warnings == ()


def test_what_is_kept_and_not_done_yet_is_told_with_its_place() -> None:
    text = FULL + "  tensorBoard: {logDirectories: {a: /a}}\n"
    told = [(w.path, w.line, w.column, w.params["cause"]) for w in parse(text).warnings]
    assert told == [("extras.tensorBoard", len(text.splitlines()), 3, "NoTensorBoard")]
    assert parse(FULL).warnings == ()


def test_each_field_without_effect_is_told_once_in_both_languages() -> None:
    document = role(extraContainerOptions={"infiniband": True})
    document["prerequisites"].append({"type": "script", "name": "s", "plugin": "my.own"})
    document["extras"] = {
        "com.microsoft.pai.runtimeplugin": [{"plugin": "git"}],
        "jobStatusChangeNotification": {"running": True, "failed": False},
        "tensorBoard": {"logDirectories": {"default": "/mnt/logs"}},
    }
    warnings = parse(json.dumps(document)).warnings
    assert {w.code for w in warnings} == {"NotThereYet"}
    paths = [
        "prerequisites[1].plugin",
        "taskRoles.worker.extraContainerOptions.infiniband",
        "extras.com.microsoft.pai.runtimeplugin[0].plugin", "extras.jobStatusChangeNotification",
        "extras.tensorBoard",
    ]  # fmt: skip
    assert sorted(w.path or "" for w in warnings) == sorted(paths)
    for language, says in (("en", "does nothing with it: "), ("zh", "不会据此做任何事：")):
        texts = {w.path: message(w.code, w.params, language).text for w in warnings}
        assert all(says in text for text in texts.values())
        assert not any(str(w.params["cause"]) in texts[w.path] for w in warnings)
        assert "git" in texts["extras.com.microsoft.pai.runtimeplugin[0].plugin"]
        assert "my.own" in texts["prerequisites[1].plugin"]


def test_extras_that_ask_for_nothing_are_not_warned_about() -> None:
    extras = {
        "gangAllocation": True,
        "hivedScheduler": {},
        "storages": [],
        "com.microsoft.pai.runtimeplugin": [],
        "jobStatusChangeNotification": {"running": False},
        "tensorBoard": None,
        "com.example.other": {"x": 1},
    }
    assert warned(json.dumps(job(extras=extras))) == {}


def test_what_has_no_effect_is_warned_about() -> None:
    document = role(
        instances=2,
        taskRetryCount=3,
        completion={"minFailedInstances": 3},
        extraContainerOptions={"infiniband": "no", "shm": 1},
    )
    document["prerequisites"][0]["auth"] = {"email": "x"}
    document["defaults"] = {"queue": "x"}
    document["deployments"] = [{"name": "d", "taskRoles": {"elsewhere": {}}}]
    document["extras"] = {"gangAllocation": "no"}
    assert warned(json.dumps(document)) == {
        "taskRoles.worker.taskRetryCount": "TaskRetriesNeedNoGang",
        "taskRoles.worker.completion.minFailedInstances": "NeverReached",
        "taskRoles.worker.extraContainerOptions.shm": "IgnoredField",
        "taskRoles.worker.extraContainerOptions.infiniband": "NotABoolean",
        "prerequisites[0].auth.email": "IgnoredField",
        "defaults.queue": "IgnoredField",
        "deployments[0].taskRoles.elsewhere": "DeploymentRoleUnknown",
        "extras.gangAllocation": "NotABoolean",
    }


def test_values_that_were_made_harmless_are_warned_about() -> None:
    resources = {"cpu": -1, "memoryMB": 0, "gpu": -1, "ports": {"ssh": 0, "a": -1, "b": 2}}
    text = json.dumps(
        role(resourcePerInstance=resources, taskRetryCount=-3, extraContainerOptions={"shmMB": -1})
    )
    used = {str(w.params["field"]): w.params["used"] for w in parse(text).warnings}
    assert used == {"cpu": 1, "memoryMB": 512, "gpu": 0, "ssh": 1, "a": 0, "taskRetryCount": 0, "shmMB": 512}


def test_warnings_have_places() -> None:
    text = FULL.replace("sleep infinity", "sleep <% x %>")
    (warning,) = (w for w in parse(text).warnings if w.code == "TemplateUntouched")
    assert FULL.splitlines()[(warning.line or 0) - 1].startswith("    commands: [sleep")
    assert warning.column == 22


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(["img", "job", "2", "<%", ""]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["name", "type", "worker", "auth", "a-b", "cpu", "commands"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from([*SMALLEST, "parameters", "secrets", "deployments", "defaults", "extras", "x"]), junk
    ),
    st.dictionaries(st.sampled_from(list(SMALLEST["taskRoles"]["worker"])), junk),
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_in_a_document_comes_back_as_a_job_or_as_texts_for_people(
    top: dict[str, object], inner: dict[str, object]
) -> None:
    for problem in problems(yaml.safe_dump({**role(**inner), **top}, sort_keys=False)):
        assert problem.line is not None
        for language in LANGUAGES:
            assert message(problem.code, problem.params, language).fix


def test_an_ordinary_text_is_read_in_milliseconds() -> None:
    parse(FULL)
    started = time.process_time()
    for _ in range(20):
        parse(FULL)
    assert (time.process_time() - started) / 20 < 0.010


def test_the_error_names_the_first_problem_first() -> None:
    with pytest.raises(PaiError) as error:
        parse("name: 1\nzzz: 2")
    assert error.value.first.kind.status == 400


def test_a_given_name_replaces_the_texts_own() -> None:
    parsed = parse(FULL, name="other")
    assert (parsed.job.name, parsed.document["name"]) == ("other", "other")
    assert codes(FULL, name="a.b") == ["WrongValue"]


LARGE = {
    "unknown fields": "\n".join(f"k{i}: 1" for i in range(20_000)),
    "duplicate keys": "a: 1\n" * 20_000,
    "roles and prerequisites that do not meet": json.dumps(
        job(
            prerequisites=[{"type": "data", "name": f"d{i}"} for i in range(5000)],
            taskRoles={f"r{i}": {"dockerImage": f"x{i}", "data": f"y{i}"} for i in range(5000)},
        )
    ),
    "tags without value": json.dumps(
        role(commands=["".join(f"<%$parameters.x{i}%>" for i in range(40_000))])
    ),
    "tags that are none": json.dumps(role(commands=["".join(f"<% {i} %>" for i in range(60_000))])),
    "opening tags": json.dumps(role(commands=["<%" * 400_000])),
    "tags over a large list": json.dumps(
        role(commands=["<% $parameters.x[0] %>" * 20_000]) | {"parameters": {"x": [1] * 20_000}}
    ),
    "masked secrets": json.dumps(job(secrets={f"s{i}": "******" for i in range(20_000)})),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_text_takes_a_bounded_time(name: str) -> None:
    started = time.process_time()
    problems(LARGE[name])
    assert time.process_time() - started < 4
