"""What OpenPAI's own validator accepted and refused is accepted and refused here."""

import json
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from openpai.protocol.schema import json_schema
from tests.protocol.samples import SMALLEST, codes, job, role

IMAGE = SMALLEST["prerequisites"][0]
RESOURCES = SMALLEST["taskRoles"]["worker"]["resourcePerInstance"]


def more(*prerequisites: object) -> dict[str, Any]:
    return job(prerequisites=[IMAGE, *prerequisites])


def image(**fields: object) -> dict[str, Any]:
    return job(prerequisites=[{**IMAGE, **fields}])


def resources(**fields: object) -> dict[str, Any]:
    return role(resourcePerInstance={**RESOURCES, **fields})


def without(resource: str) -> dict[str, Any]:
    return role(resourcePerInstance={k: v for k, v in RESOURCES.items() if k != resource})


def named(name: str) -> dict[str, Any]:
    return job(taskRoles={name: SMALLEST["taskRoles"]["worker"]})


def deployed(**fields: object) -> dict[str, Any]:
    return job(deployments=[{"name": "d", "taskRoles": {"elsewhere": {"preCommands": ["x"]}}, **fields}])


ACCEPTED: dict[str, dict[str, Any]] = {
    "the smallest job": job(),
    "protocolVersion as text": job(protocolVersion="2"),
    "script prerequisite with unknown keys": more({"type": "script", "name": "s", "callbacks": [1], "x": {}}),
    "output prerequisite with unknown keys": more({"type": "output", "name": "o", "failurePolicy": "fail"}),
    "auth with unknown keys": image(auth={"username": "u", "password": "p", "email": "e"}),
    "auth without any key": image(auth={}),
    "data with an empty list of uris": more({"type": "data", "name": "d", "uri": []}),
    "same name in different types": more({"type": "data", "name": "img"}),
    "instances 2.0": role(instances=2.0),
    "minFailedInstances 0": role(completion={"minFailedInstances": 0}),
    "minFailedInstances -5": role(completion={"minFailedInstances": -5}),
    "minFailedInstances null": role(completion={"minFailedInstances": None}),
    "minSucceededInstances null": role(completion={"minSucceededInstances": None}),
    "taskRetryCount -2": role(taskRetryCount=-2),
    "infiniband as text and an unknown option": role(extraContainerOptions={"infiniband": "yes", "x": 1}),
    "shmMB 0": role(extraContainerOptions={"shmMB": 0}),
    "ports 0 and negative": resources(ports={"a": 0, "b": -1}),
    "cpu -1": resources(cpu=-1),
    "role name of 300 characters": named("a" * 300),
    "role name with capitals and underscore": named("Task_Role_1"),
    "defaults with an unknown key and a numeric virtual cluster": job(defaults={"x": 1, "virtualCluster": 7}),
    "gangAllocation as text": job(extras={"gangAllocation": "no"}),
    "deployment for a role that the job lacks": deployed(),
    "version as a number": job(version=1.0),
    "require of a prerequisite": more({"type": "script", "name": "s", "require": ["img"]}),
    "empty parameters and secrets": job(parameters={}, secrets={}),
}

