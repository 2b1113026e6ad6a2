"""One build by the engine's classic builder: it is there with every Docker Engine, and needs no `docker` command."""

import json
import os
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from openpai.backends.docker.engine import Engine, EngineError, segment
from openpai.builder.recipes import LABEL, Recipe
from openpai.builder.told import Tell, Told
from openpai.errors import PaiError, fail

_PROXIES = ("http_proxy", "https_proxy", "no_proxy")
_LAST_LINES = 15
_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)", re.DOTALL)
_LAYER = re.compile(r" ---> ([0-9a-f]{12})\s*")


async def build(
    engine: Engine,
    recipe: Recipe,
    content: AsyncIterator[bytes],
    query: Mapping[str, str],
    log: Path,
    tell: Tell,
) -> None:
    """Build an image, tagged as its recipe says. Raises PaiError: ImageBuildFailed, NoDiskForImage, NoContact."""
    output = _Output(recipe, log, tell)
    headers = {"Content-Type": "application/x-tar"}
    try:
        async with engine.stream("POST", "/build", params=query, body=content, headers=headers) as response:
            async for line in response.content:
                output.take(json.loads(line))
    except EngineError as error:
        raise output.failed(error.words) from error
    await _let_go(engine, output.stages)


def query(recipe: Recipe, labels: Mapping[str, str], *, cache: bool) -> dict[str, str]:
    """The parameters of the engine's build."""
    proxies = {name: value for name in _PROXIES if (value := os.environ.get(name))}
    return {
        "t": str(recipe.reference),
        "rm": "1",
        "forcerm": "1",
        "nocache": "0" if cache else "1",
        "buildargs": json.dumps(proxies),
        "labels": json.dumps({LABEL + name: value for name, value in labels.items()}),
    }


class _Output:
    """What the builder prints: steps are told, all of it is kept in the log."""

    def __init__(self, recipe: Recipe, log: Path, tell: Tell) -> None:
        self.stages: list[str] = []
        """The last image of each stage but the last one."""
        self._recipe = recipe
        self._log = log
        self._tell = tell
        self._step = ""
        self._layer = ""
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    def take(self, event: Mapping[str, Any]) -> None:
        """One line of the engine's stream. Raises PaiError when it tells of a failure."""
        if "error" in event:
            raise self.failed(str(event["error"]))
        text = str(event.get("stream", ""))
        if not text:
            return
        with self._log.open("a", encoding="utf-8") as file:
            file.write(text)
        self._last.append(text)
        if found := _STEP.fullmatch(text):
            self._begin(found[1], found[2], found[3].strip())
        elif found := _LAYER.fullmatch(text):
            self._layer = found[1]

    def failed(self, words: str) -> PaiError:
        image = str(self._recipe.reference)
        if "no space left on device" in words:
            return fail("NoDiskForImage", image=image, detail=words)
        detail = "\n".join([*"".join(self._last).strip().splitlines()[-_LAST_LINES:], words])
        return fail("ImageBuildFailed", image=image, step=self._step, detail=detail, log=str(self._log))

    def _begin(self, number: str, steps: str, instruction: str) -> None:
        if instruction.startswith("FROM") and self._layer:
            self.stages.append(self._layer)
        self._step = " ".join(instruction.split())[:100]
        self._tell(Told("build.step", {"number": number, "steps": steps, "instruction": self._step}))


async def _let_go(engine: Engine, stages: Sequence[str]) -> None:
    """Remove what only the build needed: compilers, wheels. What has a name, or another image upon it, stays."""
    for stage in stages:
        try:
            if not (await engine.call("GET", f"/images/{segment(stage)}/json"))["RepoTags"]:
                await engine.call("DELETE", f"/images/{segment(stage)}")
        except EngineError as error:
            if error.status not in (404, 409):
                raise fail("EngineFailed", act=f"remove {stage}", detail=error.words) from error
