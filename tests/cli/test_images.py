"""`pai images`, `pai image check`, `pai clone`: what is sent, and how the answers are shown."""

import json
from typing import Any

from tests.cli.conftest import Pai
from tests.cli.stand_in import StandIn

IMAGES, CHECK = "GET /api/v2/images", "POST /api/v2/images/check"

NO_GPU = {"code": "NoNvidiaGpu", "message": "node has no NVIDIA GPU.", "fix": "Ask for none."}
TO_BUILD = {"code": "ImageToBeBuilt", "message": "It is built.", "fix": "Build it."}


def item(name: str, *reasons: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "image": name, "line": "document", "framework": "PyTorch", "frameworkVersion": "1.2.0",
        "components": [{"name": "PyTorch", "version": "1.2.0"}], "python": "3.6", "kind": "gpu", "cuda": "10.0",
        "minDriver": "410.48", "recipe": None, "notes": [], "onThisMachine": False, "id": None, "digest": None,
        "sizeBytes": None, "runs": not reasons, "reasons": list(reasons), **more,
    }  # fmt: skip


HERE = item(
    "own:1", onThisMachine=True, id="sha256:" + "a" * 64, sizeBytes=1_500_000_000, cuda=None, minDriver=None
)
LIST = {
    "catalogue": [
        item("old:1", NO_GPU),
        item("old:2", NO_GPU),
        item("new:1", TO_BUILD, recipe="new-1"),
        HERE,
    ],
    "others": [
        {"id": "sha256:" + "b" * 64, "names": ["tool\x1b:1"], "digests": [], "sizeBytes": 9, "createdTime": 0}
    ],
    "machines": [],
    "problems": [{"code": "ImagesFileSyntax", "message": "images.toml, line 3: no value", "fix": "Mend it."}],
}


def test_the_catalogue_says_what_runs_and_each_reason_once(pai: Pai, server: StandIn) -> None:
    server.world.answers[IMAGES] = LIST
    told = pai("images")
    lines = [line.rstrip() for line in told.stdout.splitlines()]
    assert lines[0].split()[:4] == ["IMAGE", "FRAMEWORK", "CUDA", "DRIVER"]
    assert lines[1].split() == ["old:1", "PyTorch", "1.2.0", "10.0", ">=", "410.48", "-", "-", "no", "[1]"]
    assert lines[3].endswith("no: pai image build new-1 [2]")
    assert lines[4].split()[:6] == ["own:1", "PyTorch", "1.2.0", "-", "-", "1.5"]
    assert lines[4].endswith("yes, and it is here")
    assert told.stdout.count("node has no NVIDIA GPU.") == 1
    assert "[1] node has no NVIDIA GPU." in told.stdout
    assert "tool\\x1b:1" in told.stdout
    assert "images.toml, line 3" in told.stderr


def test_only_those_that_are_here_are_listed_where_that_is_wanted(pai: Pai, server: StandIn) -> None:
    server.world.answers[IMAGES] = LIST
    told = pai("images", "--here").stdout
    assert "own:1" in told
    assert "old:1" not in told
    assert json.loads(pai("images", "--json").stdout) == LIST


REPORT = {
    "image": "reg.example/a:1", "ok": True, "digest": "sha256:d", "downloadBytes": 2_000_000, "layers": 3,
    "platforms": ["linux/amd64"], "onThisMachine": False, "credentialSource": "group",
    "rateLimit": {"limit": 100, "remaining": 7, "windowSeconds": 21600},
    "verdicts": [{"check": "image", "verdict": "pass", "code": "ImageSeen", "message": "It is.", "fix": None}],
    "machines": [{"machine": "gpu-2", "runs": False, "reason": {"code": "DriverTooOld", "message": "too old"}}],
}  # fmt: skip


def test_a_check_shows_the_verdicts_the_log_in_and_the_limit(pai: Pai, server: StandIn) -> None:
    server.world.answers[CHECK] = REPORT
    told = pai("image", "check", "reg.example/a:1")
    assert (told.returncode, server.world.calls) == (0, [(CHECK, {"image": "reg.example/a:1"})])
    assert "✓ image: It is." in told.stdout
    assert "one stored for a group of yours" in told.stdout
    assert "7 more pulls of 100" in told.stdout
    assert "2.0 MB in 3 layers" in told.stdout
    assert "✗ a task with GPUs on gpu-2: too old" in told.stdout
    assert json.loads(pai("image", "check", "reg.example/a:1", "--json").stdout) == REPORT


def test_a_password_comes_from_standard_input_and_a_refusal_is_the_exit_code(
    pai: Pai, server: StandIn
) -> None:
    wrong = {
        "check": "image",
        "verdict": "fail",
        "code": "ImageAuthFailed",
        "message": "401",
        "fix": "Check it.",
    }
    server.world.answers[CHECK] = REPORT | {"ok": False, "verdicts": [wrong]}
    told = pai(
        "image", "check", "a", "--username", "ann", "--password-stdin", "--registry", "reg", stdin="hunter2\n"
    )
    sent = {"image": "a", "username": "ann", "password": "hunter2", "registryuri": "reg"}
    assert (told.returncode, server.world.calls) == (2, [(CHECK, sent)])
    assert "✗ image: 401" in told.stdout
    assert "Check it." in told.stdout
    assert "hunter2" not in told.stdout + told.stderr


def test_a_clone_sends_no_text_and_takes_a_name(pai: Pai, server: StandIn) -> None:
    assert pai("clone", "bert", "--name", "again", "--new-images").returncode == 0
    (sent,) = server.world.submissions
    assert sent == {"cloneOf": "bert", "newImages": True, "name": "again"}
    assert pai("clone", "bert").returncode == 2
