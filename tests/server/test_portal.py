"""The portal's files: the page for every address, what it loads, and what neither may do."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from openpai.server import portal
from tests.server.house import House, client

PAGE = """<!doctype html><meta property="csp-nonce" nonce="NONCE-OF-THE-REPLY"><div id="root"></div>"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A portal that was built."""
    folder = tmp_path / "portal_files"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-abc123.js").write_text("plain")
    (folder / "assets" / "index-abc123.js.gz").write_bytes(b"gzipped")
    (folder / "assets" / "index-abc123.js.br").write_bytes(b"brotli")
    (folder / "assets" / "note.txt").write_text("not ours")
    (folder / "secret.js").write_text("outside of assets")
    monkeypatch.setattr(portal, "FILES", folder)
    return folder


@pytest.fixture
async def browser(house: House, files: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with client(house, None, Accept="text/html,*/*;q=0.8") as asking:
        yield asking


@pytest.mark.parametrize("path", ["/", "/jobs", "/jobs/alice~train/logs", "/submit?clone=alice~train", "/x"])
async def test_every_address_shows_the_page(path: str, browser: httpx2.AsyncClient) -> None:
    reply = await browser.get(path)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert 'id="root"' in reply.text
    assert reply.headers["cache-control"] == "no-store"


async def test_the_page_runs_our_scripts_alone_and_stands_in_no_frame(browser: httpx2.AsyncClient) -> None:
    first, second = await browser.get("/"), await browser.get("/")
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    nonces = [re.findall(r'nonce="([^"]+)"', reply.text)[0] for reply in (first, second)]
    assert nonces[0] != nonces[1]
    assert f"script-src 'self' 'nonce-{nonces[0]}';" in policy


async def test_what_the_page_loads_may_be_kept_for_good(browser: httpx2.AsyncClient) -> None:
    reply = await browser.get("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert (reply.text, reply.headers["content-type"]) == ("plain", "text/javascript; charset=utf-8")
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding", "length"),
    [("gzip, deflate, br", "br", 6), ("gzip;q=1.0", "gzip", 7), ("deflate", None, 5)],
)
async def test_it_is_compressed_as_the_browser_takes_it(
    accepted: str, encoding: str | None, length: int, browser: httpx2.AsyncClient
) -> None:
    reply = await browser.head("/assets/index-abc123.js", headers={"Accept-Encoding": accepted})
    assert reply.headers.get("content-encoding") == encoding
    assert reply.headers["content-length"] == str(length)


@pytest.mark.parametrize(
    "path",
    [
        "/assets/index-000000.js",
        "/assets/note.txt",
        "/assets/index-abc123.js.gz",
        "/assets/..%2Fsecret.js",
        "/assets/../secret.js",
        "/secret.js",
        "/api/v2/nothing",
        "/rest-server/api/v2/nothing",
    ],
)
async def test_nothing_else_is_served(path: str, browser: httpx2.AsyncClient) -> None:
    reply = await browser.get(path, headers={"Accept": "*/*"})
    assert (reply.status_code, reply.json()["code"]) == (404, "NoApiError")


async def test_a_portal_that_is_not_built_says_so(
    browser: httpx2.AsyncClient, files: Path, house: House
) -> None:
    (files / "index.html").unlink()
    for language, word in (("en", "scripts/build-portal"), ("zh-CN", "尚未构建")):
        reply = await browser.get("/", headers={"Accept-Language": language})
        assert reply.status_code == 503
        assert word in reply.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/job-detail.html?username=alice&jobName=train_1", "/jobs/alice~train_1"),
        ("/job-detail.html?username=al/ice&jobName=a%20b", "/jobs/al%2Fice~a%20b"),
        ("/job-detail.html", "/jobs"),
        ("/job-event.html?userName=alice&jobName=train", "/jobs/alice~train/events"),
        ("/task-attempt.html?userName=alice&jobName=train&taskRoleName=w", "/jobs/alice~train/tasks"),
        ("/submit.html?op=resubmit&type=job&user=alice&jobName=train", "/submit?clone=alice~train"),
        ("/submit.html", "/submit"),
        ("/job-list.html?status=Running&user=alice", "/jobs?state=RUNNING&username=alice"),
        ("/job-list.html", "/jobs"),
        ("/virtual-clusters.html", "/cluster"),
        ("/home.html", "/"),
    ],
)
async def test_addresses_of_openpais_own_portal_lead_to_todays(
    old: str, new: str, browser: httpx2.AsyncClient
) -> None:
    reply = await browser.get(old)
    assert reply.status_code == 302
    assert reply.headers["location"] == new
