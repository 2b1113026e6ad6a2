"""The texts that a container starts with: scripts of ours, the user's commands, and what plugins do around them."""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from openpai.runtime.plugins.part import Part


def _read(*names: str) -> dict[str, str]:
    return {name: files("openpai.runtime").joinpath(name).read_text("utf-8") for name in names}


_OURS = _read("bootstrap.sh", "session.sh", "rules.sh")
_WITH_PLUGINS = _read("around.sh", "step.sh")


def scripts(commands: str, peers: str = "", parts: Sequence[Part] = ()) -> dict[str, str]:
    """All scripts of a task by file name; `user.sh` holds the commands, and with them their secrets.

    `peers` is the script of the environment that could not be exported, "" for none; `parts` are those of the
    plugins, in the order in which they act.
    """
    texts = _OURS | {"user.sh": user_script(commands)} | ({"peers.sh": peers} if peers else {})
    return texts | _around(parts) if parts else texts


def user_script(commands: str) -> str:
    """The user's commands as one script, line for line as they were written.

    Carriage returns at line ends go: they come from files written on Windows, and a shell would take each one
    for a part of the last word of its line.
    """
    text = commands.replace("\r\n", "\n").removesuffix("\r")
    return text if text.endswith("\n") else text + "\n"


def _around(parts: Sequence[Part]) -> dict[str, str]:
    """`plugins.sh` says what around.sh calls when: after the commands, who began last goes first."""
    texts: dict[str, str] = {}
    functions = []
    for when in ("before", "after", "finally"):
        calls = list(_calls(when, parts, texts))
        calls = calls if when == "before" else calls[::-1]
        functions.append(f"_pai_{when}() {{\n{''.join(calls)}    :\n}}\n")
    own = {name: text for part in parts for name, text in part.files.items()}
    return {**_WITH_PLUGINS, "plugins.sh": "".join(functions), **texts, **own}


def _calls(when: str, parts: Sequence[Part], texts: dict[str, str]) -> Iterator[str]:
    for index, part in enumerate(parts):
        text = {"before": part.before, "after": part.after, "finally": part.finally_}[when]
        if text:
            name = f"{when}-{index}-{part.plugin}.sh"
            texts[name] = user_script(text)
            yield f"    _pai_step {part.plugin} {name} {'ignore' if part.ignores_failure else 'fail'}\n"
