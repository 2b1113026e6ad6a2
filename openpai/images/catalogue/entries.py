"""The standard images: what is in each, which CUDA and driver it wants, and by which recipe it is built. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from openpai.admin_file import Fields, check_fields, wrong
from openpai.errors import PaiError, Problem
from openpai.images.reference import ImageReference, parse_reference

Line = Literal["document", "current", "own"]
"""Where an image comes from: OpenPAI's document, the recipes of this program, or an admin's own file."""

Kind = Literal["cpu", "gpu"]


@dataclass(frozen=True, slots=True)
class Component:
    """A framework in an image: "PyTorch", "2.14.1"."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class CatalogueImage:
    """One image. `beside`: what it holds besides its framework, such as Horovod.

    `cuda` ("12.8") and `min_driver`, the oldest driver of NVIDIA that will do ("525.60.13"), are None for CPU images
    and where nobody said. `recipe` is the folder of `images/` that it is built from, None where there is none.
    `notes` are codes of texts.
    """

    reference: ImageReference
    framework: str
    framework_version: str
    kind: Kind
    python: str | None = None
    cuda: str | None = None
    min_driver: str | None = None
    beside: tuple[Component, ...] = ()
    recipe: str | None = None
    notes: tuple[str, ...] = ()
    line: Line = "own"

    @property
    def tag(self) -> str:
        return self.reference.tag or ""

    @property
    def components(self) -> tuple[Component, ...]:
        """The framework, and what is beside it."""
        return (Component(self.framework, self.framework_version), *self.beside)


@cache
def standard_images() -> tuple[CatalogueImage, ...]:
    """The catalogue that comes with this program: the document's images in its order, then the current ones."""
    tables = tomllib.loads(files("openpai.images.catalogue").joinpath("catalogue.toml").read_text("utf-8"))[
        "image"
    ]
    return tuple(read_image(table, f"image[{number}]", _OURS) for number, table in enumerate(tables))


def find_image(
    reference: ImageReference, images: Sequence[CatalogueImage] | None = None
) -> CatalogueImage | None:
    """The entry of this name and tag, a digest not counted; None where there is none."""
    known = standard_images() if images is None else images
    wanted = (reference.registry, reference.repository, reference.tag)
    return next((image for image in known if name_of(image.reference) == wanted), None)


def find_recipe(recipe: str) -> CatalogueImage | None:
    """The entry that is built from this folder of `images/`."""
    return next((image for image in standard_images() if image.recipe == recipe), None)


def name_of(reference: ImageReference) -> tuple[str, str, str | None]:
    """What makes two references the same entry."""
    return (reference.registry, reference.repository, reference.tag)


_VERSION = re.compile(r"\d+(?:\.\d+){0,3}")
_WORD = re.compile(r"\S(?:.{0,78}\S)?")


def _is_word(value: object) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None


def _is_version(value: object) -> bool:
    return isinstance(value, str) and _VERSION.fullmatch(value) is not None


def _is_kind(value: object) -> bool:
    return value in ("cpu", "gpu")


def _is_with(value: object) -> bool:
    return isinstance(value, dict) and all(_is_word(name) and _is_word(each) for name, each in value.items())


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_word, value))


OWN_FIELDS: Fields = {
    "reference": (_is_word, "images_file.reference"),
    "framework": (_is_word, "images_file.word"),
    "version": (_is_word, "images_file.word"),
    "kind": (_is_kind, "images_file.kind"),
    "python": (_is_version, "images_file.version"),
    "cuda": (_is_version, "images_file.version"),
    "driver": (_is_version, "images_file.version"),
    "with": (_is_with, "images_file.with"),
}
"""What an admin may say of an image."""

_OURS: Fields = {
    **OWN_FIELDS,
    "line": (_is_word, "images_file.word"),
    "recipe": (_is_word, "images_file.word"),
    "notes": (_is_words, "images_file.word"),
}
_NEEDED = ("reference", "framework", "version", "kind")


def read_image(table: object, path: str, fields: Fields = OWN_FIELDS) -> CatalogueImage:
    """One `[[image]]`. Raises PaiError with a problem per wrong field, its `path` below that of the table."""
    if not isinstance(table, dict):
        raise PaiError(wrong(path, "images_file.table"))
    if problems := [*check_fields(table, path, fields, _NEEDED), *_disagreements(table, path)]:
        raise PaiError(*problems)
    return CatalogueImage(
        reference=read_reference(table["reference"], f"{path}.reference"),
        framework=table["framework"],
        framework_version=table["version"],
        kind=table["kind"],
        python=table.get("python"),
        cuda=table.get("cuda"),
        min_driver=table.get("driver"),
        beside=tuple(Component(name, version) for name, version in table.get("with", {}).items()),
        recipe=table.get("recipe"),
        notes=tuple(table.get("notes", ())),
        line=table.get("line", "own"),
    )


def read_reference(text: object, path: str) -> ImageReference:
    """An image's name in the file. Raises PaiError ImagesFileReference with what is wrong with it."""
    if not isinstance(text, str):
        raise PaiError(wrong(path, "images_file.reference"))
    try:
        return parse_reference(text)
    except PaiError as error:
        params = {**error.first.params, "cause": error.first.code, "field": path}
        raise PaiError(Problem("ImagesFileReference", params, path=path)) from error


def _disagreements(table: Mapping[str, object], path: str) -> list[Problem]:
    """A CPU image has neither CUDA nor driver."""
    if table.get("kind") != "cpu":
        return []
    return [wrong(f"{path}.{name}", "images_file.no_gpu") for name in ("cuda", "driver") if name in table]
