"""The checks of a job's storages: are there such, may the user mount them, are they there? Pure."""

from collections.abc import Iterable

from openpai.admission.verdict import Verdict
from openpai.storages.provision import StorageFacts
from openpai.storages.resolve import Placed


def storage_verdicts(facts: StorageFacts) -> Iterable[Verdict]:
    """The verdicts on every storage that the job asks for."""
    for finding in facts.resolved.refused:
        yield Verdict("storage", "fail", finding.code, finding.params, finding.path)
    for finding in facts.resolved.warned:
        yield Verdict("storage", "warn", finding.code, finding.params, finding.path)
    for place in facts.resolved.placed:
        yield _there(place, facts)


def _there(place: Placed, facts: StorageFacts) -> Verdict:
    name = place.storage.name
    if problem := facts.gone.get(name):
        return Verdict.of("storage", "fail", problem, place.path)
    if problem := facts.silent.get(name):
        return Verdict.of("storage", "warn", problem, place.path)
    access = "storage.read_only" if place.storage.read_only else "storage.read_write"
    params = {"storage": name, "mount_path": place.mount_path, "cause": access}
    return Verdict("storage", "pass", "StorageMounted", params, place.path)
