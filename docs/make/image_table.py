"""The standard images as tables, from the catalogue: with the columns of OpenPAI's document, and what is new of it."""

from collections.abc import Mapping, Sequence

from docs.make.pages import cell, table
from openpai.images.catalogue.entries import CatalogueImage, standard_images
from openpai.messages import catalogue

_DOCUMENT = {
    "en": ("image", "tag", "CUDA version", "required driver"),
    "zh": ("镜像", "标签", "CUDA 版本", "所需驱动版本"),
}
_CURRENT: Mapping[str, tuple[str, ...]] = {
    "en": (*_DOCUMENT["en"], "Python", "in it", "`pai image build`"),
    "zh": (*_DOCUMENT["zh"], "Python", "内含", "`pai image build`"),
}


def image_table(line: str, language: str) -> str:
    """The images of a line ("document" or "current"), and below them what is to be known of some."""
    images = [image for image in standard_images() if image.line == line]
    if line == "document":
        made = table(_DOCUMENT[language], [_document(image) for image in images])
    else:
        made = table(_CURRENT[language], [(*_document(image), *_current(image)) for image in images])
    return "\n".join(part for part in (made, _notes(images, language)) if part)


def _document(image: CatalogueImage) -> tuple[str, ...]:
    name = str(image.reference).removesuffix(f":{image.tag}")
    driver = f">= {image.min_driver}" if image.min_driver else "-"
    return f"`{name}`", f"`{image.tag}`", image.cuda or "-", driver


def _current(image: CatalogueImage) -> tuple[str, ...]:
    return image.python or "-", ", ".join(map(str, image.components)), f"`{image.recipe}`"


def _notes(images: Sequence[CatalogueImage], language: str) -> str:
    """Each note once, with the tags that it is about."""
    about: dict[str, list[str]] = {}
    for image in images:
        for note in image.notes:
            about.setdefault(note, []).append(f"`{image.tag}`")
    texts = catalogue(language)
    colon, comma = ("：", "、") if language == "zh" else (": ", ", ")
    return "".join(
        f"- {comma.join(tags)}{colon}{cell(texts[note]['text'])}\n" for note, tags in about.items()
    )