REJECTED: dict[str, dict[str, Any]] = {
    "protocolVersion 1": job(protocolVersion=1),
    "empty name": job(name=""),
    "name with a dot": job(name="a.b"),
    "name of 256 characters": job(name="a" * 256),
    "no name": job(name=...),
    "no type": job(type=...),
    "another type": job(type="jobs"),
    "prerequisite without name": more({"type": "script"}),
    "prerequisite of an unknown type": more({"type": "image", "name": "x"}),
    "prerequisite without type": more({"name": "x"}),
    "no prerequisite in the list": job(prerequisites=[]),
    "dockerimage with an unknown key": image(x=1),
    "dockerimage with a plugin": image(plugin="p"),
    "dockerimage without uri": job(prerequisites=[{"type": "dockerimage", "name": "img"}]),
    "data uri as text": more({"type": "data", "name": "d", "uri": "x"}),
    "auth password as a number": image(auth={"password": 1}),
    "instances 0": role(instances=0),
    "instances as text": role(instances="2"),
    "jobRetryCount -1": job(jobRetryCount=-1),
    "shmMB as text": role(extraContainerOptions={"shmMB": "1"}),
    "shmMB under resourcePerInstance": resources(shmMB=1),
    "ports empty": resources(ports={}),
    "port label with a dash": resources(ports={"a-b": 1}),
    "cpu 0.5": resources(cpu=0.5),
    "cpu as a boolean": resources(cpu=True),
    "no gpu": without("gpu"),
    "no cpu": without("cpu"),
    "no memoryMB": without("memoryMB"),
    "no resourcePerInstance": role(resourcePerInstance=...),
    "commands empty": role(commands=[]),
    "commands as text": role(commands="echo"),
    "unknown key in a role": role(image="x"),
    "role name with a dash": named("a-b"),
    "role name with a leading digit": named("1a"),
    "no task role": job(taskRoles={}),
    "extras as a list": job(extras=[]),
    "deployments empty": job(deployments=[]),
    "deployment without taskRoles": job(deployments=[{"name": "d"}]),
    "deployment with empty taskRoles": deployed(taskRoles={}),
    "deployment with empty preCommands": deployed(taskRoles={"w": {"preCommands": []}}),
    "secrets as text": job(secrets="hidden"),
    "parameters as a list": job(parameters=[]),
    "unknown key at the top": job(unknown=1),
    "contributor as a number": job(contributor=1),
    "description null": job(description=None),
    "minFailedInstances false": role(completion={"minFailedInstances": False}),
}

ACROSS_FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "no prerequisites for the image": (job(prerequisites=...), "UnknownPrerequisite"),
    "duplicate prerequisite": (more(IMAGE), "DuplicatePrerequisite"),
    "duplicate deployment": (
        job(deployments=[{"name": "d", "taskRoles": {"worker": {}}}] * 2),
        "DuplicateDeployment",
    ),
    "unknown prerequisite of a role": (role(prerequisites=["x"]), "UnknownPrerequisite"),
    "image of another type": (role(data="img"), "UnknownPrerequisite"),
    "script unknown": (role(script="x"), "UnknownPrerequisite"),
    "output unknown": (role(output="x"), "UnknownPrerequisite"),
    "deployment unknown": (job(defaults={"deployment": "x"}), "UnknownDeployment"),
    "role names that become one": (
        job(taskRoles=dict.fromkeys(("a_b", "AB"), SMALLEST["taskRoles"]["worker"])),
        "AmbiguousRoleNames",
    ),
    "masked secrets as a whole": (job(secrets="******"), "MaskedSecret"),
}
"""Valid by the schema, refused by a rule between fields. The schema cannot say these."""

VALIDATOR = jsonschema.Draft202012Validator(json_schema())
NOT_IN_THE_SCHEMA = {"no prerequisites for the image"}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_openpai_accepted_is_accepted(name: str) -> None:
    assert codes(json.dumps(ACCEPTED[name])) == []


@pytest.mark.parametrize("name", REJECTED)
def test_what_openpai_refused_is_refused(name: str) -> None:
    assert codes(json.dumps(REJECTED[name])) != []


@pytest.mark.parametrize("name", ACROSS_FIELDS)
def test_rules_between_fields_have_their_own_code(name: str) -> None:
    document, code = ACROSS_FIELDS[name]
    assert codes(json.dumps(document)) == [code]


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_schema_accepts_the_same(name: str) -> None:
    VALIDATOR.validate(ACCEPTED[name])


@pytest.mark.parametrize("name", REJECTED)
def test_the_schema_refuses_the_same(name: str) -> None:
    assert not VALIDATOR.is_valid(REJECTED[name])


def test_the_schema_is_a_schema_that_explains_every_field() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for part in (schema, *schema["$defs"].values()):
        for name, field in part["properties"].items():
            assert field["description"], name
            assert field["title"] == name


def test_the_schema_shows_no_default_that_is_none() -> None:
    succeeded = json_schema()["$defs"]["Completion"]["properties"]["minSucceededInstances"]
    assert "default" not in succeeded
    assert "by default all `instances`" in succeeded["description"]


@pytest.mark.parametrize(
    ("model", "field"),
    [("ContainerOptions", "infiniband")],
)
def test_the_schema_promises_nothing_that_is_not_there(model: str, field: str) -> None:
    assert "Kept; this version" in json_schema()["$defs"][model]["properties"][field]["description"]


def test_the_caller_may_change_the_schema() -> None:
    before = deepcopy(json_schema())
    json_schema().clear()
    assert json_schema() == before
