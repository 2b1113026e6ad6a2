"""Tells those who wait that something is new. A hint within this process: the truth is in the store."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """Topics (a job id, a task uid, "jobs") and those who wait for each."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def publish(self, topic: str) -> None:
        """Wake everyone who watches the topic. To be called on the event loop."""
        for signal in self._waiting.get(topic, ()):
            signal.set()

    @contextmanager
    def watch(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change of any of the topics; the watcher clears it before it looks."""
        signal = asyncio.Event()
        for topic in topics:
            self._waiting[topic].add(signal)
        try:
            yield signal
        finally:
            for topic in topics:
                self._waiting[topic].discard(signal)
                if not self._waiting[topic]:
                    del self._waiting[topic]
