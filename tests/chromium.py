"""Debian's Chromium, for whoever needs a browser: nothing is downloaded."""

import os
import shutil
from pathlib import Path

from playwright.async_api import Browser, BrowserType

_ELSEWHERE = Path(__file__).parent / "elsewhere.py"


async def launch(chromium: BrowserType) -> Browser:
    """A browser of its own on this machine."""
    return await chromium.launch(executable_path=_program(), args=["--no-sandbox"])


async def launch_elsewhere(chromium: BrowserType) -> Browser:
    """A browser that is not disturbed by the networks of this machine, as Docker makes them; if we are root."""
    if os.geteuid() != 0:
        return await launch(chromium)
    env: dict[str, str | float | bool] = {**os.environ, "CHROMIUM": _program()}
    return await chromium.launch(executable_path=_ELSEWHERE, env=env, args=["--no-sandbox"])


def _program() -> str:
    """Where Chromium is; CHROMIUM names another program."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert program, "no chromium: scripts/setup-test-packages installs it"
    return program
