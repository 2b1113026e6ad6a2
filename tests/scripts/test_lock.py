"""requirements/*.txt are the locks of what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEV = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]


def locked(file: str) -> dict[str, str]:
    text = (ROOT / "requirements" / file).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", text, re.MULTILINE))


def asked_for(file: str) -> set[str]:
    """The packages that the lock holds because the project itself names them."""
    text = (ROOT / "requirements" / file).read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    return {entry.split("==")[0] for entry in entries if re.search(r"#.*\bopenpai \(pyproject", entry)}


@pytest.mark.parametrize(("file", "wanted"), [("run.txt", RUN), ("dev.txt", [*RUN, *DEV])])
def test_the_lock_holds_a_version_of_everything_that_fits(file: str, wanted: list[Requirement]) -> None:
    versions = locked(file)
    for requirement in wanted:
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not locked: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement} is locked as {version}"


def test_the_lock_holds_nothing_that_was_dropped() -> None:
    assert asked_for("run.txt") == {canonicalize_name(requirement.name) for requirement in RUN}


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    run, dev = locked("run.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in run} == run


@pytest.mark.parametrize("file", ["run.txt", "dev.txt"])
def test_every_package_has_hashes_and_no_host_is_named(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text()
    assert "://" not in text
    assert text.count("\n    --hash=sha256:") >= len(locked(file))
