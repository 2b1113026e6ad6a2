"""Every job file that a page shows is one."""

from pathlib import Path

import pytest

from openpai.protocol.parse import parse
from tests.docs.texts import PAGES, fences, name_of

JOBS = [(page, job) for page in PAGES for job in fences(page, "yaml")]


@pytest.mark.parametrize(
    ("page", "job"), JOBS, ids=lambda each: name_of(each) if isinstance(each, Path) else ""
)
def test_it_is_accepted_without_a_warning(page: Path, job: str) -> None:
    assert parse(job).warnings == ()


def test_the_readme_shows_one() -> None:
    assert any(page.name == "README.md" for page, _ in JOBS)
