"""A submission's first stop: YAML text → `Job`, or every mistake at once, each with its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydantic import ValidationError

from openpai.errors import PaiError, Problem
from openpai.protocol.document import Document, load
from openpai.protocol.findings import MOST_FINDINGS, Finding
from openpai.protocol.hived import hived_mistakes
from openpai.protocol.job import Job
from openpai.protocol.mistakes import mistakes
from openpai.protocol.plugin_findings import plugin_mistakes, plugin_warnings
from openpai.protocol.references import references
from openpai.protocol.secrets import MASK, restore, still_masked
from openpai.protocol.template import WARNINGS
from openpai.protocol.templates_in_job import template_findings
from openpai.protocol.warnings import warnings

MAX_PROBLEMS = 100
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class ParsedJob:
    """A valid job. `document` is what was sent as JSON values, overrides applied, secrets in clear; `source` is
    the text with the place of each field."""

    job: Job
    document: Mapping[str, Any]
    source: Document
    warnings: tuple[Problem, ...] = ()


def parse(
    text: str | bytes,
    *,
    name: str | None = None,
    parameters: Mapping[str, object] = NOTHING,
    secrets: Mapping[str, str] = NOTHING,
    stored: tuple[Mapping[str, object], Mapping[str, object]] | None = None,
) -> ParsedJob:
    """Read a job YAML (or JSON) text.

    `name` replaces the document's; `parameters` and `secrets` replace or add to its own. `stored` are the
    masked document and the held secrets (`secrets.mask`) of the job that this text was cloned from: its
    `******` are filled in.
    Raises PaiError with all problems together.
    """
    source = load(text)
    document: Mapping[str, Any] = source.value
    if stored is not None:
        document = restore(document, *stored)
    if name is not None:
        document = {**document, "name": name}
    document = _overridden(document, "parameters", parameters)
    document = _overridden(document, "secrets", secrets)

    templates = template_findings(document)
    job, found = _validate(document)
    found += [finding for finding in templates if finding.code not in WARNINGS]
    if source.problems or found or job is None:
        raise PaiError(*_sorted([*source.problems, *map(source.locate, found)]))
    soft = [*warnings(document, job), *plugin_warnings(document)]
    soft += [finding for finding in templates if finding.code in WARNINGS]
    return ParsedJob(job, document, source, tuple(_sorted(map(source.locate, soft))))


def parse_document(document: Mapping[str, Any]) -> Job:
    """The job of a document that `parse` gave (stored, read again): cheap, fields only."""
    try:
        return Job.model_validate(document)
    except ValidationError as error:
        raise PaiError(*(finding.problem() for finding in mistakes(error, document))) from None


def _overridden(document: Mapping[str, Any], field: str, values: Mapping[str, object]) -> Mapping[str, Any]:
    own = document.get(field, {})
    if own == MASK and values:
        own = {}
    if not values or not isinstance(own, dict):
        return document
    return {**document, field: {**own, **values}}


def _validate(document: Mapping[str, Any]) -> tuple[Job | None, list[Finding]]:
    masked = list(still_masked(document))
    found = [*islice(references(document), MOST_FINDINGS), *masked]
    found += islice(plugin_mistakes(document), MOST_FINDINGS)
    found += islice(hived_mistakes(document), MOST_FINDINGS)
    try:
        return Job.model_validate(document), found
    except ValidationError as error:
        told = {finding.path for finding in masked}
        return None, [*(f for f in mistakes(error, document) if f.path not in told), *found]


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    """In the order of the text, what has no place last; more than anybody reads is cut off."""
    return sorted(problems, key=lambda p: (p.line is None, p.line or 0, p.column or 0))[:MAX_PROBLEMS]
