"""Job files that are wrong: refused at once with code, place and remedy in both languages; nothing is kept."""

import json

import pytest

from openpai.client import ApiError, Client
from tests.e2e.jobs import codes, job, run
from tests.e2e.server import Server

_GOOD = """\
protocolVersion: 2
name: refused
type: job
prerequisites:
  - {name: image, type: dockerimage, uri: "pai-test/busybox:latest"}
taskRoles:
  main:
    instances: 1
    dockerImage: image
    resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}
    commands:
      - echo hello
"""

_WRONG = {
    "does not parse": (("type: job", "type: [job"), "YamlSyntax", 4, None),
    "a tab": (("    instances: 1", "\tinstances: 1"), "YamlTab", 8, None),
    "an unknown field": (("instances: 1", "instance: 1"), "UnknownField", 8, "taskRoles.main.instance"),
    "a wrong type": (("instances: 1", "instances: many"), "WrongType", 8, "taskRoles.main.instances"),
    "no image": (("    dockerImage: image\n", ""), "MissingField", 7, "taskRoles.main.dockerImage"),
    "an image that is no prerequisite": (
        ("dockerImage: image", "dockerImage: other"),
        "UnknownPrerequisite",
        9,
        "taskRoles.main.dockerImage",
    ),
    "a template without its parameter": (
        ("echo hello", "echo <% $parameters.missing %>"),
        "UnknownParameter",
        12,
        "taskRoles.main.commands[0]",
    ),
    "a template without its secret": (
        ("echo hello", "echo <% $secrets.missing %>"),
        "UnknownSecret",
        12,
        "taskRoles.main.commands[0]",
    ),
    "no commands": (
        ("    commands:\n      - echo hello\n", ""),
        "MissingField",
        7,
        "taskRoles.main.commands",
    ),
    "an image name that cannot be one": (
        ("pai-test/busybox:latest", "pai-test/busy box"),
        "InvalidImageReference",
        5,
        None,
    ),
    "more CPUs than there are": (("cpu: 1", "cpu: 4096"), "NeverFits", 10, None),
    "more memory than there is": (("memoryMB: 64", "memoryMB: 999999999"), "NeverFits", 10, None),
    "a GPU where there is none": (("gpu: 0", "gpu: 64"), "NeverFits", 10, None),
    "more tasks than fit together": (("instances: 1", "instances: 1000"), "JobNeverFits", None, None),
}


@pytest.mark.parametrize("name", _WRONG)
async def test_a_wrong_file_is_refused_with_code_place_and_remedy(
    server: Server, pai: Client, name: str
) -> None:
    (good, bad), code, line, path = _WRONG[name]
    before = await _count(pai)
    error = await _refusal(pai, _GOOD.replace(good, bad))
    assert error.status == 400
    problem = next((each for each in error.problems if each["code"] == code), None)
    assert problem is not None, error.problems
    assert problem.get("fix")
    if line is not None:
        assert (problem.get("line"), problem.get("column", 0) is not None) == (line, True), problem
    if path is not None:
        assert problem.get("path") == path
    async with server.client("zh") as chinese:
        told = await _refusal(chinese, _GOOD.replace(good, bad))
    same = next(each for each in told.problems if each["code"] == code)
    assert _is_chinese(same["message"])
    assert _is_chinese(same.get("fix") or "")
    assert await _count(pai) == before


async def test_what_never_fits_is_told_with_the_numbers(pai: Client) -> None:
    error = await _refusal(pai, _GOOD.replace("cpu: 1", "cpu: 4096"))
    assert "4096 CPU" in error.problems[0]["message"]
    assert "64 MB" in error.problems[0]["message"]


async def test_ten_megabytes_are_refused(pai: Client) -> None:
    error = await _refusal(pai, _GOOD + "# " + "x" * 10_000_000)
    assert error.status == 413
    assert codes(error.problems)[0] in ("YamlTooLarge", "BodyTooLarge")
    assert error.problems[0].get("fix")


async def test_a_bomb_of_aliases_is_refused_at_once(pai: Client) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    error = await _refusal(pai, bomb + _GOOD)
    assert "YamlTooComplex" in codes(error.problems)


async def test_deep_nesting_is_refused_at_once(pai: Client) -> None:
    error = await _refusal(pai, _GOOD + "extras: " + "[" * 100_000)
    assert set(codes(error.problems)) & {"YamlTooComplex", "YamlSyntax"}


@pytest.mark.parametrize("name", ["训练", "bad name", "a/b", "a~b", "", "x" * 300, "..", "emoji🚀"])
async def test_a_name_that_cannot_be_one_is_refused_at_its_place(pai: Client, name: str) -> None:
    before = await _count(pai)
    error = await _refusal(
        pai, _GOOD.replace("name: refused", f"name: {json.dumps(name, ensure_ascii=False)}")
    )
    assert error.status == 400
    assert (error.problems[0].get("line"), error.problems[0].get("path")) == (2, "name")
    assert await _count(pai) == before


async def test_a_name_that_one_has_already_is_refused_and_another_may_be_given(pai: Client) -> None:
    text = job("true", name="twice")
    await run(pai, text)
    before = await _count(pai)
    error = await _refusal(pai, text)
    assert (error.status, error.code) == (409, "ConflictJobError")
    assert codes(error.problems) == ["ConflictJob"]
    assert error.problems[0].get("fix")
    assert await _count(pai) == before
    assert (await pai.submit(text, name="twice_again"))["name"] == "admin~twice_again"
    await run(pai, text, name="thrice")


async def test_bytes_that_are_no_text_are_refused(server: Server) -> None:
    done = server.pai("submit", "-", stdin="name: \x00\x01")
    assert done.returncode == 2
    assert "UTF-8" in done.stderr


async def _refusal(pai: Client, text: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await pai.submit(text)
    return caught.value


async def _count(pai: Client) -> int:
    return (await pai.jobs(limit=1))["totalCount"]


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
