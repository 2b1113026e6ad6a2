"""Where a watch is shown: what the platform says goes to standard error, what the job prints to standard output.

On a terminal, pulls are one line at the bottom that is drawn over itself; elsewhere they are a line now and then.
"""

import shutil
import sys
import time
from typing import BinaryIO, Protocol, TextIO

from openpai.cli.card import ending
from openpai.cli.language import say
from openpai.cli.output import clean, line, to_json
from openpai.cli.progress import Line, changes
from openpai.cli.pulling import Pulls
from openpai.client import LogPart, TaskAttempt
from openpai.client.replies import JobDetail, Pull

_REDRAW = 0.1  # seconds between two pictures of a pull on a terminal
_PLAIN_SECONDS, _PLAIN_SHARE = (
    5.0,
    0.1,
)  # elsewhere: a line after so long, or so much more, whichever is later


class Screen(Protocol):
    """What a watcher tells."""

    def job(self, before: JobDetail | None, after: JobDetail) -> None: ...
    def pull(self, pull: Pull) -> None: ...
    def output(self, attempt: TaskAttempt, part: LogPart) -> None: ...
    def output_ended(self, attempt: TaskAttempt) -> None: ...
    def lost(self, reason: str) -> None: ...
    def restored(self) -> None: ...
    def end(self, job: JobDetail) -> None: ...


class TaskOutput:
    """The bytes of tasks on standard output: unchanged for one task, line by line with its name for several."""

    def __init__(self, out: BinaryIO, *, prefixed: bool) -> None:
        self._out = out
        self._prefixed = prefixed
        self._partial: dict[TaskAttempt, bytes] = {}
        self.at_line_start = True

    def write(self, attempt: TaskAttempt, data: bytes) -> None:
        if not self._prefixed:
            self._put(data)
            return
        whole, newline, rest = (self._partial.pop(attempt, b"") + data).rpartition(b"\n")
        if newline:
            self._put(b"".join(self._label(attempt) + text + b"\n" for text in whole.split(b"\n")))
        if rest:
            self._partial[attempt] = rest

    def end(self, attempt: TaskAttempt) -> None:
        """Writes what is left of a last line without an end."""
        if rest := self._partial.pop(attempt, b""):
            self._put(self._label(attempt) + rest + b"\n")

    def _label(self, attempt: TaskAttempt) -> bytes:
        return f"[{clean(attempt.role)}-{attempt.index}] ".encode()

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._out.flush()
        self.at_line_start = data.endswith(b"\n")


class PlainScreen:
    """One line per change: for pipes, files and logs of other programs."""

    def __init__(self, output: TaskOutput) -> None:
        self._output = output
        self._pulls = Pulls()
        self._told_at, self._told_share = -_PLAIN_SECONDS, -_PLAIN_SHARE

    def job(self, before: JobDetail | None, after: JobDetail) -> None:
        self.tell(changes(before, after))

    def pull(self, pull: Pull) -> None:
        now = time.monotonic()
        self._pulls.take(pull)
        late = now - self._told_at >= _PLAIN_SECONDS
        far = self._pulls.share - self._told_share >= _PLAIN_SHARE
        if late or far:
            self._told_at, self._told_share = now, self._pulls.share
            line(self._pulls.text(), error=True)

    def output(self, attempt: TaskAttempt, part: LogPart) -> None:
        self._output.write(attempt, part.data)

    def output_ended(self, attempt: TaskAttempt) -> None:
        self._output.end(attempt)

    def lost(self, reason: str) -> None:
        self.tell([Line(say("watch.lost", reason=reason), "yellow")])

    def restored(self) -> None:
        self.tell([Line(say("watch.restored"), "green")])

    def end(self, job: JobDetail) -> None:
        self.tell(ending(job))

    def tell(self, lines: list[Line]) -> None:
        for each in lines:
            line(each.text, each.style, error=True)


class TerminalScreen(PlainScreen):
    """The same, with pulls as a bar at the bottom."""

    def __init__(self, output: TaskOutput, terminal: TextIO) -> None:
        super().__init__(output)
        self._terminal = terminal
        self._drawn = False
        self._drawn_at = 0.0

    def pull(self, pull: Pull) -> None:
        now = time.monotonic()
        self._pulls.take(pull)
        if self._output.at_line_start and (self._pulls.complete or now - self._drawn_at >= _REDRAW):
            width = shutil.get_terminal_size().columns - 1
            self._terminal.write(f"\r\x1b[K{clean(self._pulls.bar(width))}")
            self._terminal.flush()
            self._drawn, self._drawn_at = True, now

    def output(self, attempt: TaskAttempt, part: LogPart) -> None:
        self._wipe()
        super().output(attempt, part)

    def tell(self, lines: list[Line]) -> None:
        if lines:
            self._wipe()
            if not self._output.at_line_start:  # the job's last line has no end yet
                self._terminal.write("\n")
                self._output.at_line_start = True
            super().tell(lines)

    def _wipe(self) -> None:
        if self._drawn:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()
            self._drawn = False


class QuietScreen(PlainScreen):
    """Only what the job prints, and that the server is gone: for `pai logs --follow`."""

    def job(self, before: JobDetail | None, after: JobDetail) -> None:
        pass

    def pull(self, pull: Pull) -> None:
        pass


class JsonScreen:
    """One JSON object per line and event: `{"event": …, "data": …}`, the data as the API has it."""

    def job(self, before: JobDetail | None, after: JobDetail) -> None:
        self._put("job", after)

    def pull(self, pull: Pull) -> None:
        self._put("pull", pull)

    def output(self, attempt: TaskAttempt, part: LogPart) -> None:
        place: dict[str, object] = {
            "role": attempt.role,
            "index": attempt.index,
            "jobAttempt": attempt.job_attempt,
            "taskAttempt": attempt.attempt,
            "offset": part.offset,
        }
        self._put("log", place | part.as_json())

    def output_ended(self, attempt: TaskAttempt) -> None:
        pass

    def lost(self, reason: str) -> None:
        self._put("lost", {"reason": reason})

    def restored(self) -> None:
        self._put("restored", {})

    def end(self, job: JobDetail) -> None:
        self._put("end", {"state": job["jobStatus"]["state"]})

    def _put(self, event: str, data: object) -> None:
        print(to_json({"event": event, "data": data}), flush=True)


def choose_screen(*, as_json: bool, prefixed: bool, quiet: bool = False) -> Screen:
    """The screen that fits where our output goes."""
    if as_json:
        return JsonScreen()
    output = TaskOutput(sys.stdout.buffer, prefixed=prefixed)
    if quiet:
        return QuietScreen(output)
    if sys.stderr.isatty() and sys.stdout.isatty():
        return TerminalScreen(output, sys.stderr)
    return PlainScreen(output)
