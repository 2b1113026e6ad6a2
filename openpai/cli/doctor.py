"""`pai doctor`: what is wrong with this machine or its server, and what to do about it."""

from dataclasses import asdict

import click

from openpai.cli.arguments import Target
from openpai.cli.exits import ExitCode
from openpai.cli.language import entry, say
from openpai.cli.local import settings_of
from openpai.cli.output import line, print_json
from openpai.cli.speaking import SpeakingCommand, json_option
from openpai.doctor import Finding, diagnose

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "bold red")}


@click.command(cls=SpeakingCommand)
@json_option
@click.pass_obj
def doctor(target: Target, as_json: bool) -> int:
    findings = diagnose(settings_of(target))
    if as_json:
        print_json([asdict(finding) | _texts(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    failed = sum(finding.verdict == "fail" for finding in findings)
    return ExitCode.JOB_FAILED if failed else ExitCode.DONE


def _texts(finding: Finding) -> dict[str, str]:
    told = entry(finding.code, **finding.params)
    return {"message": told.text, "fix": told.fix}


def _show(finding: Finding) -> None:
    told = entry(finding.code, **finding.params)
    mark, style = _MARKS[finding.verdict]
    line(f"{mark} {finding.check}: {told.text}", style)
    if told.fix and finding.verdict != "ok":
        line(f"    {say('word.fix', text=told.fix)}")
