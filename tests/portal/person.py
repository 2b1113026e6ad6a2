"""What a person does at a browser, and what no page may do to him: faults, violations of the policy, barriers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from tests.e2e.server import ROOT, Server

AXE = ROOT / "portal" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
_LONGEST_MS = 15_000

Language = Literal["en-US", "zh-CN"]
Theme = Literal["light", "dark"]


@dataclass
class Person:
    """Somebody at a browser, before the portal of `server`."""

    context: BrowserContext
    page: Page
    server: Server
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def arrive(
        cls, browser: Browser, server: Server, window: ViewportSize, language: Language, theme: Theme
    ) -> "Person":
        """Opens a browser window with no cookies."""
        context = await browser.new_context(
            viewport=window, locale=language, color_scheme=theme, base_url=server.url, reduced_motion="reduce"
        )
        context.set_default_timeout(_LONGEST_MS)
        person = cls(context, await context.new_page(), server)
        person.listen(person.page)
        return person

    def listen(self, page: Page) -> None:
        """Notes what the page complains of."""
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(f"fault: {error}"))

    async def leave(self) -> None:
        """Closes the window. Raises if a page of it failed or broke the policy."""
        await self.context.close()
        assert self.complaints == []

    async def sign_in(self, path: str = "/") -> None:
        """By a one-time link, as `pai portal` prints it; then to this address."""
        link = self.server.pai("portal").stdout.strip()
        await self.page.goto(link)
        await expect(self.page.get_by_role("navigation").first).to_be_attached(timeout=_LONGEST_MS)
        if path != "/":
            await self.page.goto(path)

    async def barriers(self, rules: Sequence[str] = RULES) -> list[str]:
        """What axe finds on the page by these rules or tags of rules, with where, once nothing on it is from before."""
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0, timeout=_LONGEST_MS)
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = await self.page.evaluate("rules => axe.run({runOnly: rules})", rules)
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window: a person would have to scroll sideways."""
        wider: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wider

    async def picture(self, name: str, folder: Path) -> None:
        """Keeps how the page looks."""
        await self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def _note(self, said: ConsoleMessage) -> None:
        """A reply that says no is noted by the browser as an error, and is none."""
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.complaints.append(f"{said.type}: {said.text}")
