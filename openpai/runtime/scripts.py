"""The texts that a container starts with: two scripts of ours, and the user's commands."""

from importlib.resources import files

_OURS = {name: files("openpai.runtime").joinpath(name).read_text("utf-8") for name in ("bootstrap.sh", "session.sh")}


def scripts(commands: str) -> dict[str, str]:
    """All scripts of a task by file name; `user.sh` holds the commands, and with them their secrets."""
    return _OURS | {"user.sh": user_script(commands)}


def user_script(commands: str) -> str:
    """The user's commands as one script, line for line as they were written.

    Carriage returns at line ends go: a YAML file written on Windows would otherwise give every last word of a
    line an invisible character.
    """
    lines = commands.replace("\r\n", "\n").removesuffix("\r")
    return lines if lines.endswith("\n") else lines + "\n"
