"""What `pai submit --dry-run` shows: every check's verdict, the placement, or why the job would wait."""

from openpai.cli.exits import ExitCode
from openpai.cli.explain import tell_explanation
from openpai.cli.language import say
from openpai.cli.output import line, print_json, warn
from openpai.client.replies import DryRun, Placed, Verdict

_MARKS = {"pass": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "bold red")}


def tell_dry_run(reply: DryRun, *, as_json: bool) -> int:
    """Shows the reply; the exit code is USAGE where a check failed, for the job would be refused."""
    if as_json:
        print_json(reply)
    else:
        _show(reply)
    failed = any(each["verdict"] == "fail" for each in reply["verdicts"])
    return ExitCode.USAGE if failed else ExitCode.DONE


def _show(reply: DryRun) -> None:
    line(say("dry.title", job=reply["name"]), "bold")
    for each in reply["verdicts"]:
        tell_verdict(each)
    for problem in reply["warnings"]:
        warn(problem["message"], problem.get("fix"))
    if reply["placement"] is not None:
        line(say("dry.placement"))
        for text in _placement(reply["placement"]):
            line(f"  {text}")
    for reason in reply["waits"]:
        line(say("dry.waits", reason=reason["message"]), "yellow")
    if found := reply.get("explanation"):
        tell_explanation(found)


def tell_verdict(verdict: Verdict) -> None:
    """What a check found, and what to do about it."""
    mark, style = _MARKS[verdict["verdict"]]
    line(f"  {mark} {verdict['check']}: {verdict['message']}", style)
    if fix := verdict.get("fix"):
        line(f"      {say('word.fix', text=fix)}")


def _placement(placed: list[Placed]) -> list[str]:
    """Which cells of each node the tasks of each role would get."""
    cells: dict[tuple[str, str], list[str]] = {}
    for each in placed:
        of_task = ",".join(map(str, each.get("cells", [])))
        cells.setdefault((each["role"], each["node"]), []).append(of_task)
    return [
        say("dry.place", role=role, count=len(tasks), node=node, cells=" ".join(f"[{t}]" for t in tasks))
        for (role, node), tasks in cells.items()
    ]
