"""The user's table of refusals says what happens: every fault is brought about, and compared with its row.

`PAI_WRITE_DOCS=1 .venv/bin/python -m pytest -n 0 tests/images/test_refusal_table.py` writes what happened into
docs/make/refusals.json instead; then `python -m docs.make` makes the tables.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from docs.make.refusals import TOLD, Told, names, told
from openpai.images.registry.look import Looker
from openpai.messages import catalogue
from tests.certificates import Authority
from tests.images.conftest import MakeFolder, Settings
from tests.images.faults import FAULTS, Bench, as_json, steady
from tests.proxy_server import Proxy
from tests.registry import Registry
from tests.token_registry import TokenRegistry

WRITING = os.environ.get("PAI_WRITE_DOCS") == "1"

_ROOMS = ("registry", "images", "image_disk", "cuda")
_ELSEWHERE = re.compile(
    r"Image(?!sFile|Disk|Build)|Registry|NoDiskForImage|NeverFitsItsImage|DockerConfig|Credential"
)
_NO_FAULT_OF_AN_IMAGE = {
    "WaitsForFittingNode", "WaitsForAnyFittingNode",  # a job that waits for its turn
    "ImageLacksSsh",  # a fault of the plugin's, shown with those
}  # fmt: skip


@pytest.fixture
def bench(
    looker: Looker,
    settings: Settings,
    open_registry: Registry,
    closed_registry: Registry,
    token_registry: TokenRegistry,
    tls_proxy: Proxy,
    authority: Authority,
    new_folder: MakeFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Bench:
    return Bench(
        looker,
        settings,
        open_registry,
        closed_registry,
        token_registry,
        tls_proxy,
        authority,
        new_folder,
        tmp_path,
        monkeypatch,
    )


@pytest.fixture(scope="module")
def happened() -> Iterator[dict[str, Told]]:
    """What came of each fault; written down at the end, where that is wanted."""
    found: dict[str, Told] = {}
    yield found
    if WRITING:
        TOLD.write_text(as_json({name: found[name] for name in names()}), "utf-8")


@pytest.mark.parametrize("name", list(names()))
async def test_what_is_told_of_a_fault_is_what_the_table_says(
    name: str, bench: Bench, happened: dict[str, Told]
) -> None:
    happened[name] = steady(await FAULTS[name](bench))
    if not WRITING:
        assert happened[name] == told()[name]


def test_every_fault_has_a_name_and_every_name_a_fault() -> None:
    assert set(names()) == set(FAULTS)


@pytest.mark.skipif(WRITING, reason="the table is being written")
def test_every_trouble_with_an_image_is_in_the_table() -> None:
    shown = {each.code for each in told().values()}
    assert _troubles() - shown == set()


def _troubles() -> set[str]:
    """All codes with a remedy that are about an image, its registry, or the log-in for it."""
    texts = {code: entry for code, entry in catalogue("en").items() if "fix" in entry and "." not in code}
    of_rooms = {code for room in _ROOMS for code in _room(room)}
    return {code for code in texts if code in of_rooms or _ELSEWHERE.match(code)} - _NO_FAULT_OF_AN_IMAGE


def _room(name: str) -> dict[str, object]:
    return tomllib.loads(files("openpai.messages").joinpath("en", f"{name}.toml").read_text("utf-8"))
