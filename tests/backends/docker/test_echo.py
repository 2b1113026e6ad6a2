"""Hints come again a little later, since the engine's list lags behind its events."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from openpai.backends.docker import echo


async def once_then_silent() -> AsyncIterator[None]:
    yield None
    await asyncio.sleep(100)


async def once_then_lost() -> AsyncIterator[None]:
    yield None
    raise ConnectionError


async def test_a_hint_is_told_three_times_and_then_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echo, "ECHO_AFTER_S", (0.01, 0.02))
    told = echo.with_echo(once_then_silent())
    for _ in range(3):
        await anext(told)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(told), 0.3)


async def test_what_the_hints_raise_is_raised() -> None:
    with pytest.raises(ConnectionError):
        async for _ in echo.with_echo(once_then_lost()):
            pass
