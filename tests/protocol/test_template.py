"""Templates give what OpenPAI's gave, and say so where there is nothing to give."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.errors import PaiError
from openpai.protocol.parse import parse, parse_document
from openpai.protocol.template import render_auth, render_commands
from tests.protocol.samples import FULL, codes, job, problems, role


def rendered(command: str, **top: Any) -> str:
    document = {**role(commands=[command]), **top}
    return render_commands(parse(json.dumps(document)).job, "worker")


def test_the_script_is_the_deployments_commands_around_the_roles_own() -> None:
    assert render_commands(parse(FULL).job, "worker") == (
        "echo before prep\n"
        "wget -P /work https://data.example.org/a.tgz\n"
        "python train.py --rate 0.001 --depth 18 \\\n"
        '  --out /mnt/out --key "p&ss\'<word>"\n'
        "echo after"
    )
    assert render_commands(parse(FULL).job, "ps") == "sleep infinity"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (0.001, "0.001"), (1e21, "1e+21"), (12345678901234567890, "12345678901234567890"),
        (True, "true"), ([1, 2, 3], "1,2,3"), ({"a": 1}, "[object Object]"), ("", ""), (0, "0"), (False, "false"),
        ("a'b\"c<&>$`", "a'b\"c<&>$`"), ("2020-01-01", "2020-01-01"), ("<% $parameters.x %>", "<% $parameters.x %>"),
    ],
)  # fmt: skip
def test_values_are_put_in_as_javascript_prints_them_without_escaping(value: object, text: str) -> None:
    assert rendered("[<% $parameters.x %>]", parameters={"x": value}) == f"[{text}]"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("<%$parameters.a.b[1].c%>", "deep"), ("<%   $parameters.a.b.1.c\n%>", "deep"),
        ("<% $parameters.x-y %>", "dash"), ("<% $parameters.0 %>", "zero"), ("<% $parameters %>", "[object Object]"),
        ("<% $parameters.a.b[0] %>", "first"),
    ],
)  # fmt: skip
def test_paths_have_dots_and_positions(tag: str, text: str) -> None:
    parameters = {"a": {"b": ["first", {"c": "deep"}]}, "x-y": "dash", "0": "zero"}
    assert rendered(tag, parameters=parameters) == text


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("<% $parameters.missing %>", "UnknownParameter"),
        ("<% $parameters.list[7] %>", "UnknownParameter"),
        ("<% $parameters.list[99999999999] %>", "UnknownParameter"),
        ("<% $parameters.x.y %>", "UnknownParameter"),
        ("<% $parameters.x + 1 %>", "UnknownParameter"),
        ("<% $parameters.none %>", "EmptyParameter"),
        ("<% $secrets.missing %>", "UnknownSecret"),
        ("<% $secrets.none %>", "EmptySecret"),
    ],
)
def test_a_missing_value_is_an_error_with_its_place(tag: str, code: str) -> None:
    parameters = {"x": 1, "list": [1], "none": None}
    document = role(commands=["true", f"echo {tag}"]) | {"parameters": parameters, "secrets": {"none": None}}
    (problem,) = problems(json.dumps(document, indent=1))
    assert (problem.code, problem.path) == (code, "taskRoles.worker.commands[1]")
    line = json.dumps(document, indent=1).splitlines()[(problem.line or 0) - 1]
    assert line.index(tag) + 1 == problem.column
    with pytest.raises(PaiError):
        render_commands(parse_document(document), "worker")


def test_the_known_names_are_told() -> None:
    document = role(commands=["<% $parameters.z %> <% $secrets.z %>"])
    document |= {"parameters": {"x": 1, "y": 2}, "secrets": {"k": "hidden"}}
    assert [p.params["known"] for p in problems(json.dumps(document))] == ["x, y", "k"]
    document = role(commands=["<% $parameters.list[99] %>"]) | {"parameters": {"list": [1] * 30}}
    (problem,) = problems(json.dumps(document))
    assert str(problem.params["known"]).endswith("18, 19, …")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<% parameters.x %>", "TemplateUntouched"), ("<%= x %>", "TemplateUntouched"),
        ("<%# x %>", "TemplateUntouched"), ("<% $data.uri[0] %>", "TemplateUntouched"),
        ("<% $parametersx %>", "TemplateUntouched"), ("<%%>", "TemplateUntouched"),
        ("printf '<%d>' 3", "TemplateUnclosed"), ("a <% b", "TemplateUnclosed"),
    ],
)  # fmt: skip
def test_what_is_no_template_stays_with_a_warning(text: str, code: str) -> None:
    parsed = parse(json.dumps(role(commands=[text])))
    assert [w.code for w in parsed.warnings] == [code]
    assert render_commands(parsed.job, "worker") == text


def test_a_lone_end_is_plain_text() -> None:
    parsed = parse(json.dumps(role(commands=["echo 100 %> x"])))
    assert parsed.warnings == ()
    assert render_commands(parsed.job, "worker") == "echo 100 %> x"


def test_an_unclosed_tag_does_not_swallow_the_next_one() -> None:
    assert rendered("'<%d' <% $parameters.x %>", parameters={"x": 1}) == "'<%d' 1"


def test_a_missing_field_of_data_stays_with_a_warning() -> None:
    document = role(data="ds", commands=["<% $data.nothing %> <% $data.uri[0] %> <% $data.extra %>"])
    document["prerequisites"].append({"type": "data", "name": "ds", "uri": ["u"], "extra": 7})
    parsed = parse(json.dumps(document))
    assert [w.code for w in parsed.warnings] == ["TemplateUntouched"]
    assert render_commands(parsed.job, "worker") == "<% $data.nothing %> u 7"


def test_secrets_are_rendered_inside_what_parameters_and_data_put_in() -> None:
    document = role(data="ds", commands=["get <% $data.uri[0] %> <% $parameters.opt %>"])
    document["prerequisites"].append({"type": "data", "name": "ds", "uri": ["https://<% $secrets.t %>@host"]})
    document |= {"parameters": {"opt": "-k <% $secrets.t %>"}, "secrets": {"t": "<% $secrets.t %>!"}}
    script = render_commands(parse(json.dumps(document)).job, "worker")
    assert script == "get https://<% $secrets.t %>!@host -k <% $secrets.t %>!"
    document["secrets"] = {}
    assert codes(json.dumps(document)) == ["UnknownSecret"]


def test_only_the_active_deployment_is_looked_at() -> None:
    deployment = {"name": "d", "taskRoles": {"worker": {"preCommands": ["<% $parameters.x %>"]}}}
    assert codes(json.dumps(job(deployments=[deployment]))) == []
    active = json.dumps(job(deployments=[deployment], defaults={"deployment": "d"}))
    assert [p.path for p in problems(active)] == ["deployments[0].taskRoles.worker.preCommands[0]"]


def test_a_large_value_used_often_is_refused() -> None:
    document = role(commands=["<% $parameters.x %>" * 1000])
    document["parameters"] = {"x": "y" * 100_000}
    assert codes(json.dumps(document)) == ["RenderedTooLarge"]


def auth(values: dict[str, str] | None, **top: Any) -> tuple[str, str, str] | None:
    document = job(**top)
    if values is not None:
        document["prerequisites"][0]["auth"] = values
    parsed = parse(json.dumps(document)).job
    return render_auth(parsed, parsed.role_image("worker"))


def test_auth_is_rendered_over_secrets_only() -> None:
    values = {"username": "<% $secrets.u %>", "password": "<% $secrets.p %>"}
    assert auth(values, secrets={"u": "bob", "p": "a&b'\"<"}) == ("bob", "a&b'\"<", "")
    assert auth({"username": "bob", "password": "plain", "registryuri": "r"}) == ("bob", "plain", "r")
    assert auth({"username": "<% $parameters.u %>"}, parameters={"u": "x"}) == ("<% $parameters.u %>", "", "")


def test_an_image_without_credentials_is_pulled_without() -> None:
    assert auth(None) is None
    assert auth({"username": " ", "password": ""}) is None


def test_a_registry_alone_is_kept_for_whoever_compares_it_with_the_image() -> None:
    assert auth({"registryuri": "r"}) == ("", "", "r")


def test_a_missing_secret_in_auth_is_an_error_at_its_place() -> None:
    document = job()
    document["prerequisites"][0]["auth"] = {"username": "u", "password": "<% $secrets.p %>"}
    (problem,) = problems(json.dumps(document))
    assert (problem.code, problem.path) == ("UnknownSecret", "prerequisites[0].auth.password")


@given(st.text(alphabet="<%> $parameters.xsecrtdl[]0\n", max_size=80))
@settings(max_examples=200, deadline=None)
def test_rendering_any_text_ends_and_leaves_text_without_tags_alone(text: str) -> None:
    document = role(commands=[text]) | {"parameters": {"x": "V"}, "secrets": {"x": "S"}}
    try:
        script = render_commands(parse_document(document), "worker")
    except PaiError:
        return
    if "%>" not in text:
        assert script == text.strip()
