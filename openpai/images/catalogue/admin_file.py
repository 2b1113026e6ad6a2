"""The admin's own `images.toml`: images of their own, which of ours to hide, what to pull ahead, keep and clean.

It is read anew when it changes, without a restart. A file with mistakes changes nothing: the last good one holds.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from openpai.errors import PaiError, Params, Problem
from openpai.images.catalogue.entries import (
    CatalogueImage,
    Fields,
    check_fields,
    name_of,
    read_image,
    read_reference,
    standard_images,
    wrong,
)
from openpai.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class Cleaning:
    """When images are removed to make room: from `high_percent` of the disk in use down to `low_percent`, the one
    least recently used first, none that was used within `min_age_hours`."""

    high_percent: float = 85
    low_percent: float = 70
    min_age_hours: float = 1


@dataclass(frozen=True, slots=True)
class AdminImages:
    """What the file says. `prepull` are pulled before anyone needs them, `pinned` are never removed."""

    images: tuple[CatalogueImage, ...] = ()
    hidden: tuple[ImageReference, ...] = ()
    prepull: tuple[ImageReference, ...] = ()
    pinned: tuple[ImageReference, ...] = ()
    cleaning: Cleaning = field(default_factory=Cleaning)

    def catalogue(self) -> tuple[CatalogueImage, ...]:
        """The standard images without the hidden ones, with the admin's own: in place of one of the same name
        and tag, else after them."""
        hidden = {name_of(reference) for reference in self.hidden}
        own = {name_of(image.reference): image for image in self.images}
        ours = {name_of(image.reference): image for image in standard_images()}
        return tuple(image for name, image in {**ours, **own}.items() if name in own or name not in hidden)


_Stamp = tuple[int, int, int]  # when changed, how large, which file


class AdminFile:
    """The file at a path, which need not be there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: _Stamp | None = None
        self._good = AdminImages()
        self._problems: tuple[Problem, ...] = ()

    @property
    def path(self) -> Path:
        return self._path

    def current(self) -> AdminImages:
        """What the file says now; while it has mistakes, what it said before them. Reads it only when it changed."""
        self._look()
        return self._good

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes of the file as it is now."""
        self._look()
        return self._problems

    def _look(self) -> None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            self._good, self._problems = read(self._path.read_text("utf-8"), self._path), ()
        except FileNotFoundError:
            self._stamp, self._good, self._problems = None, AdminImages(), ()
        except PaiError as error:
            self._problems = error.problems
        except (OSError, UnicodeDecodeError) as error:
            reason = error.reason if isinstance(error, UnicodeDecodeError) else error.strerror
            params = {"file": str(self._path), "reason": reason or str(error)}
            self._problems = (Problem("ImagesFileUnreadable", params),)


def read(text: str, file: Path) -> AdminImages:
    """The file's text. Raises PaiError with every mistake: its file, line, field, and what to do."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = int(found[1]) if (found := re.search(r"at line (\d+)", str(error))) else text.count("\n") + 1
        params: Params = {"file": str(file), "line": line, "reason": str(error)}
        raise PaiError(Problem("ImagesFileSyntax", params, line=line)) from error
    reader = _Reader()
    images = reader.read(table)
    if reader.problems:
        raise PaiError(*(_placed(problem, text, file) for problem in reader.problems))
    return images


_Read = TypeVar("_Read")


class _Reader:
    """Reads what can be read, and gathers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, table: Mapping[str, object]) -> AdminImages:
        self.problems += check_fields(table, "", _FILE)
        images = self._list(table, "image", read_image)
        names = [name_of(image.reference) for image in images]
        for number, name in enumerate(names):
            if name in names[:number]:
                self.problems.append(wrong(f"image[{number}].reference", "images_file.once"))
        return AdminImages(
            images=images,
            hidden=self._list(table, "hidden", read_reference),
            prepull=self._list(table, "prepull", read_reference),
            pinned=self._list(table, "pinned", read_reference),
            cleaning=self._cleaning(table.get("cleaning", {})),
        )

    def _list(
        self, table: Mapping[str, object], name: str, read: Callable[[object, str], _Read]
    ) -> tuple[_Read, ...]:
        values = table.get(name, [])
        found = []
        for number, value in enumerate(values if isinstance(values, list) else []):
            try:
                found.append(read(value, f"{name}[{number}]"))
            except PaiError as error:
                self.problems += error.problems
        return tuple(found)

    def _cleaning(self, table: object) -> Cleaning:
        if not isinstance(table, dict):
            return Cleaning()  # told already
        problems = check_fields(table, "cleaning", _CLEANING)
        self.problems += problems
        if problems:
            return Cleaning()
        cleaning = replace(Cleaning(), **table)
        if cleaning.low_percent >= cleaning.high_percent:
            at = "low_percent" if "low_percent" in table else "high_percent"
            self.problems.append(wrong(f"cleaning.{at}", "images_file.low_below_high"))
        return cleaning


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_percent(value: object) -> bool:
    return _is_number(value) and 0 < float(str(value)) <= 100


def _is_hours(value: object) -> bool:
    return _is_number(value) and 0 <= float(str(value)) < 1e6


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FILE: Fields = {
    "image": (_is_list, "images_file.images"),
    "hidden": (_is_list, "images_file.references"),
    "prepull": (_is_list, "images_file.references"),
    "pinned": (_is_list, "images_file.references"),
    "cleaning": (_is_table, "images_file.cleaning"),
}
_CLEANING: Fields = {
    "high_percent": (_is_percent, "images_file.percent"),
    "low_percent": (_is_percent, "images_file.percent"),
    "min_age_hours": (_is_hours, "images_file.hours"),
}


def _placed(problem: Problem, text: str, file: Path) -> Problem:
    line = line_of(text, problem.path or "")
    return replace(problem, params={"file": str(file), "line": line, **problem.params}, line=line)


_STEP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?")
_HEADER = re.compile(r"\s*\[{1,2}\s*([\w.\"'-]+)\s*\]{1,2}\s*(?:#.*)?")


def line_of(text: str, path: str) -> int:
    """The line, from 1, where a field such as `image[1].driver` or `prepull[2]` stands.

    tomllib does not tell it. A field that is written in a way not foreseen here gets the line of its table.
    """
    lines = text.splitlines()
    start, end = 0, len(lines)
    at = 0
    for name, number in _STEP.findall(path):
        tables = [row for row, line in enumerate(lines) if _header(line) == name]
        wanted = int(number or 0)
        if wanted < len(tables):
            at = tables[wanted]
            later = (row for row, line in enumerate(lines) if row > at and _header(line))
            start, end = at + 1, next(later, len(lines))
            continue
        at = _key_line(lines, name, range(start, end), at)
        if number:
            at = _element_line(text, path, lines, at, wanted)
    return at + 1


def _header(line: str) -> str | None:
    found = _HEADER.fullmatch(line)
    return found[1].strip("\"'") if found else None


def _key_line(lines: Sequence[str], name: str, rows: range, otherwise: int) -> int:
    key = re.compile(rf"[\"']?(?:\w+\.)?{re.escape(name)}[\"']?\s*=")
    return next((row for row in rows if key.match(lines[row].strip())), otherwise)


def _element_line(text: str, path: str, lines: Sequence[str], start: int, number: int) -> int:
    """Where the element of a list stands: lists of names are written with one name per line, or on one line."""
    name = path.partition("[")[0]
    value = tomllib.loads(text)[name][number]
    return next((row for row in range(start, len(lines)) if str(value) in lines[row]), start)
