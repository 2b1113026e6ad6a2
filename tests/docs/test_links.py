"""What a page points to is there, and pages name nothing that is of one machine only."""

import re
from pathlib import Path

import pytest

from tests.docs.texts import PAGES, ROOT, anchors, code_spans, fences, name_of, prose

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?<!/api/v2/)\b(?:openpai|tests|scripts|examples|images|docs|requirements)/[\w./*-]*")
_HOST = re.compile(r"https?://([\w.-]+)")
_EXAMPLES = re.compile(
    r"(.+\.)?example\.org|127\.0\.0\.1|registry-1\.docker\.io"
)  # what a mirror is set up for
_OF_ONE_MACHINE = re.compile(r"/tmp/pai-|/home/\w")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(prose(page)):
        target, _, anchor = link.partition("#")
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        if anchor:
            assert anchor in anchors(there), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    for text in [*code_spans(page), *fences(page, "text")]:
        for path in _PATH.findall(text):
            named = path.rstrip("./")
            is_an_image = named.startswith("openpai/") and (
                named.endswith(("standard", "base")) or "job" in named
            )
            assert is_an_image or (ROOT / named).exists() or list(ROOT.glob(named)), path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_no_real_host_and_no_path_of_one_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [host for host in _HOST.findall(text) if not _EXAMPLES.fullmatch(host)] == []
    assert _OF_ONE_MACHINE.search(text) is None


def test_every_page_can_be_reached_from_the_readmes() -> None:
    linked = {
        (readme.parent / link.partition("#")[0]).resolve()
        for readme in (ROOT / "README.md", ROOT / "README.zh.md")
        for link in _LINK.findall(prose(readme))
    }
    assert {name_of(page) for page in PAGES if page not in linked} == set()
