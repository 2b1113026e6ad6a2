"""The admin's own `images.toml`: images of their own, which of ours to hide, what to pull ahead, keep and clean.

It is read anew when it changes, without a restart. A file with mistakes changes nothing: the last good one holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from openpai.admin_file import Fields, LiveFile, check_fields, read_text, wrong
from openpai.errors import PaiError, Problem
from openpai.images.catalogue.entries import (
    CatalogueImage,
    name_of,
    read_image,
    read_reference,
    standard_images,
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


class AdminFile(LiveFile[AdminImages]):
    """`images.toml`, or what the admin calls it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _read, AdminImages())


def read(text: str, file: Path) -> AdminImages:
    """The file's text. Raises PaiError with every mistake: its file, line, field, and what to do."""
    return read_text(text, file, _read)


def _read(table: Mapping[str, object]) -> AdminImages:
    reader = _Reader()
    images = reader.read(table)
    if reader.problems:
        raise PaiError(*reader.problems)
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
