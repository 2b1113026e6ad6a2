"""Debian's Chromium, for whoever needs a browser: nothing is downloaded."""

import os
import shutil

from playwright.async_api import Browser, BrowserType


async def launch(chromium: BrowserType) -> Browser:
    """A browser of its own; CHROMIUM names another program."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert program, "no chromium: scripts/setup-test-packages installs it"
    return await chromium.launch(executable_path=program, args=["--no-sandbox"])
