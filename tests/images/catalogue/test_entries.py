"""The catalogue says what the user's document says, and each entry is what its tag tells."""

import re

import pytest

from openpai.errors import PaiError
from openpai.images.catalogue.entries import (
    CatalogueImage,
    find_image,
    find_recipe,
    read_image,
    standard_images,
)
from openpai.images.reference import parse_reference
from openpai.messages import LANGUAGES, catalogue

_DOCUMENT = """
|       镜像      |                标签               | CUDA 版本 | 所需驱动版本 |
|:----------------:|:--------------------------------:|:------------:|:-----------------------:|
| openpai/standard |   python_3.6-pytorch_1.1.0-gpu   |     10.0     |        >= 410.48        |
| openpai/standard |   python_3.6-pytorch_1.2.0-gpu   |     10.0     |        >= 410.48        |
| openpai/standard |   python_3.6-pytorch_1.3.1-gpu   |     10.1     |        >= 418.39        |
| openpai/standard |   python_3.6-pytorch_1.4.0-gpu   |     10.1     |        >= 418.39        |
| openpai/standard | python_3.6-tensorflow_1.14.0-gpu |     10.0     |        >= 410.48        |
| openpai/standard | python_3.6-tensorflow_1.15.0-gpu |     10.0     |        >= 410.48        |
| openpai/standard |  python_3.6-tensorflow_2.0.0-gpu |     10.0     |        >= 410.48        |
| openpai/standard |  python_3.6-tensorflow_2.1.0-gpu |     10.1     |        >= 418.39        |
| openpai/standard |    python_3.6-mxnet_1.5.1-gpu    |     10.1     |        >= 418.39        |
| openpai/standard |      python_3.6-cntk_2.7-gpu     |     10.1     |        >= 418.39        |
| openpai/standard |   python_3.6-pytorch_1.1.0-cpu   |       -      |            -            |
| openpai/standard |   python_3.6-pytorch_1.2.0-cpu   |       -      |            -            |
| openpai/standard |   python_3.6-pytorch_1.3.1-cpu   |       -      |            -            |
| openpai/standard |   python_3.6-pytorch_1.4.0-cpu   |       -      |            -            |
| openpai/standard | python_3.6-tensorflow_1.14.0-cpu |       -      |            -            |
| openpai/standard | python_3.6-tensorflow_1.15.0-cpu |       -      |            -            |
| openpai/standard |  python_3.6-tensorflow_2.0.0-cpu |       -      |            -            |
| openpai/standard |  python_3.6-tensorflow_2.1.0-cpu |       -      |            -            |
| openpai/standard |    python_3.6-mxnet_1.5.1-cpu    |       -      |            -            |
| openpai/standard |      python_3.6-cntk_2.7-cpu     |       -      |            -            |
"""
"""The table of the user's document, as it stands there."""

_TAG = re.compile(r"python_(?P<python>[\d.]+)-(?P<parts>.+)-(?P<kind>cpu|gpu|cuda(?P<cuda>\d+))")


def document_rows() -> list[tuple[str, ...]]:
    lines = _DOCUMENT.strip().splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def as_row(image: CatalogueImage) -> tuple[str, ...]:
    name = str(image.reference).removesuffix(f":{image.tag}")
    driver = f">= {image.min_driver}" if image.min_driver else "-"
    return name, image.tag, image.cuda or "-", driver


def test_the_documents_images_are_the_documents_in_its_order() -> None:
    rows = [as_row(image) for image in standard_images() if image.line == "document"]
    assert len(rows) == 20
    assert rows == document_rows()


@pytest.mark.parametrize("image", standard_images(), ids=lambda image: image.tag)
def test_an_entry_is_what_its_tag_tells(image: CatalogueImage) -> None:
    told = _TAG.fullmatch(image.tag)
    assert told is not None
    inside = {str(part).lower().replace(" ", "_") for part in image.components}
    assert image.python == told["python"]
    assert image.kind == ("cpu" if told["kind"] == "cpu" else "gpu")
    assert set(re.findall(r"[a-z]+_[\d.]+\d", told["parts"])) <= inside
    assert str(image.components[0]).lower().replace(" ", "_") in told["parts"]
    assert told["cuda"] in (None, (image.cuda or "").partition(".")[0])


def test_what_is_for_a_gpu_names_cuda_and_driver_and_nothing_else_does() -> None:
    for image in standard_images():
        assert bool(image.cuda) == bool(image.min_driver) == (image.kind == "gpu"), image.tag


def test_all_frameworks_have_a_current_image() -> None:
    current = [image for image in standard_images() if image.line == "current"]
    offered = {(image.framework, (image.cuda or "cpu").partition(".")[0]) for image in current}
    for framework in ("PyTorch", "JAX"):
        assert {(framework, variant) for variant in ("cpu", "12", "13")} <= offered
    assert {("TensorFlow", "cpu"), ("TensorFlow", "12"), ("MXNet", "cpu")} <= offered
    assert any(part.name == "Horovod" for image in current for part in image.beside)


def test_an_entry_is_found_by_any_way_to_write_its_name() -> None:
    found = find_image(parse_reference("docker.io/openpai/standard:python_3.6-pytorch_1.4.0-gpu"))
    assert found is not None
    assert (found.framework, found.framework_version, found.cuda) == ("PyTorch", "1.4.0", "10.1")
    assert find_image(parse_reference("openpai/standard:latest")) is None


def test_names_and_recipes_are_there_once() -> None:
    images = standard_images()
    assert len({image.reference for image in images}) == len(images)
    recipes = [image.recipe for image in images if image.recipe]
    assert len(set(recipes)) == len(recipes)
    assert all(find_recipe(recipe) is not None for recipe in recipes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_has_a_text(language: str) -> None:
    notes = {note for image in standard_images() for note in image.notes}
    assert notes
    assert notes <= set(catalogue(language))


def test_all_that_is_wrong_with_an_entry_is_told_at_once() -> None:
    table = {"reference": "team/tool:1", "framework": "", "kind": "cpu", "cuda": "12.8", "drivers": "525"}
    with pytest.raises(PaiError) as raised:
        read_image(table, "image[3]")
    assert sorted((problem.code, problem.path) for problem in raised.value.problems) == [
        ("AdminFileMissingField", "image[3]"),
        ("AdminFileUnknownField", "image[3].drivers"),
        ("AdminFileWrongValue", "image[3].cuda"),
        ("AdminFileWrongValue", "image[3].framework"),
    ]
