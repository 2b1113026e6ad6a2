"""The recipes: folders of images/ with a Dockerfile, which says all that is to be known of them. Reads files only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpai
from openpai.errors import fail
from openpai.images.reference import ImageReference, parse_reference

LABEL = "org.opencontainers.image."
_FROM = re.compile(r"^FROM\s+(\S+)", re.MULTILINE)
_LABEL = re.compile(rf'{re.escape(LABEL)}([a-z.]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Recipe:
    """One folder. `bases` are the images that its Dockerfile begins with; `labels` without their common prefix."""

    folder: Path
    bases: tuple[ImageReference, ...]
    labels: Mapping[str, str]
    from_scratch: bool

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def reference(self) -> ImageReference:
        return parse_reference(self.labels["ref.name"])

    @property
    def lock(self) -> Path | None:
        """The Python packages that it needs; None where it needs none."""
        file = self.folder / "requirements.txt"
        return file if file.exists() else None


def recipes_folder() -> Path:
    """Where the recipes are: in an installed package beside its modules, in a checkout beside the package."""
    package = Path(openpai.__file__).parent
    installed = package / "recipes"
    return installed if installed.is_dir() else package.parent / "images"


def recipes(folder: Path | None = None) -> Mapping[str, Recipe]:
    """All of them, by name."""
    return {recipe.name: recipe for recipe in _read(folder or recipes_folder())}


def recipe(name: str, folder: Path | None = None) -> Recipe:
    """The one of this name, or of this image. Raises PaiError NoRecipe with the names there are."""
    known = recipes(folder)
    for each in known.values():
        if name in (each.name, each.labels["ref.name"]):
            return each
    raise fail("NoRecipe", name=name, known=", ".join(known))


def below(wanted: Recipe) -> list[Recipe]:
    """The recipe and those beside it whose images it stands on, in the order in which they are built."""
    known = {each.reference: each for each in recipes(wanted.folder.parent).values()}
    order: list[Recipe] = []

    def add(each: Recipe) -> None:
        for base in each.bases:
            if base in known and known[base] not in order:
                add(known[base])
        order.append(each)

    add(wanted)
    return order


def _read(folder: Path) -> Iterator[Recipe]:
    for file in sorted(folder.glob("*/Dockerfile")):
        text = file.read_text("utf-8")
        froms = tuple(dict.fromkeys(_FROM.findall(text)))
        bases = tuple(parse_reference(name) for name in froms if name != "scratch")
        yield Recipe(file.parent, bases, dict(_LABEL.findall(text)), "scratch" in froms)
