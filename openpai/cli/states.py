"""The states of jobs and tasks, as the command line treats them."""

_STYLES = {
    "WAITING": "yellow",
    "RUNNING": "blue",
    "STOPPING": "yellow",
    "SUCCEEDED": "green",
    "FAILED": "bold red",
    "STOPPED": "magenta",
}
FINAL = frozenset({"SUCCEEDED", "FAILED", "STOPPED"})


def style_of(state: str) -> str:
    """The colour of a state."""
    return _STYLES.get(state, "")
