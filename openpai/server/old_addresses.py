"""Addresses of OpenPAI's portal, which stand in mails and notes, → those of today's pages. Pure."""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

Parameters = Mapping[str, str]


def new_address(path: str, given: Parameters) -> str | None:
    """Where the page is now; None where the address is none of the old ones."""
    page = _PAGES.get(path)
    return None if page is None else page(given)


def _job(place: str = "") -> Callable[[Parameters], str]:
    def address(given: Parameters) -> str:
        user, name = given.get("username") or given.get("userName", ""), given.get("jobName", "")
        return f"/jobs/{quote(f'{user}~{name}', safe='~')}{place}" if user and name else "/jobs"

    return address


def _jobs(given: Parameters) -> str:
    names = {"vcName": "vc", "status": "state", "user": "username", "keyword": "keyword"}
    kept = {new: given[old] for old, new in names.items() if given.get(old)}
    if "state" in kept:
        kept["state"] = kept["state"].upper()
    return f"/jobs?{urlencode(kept)}" if kept else "/jobs"


def _submit(given: Parameters) -> str:
    user, name = given.get("user", ""), given.get("jobName", "")
    if given.get("op") == "resubmit" and user and name:
        return f"/submit?{urlencode({'clone': f'{user}~{name}'}, safe='~')}"
    return "/submit"


def _always(address: str) -> Callable[[Parameters], str]:
    return lambda _: address


_PAGES: Mapping[str, Callable[[Parameters], str]] = {
    "index.html": _always("/"),
    "home.html": _always("/"),
    "login.html": _always("/"),
    "submit.html": _submit,
    "submit_demo.html": _submit,
    "submit_v1.html": _submit,
    "job-list.html": _jobs,
    "job-detail.html": _job(),
    "job-event.html": _job("/events"),
    "task-attempt.html": _job("/tasks"),
    "virtual-clusters.html": _always("/cluster"),
    "hardware.html": _always("/cluster"),
    "dashboard.html": _always("/cluster"),
}
