"""The texts that a container starts with: two scripts of ours, and the user's commands."""

from importlib.resources import files

_OURS = {
    name: files("openpai.runtime").joinpath(name).read_text("utf-8")
    for name in ("bootstrap.sh", "session.sh")
}


def scripts(commands: str, peers: str = "") -> dict[str, str]:
    """All scripts of a task by file name; `user.sh` holds the commands, and with them their secrets.

    `peers` is the script of the environment that could not be exported, "" for none.
    """
    return _OURS | {"user.sh": user_script(commands)} | ({"peers.sh": peers} if peers else {})


def user_script(commands: str) -> str:
    """The user's commands as one script, line for line as they were written.

    Carriage returns at line ends go: they come from files written on Windows, and a shell would take each one
    for a part of the last word of its line.
    """
    text = commands.replace("\r\n", "\n").removesuffix("\r")
    return text if text.endswith("\n") else text + "\n"
