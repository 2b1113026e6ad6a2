"""Each recipe says what it makes, agrees with the catalogue, and names no host to take it from."""

import re
import tomllib
from pathlib import Path

import pytest

from openpai.builder.recipes import Recipe, below, recipe, recipes, recipes_folder
from openpai.errors import PaiError
from openpai.images.catalogue.entries import CatalogueImage, find_recipe, standard_images

ROOT = Path(__file__).parents[2]
RECIPES = recipes()
_LAYERS = ("base", "tools")  # what the standard images stand on
STANDARD = [each for name, each in RECIPES.items() if name not in _LAYERS]
LOCKED = [each for each in RECIPES.values() if each.lock]


def name_of(made: Recipe) -> str:
    return made.name


def entry(made: Recipe) -> CatalogueImage:
    found = find_recipe(made.name)
    assert found is not None
    return found


def dockerfile(made: Recipe) -> str:
    return (made.folder / "Dockerfile").read_text()


def test_recipes_are_found_in_the_checkout_and_go_into_the_package() -> None:
    assert recipes_folder() == ROOT / "images"
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "images" in wheel["only-include"]
    assert wheel["sources"] == {"images": "openpai/recipes"}


def test_every_recipe_of_the_catalogue_is_there_and_every_one_there_is_in_it() -> None:
    assert {image.recipe for image in standard_images() if image.recipe} == {made.name for made in STANDARD}
    assert all(image.recipe for image in standard_images() if image.line == "current")


@pytest.mark.parametrize("made", STANDARD, ids=name_of)
def test_a_recipe_makes_what_the_catalogue_says(made: Recipe) -> None:
    image = entry(made)
    assert made.reference == image.reference
    told = made.labels["title"] + made.labels["description"]
    for part in image.components:
        assert part.name in told
    for part in image.components[:1]:
        assert part.version in told
    assert f"CUDA {image.cuda}" in told if image.cuda else "CPU" in told


@pytest.mark.parametrize("made", RECIPES.values(), ids=name_of)
def test_a_recipe_has_the_labels_of_the_open_container_initiative(made: Recipe) -> None:
    for name in ("ref.name", "title", "description", "version", "source", "licenses"):
        assert made.labels[name], name
    assert made.labels["source"] == f"images/{made.name}"
    assert [made.labels.get("base.name", "")] == ([str(base) for base in made.bases] or [""])


@pytest.mark.parametrize("made", STANDARD, ids=name_of)
def test_an_image_for_gpus_tells_nvidias_toolkit_what_it_needs(made: Recipe) -> None:
    set_ = dict(re.findall(r'(NVIDIA_\w+)="?([^"\s\\]+)', dockerfile(made)))
    cuda = entry(made).cuda
    if cuda is None:
        assert not set_
    else:
        assert set_ == {
            "NVIDIA_VISIBLE_DEVICES": "all",
            "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
            "NVIDIA_REQUIRE_CUDA": f"cuda>={cuda.partition('.')[0]}.0",
        }


@pytest.mark.parametrize("made", LOCKED, ids=name_of)
def test_a_lock_holds_every_file_by_its_hash_and_names_no_host(made: Recipe) -> None:
    assert made.lock is not None
    text = made.lock.read_text()
    packages = re.findall(r"^[a-z0-9](?:.|\n(?![a-z0-9]))*", text, re.MULTILINE)
    assert packages
    for package in packages:
        assert "--hash=sha256:" in package, package[:100]
        assert re.match(r"[a-z0-9._-]+==\S+ \\$", package.partition("\n")[0]), package[:100]
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "an option of pip"


@pytest.mark.parametrize("made", LOCKED, ids=name_of)
def test_a_lock_holds_the_framework_and_the_cuda_of_the_catalogue(made: Recipe) -> None:
    assert made.lock is not None
    versions = dict(re.findall(r"^([a-z0-9_-]+)==([^+\s]+)", made.lock.read_text(), re.MULTILINE))
    image = entry(made)
    packages = {"PyTorch": "torch", "TensorFlow": "tensorflow-cpu" if image.kind == "cpu" else "tensorflow"}
    for part in image.components:
        package = packages.get(part.name, part.name.lower())
        if made.name.startswith("horovod") and package != "horovod":
            continue  # Debian's
        assert versions[package] == part.version
    runtime = versions.get("nvidia-cuda-runtime") or versions.get("nvidia-cuda-runtime-cu12")
    assert (runtime is None) == (image.cuda is None)
    assert runtime is None or ".".join(runtime.split(".")[:2]) == image.cuda


def test_no_recipe_names_a_host() -> None:
    for made in RECIPES.values():
        assert "://" not in dockerfile(made), made.name


def test_what_an_image_stands_on_is_built_before_it() -> None:
    order = [made.name for made in below(recipe("horovod-0.28.1-cpu"))]
    assert order == ["base", "tools", "pytorch-1.13.1-cpu", "horovod-0.28.1-cpu"]
    assert [made.name for made in below(recipe("base"))] == ["base"]


def test_a_recipe_is_found_by_its_name_and_by_its_image() -> None:
    made = recipe("mxnet-1.9.1-cpu")
    assert recipe(str(made.reference)) == made
    with pytest.raises(PaiError) as raised:
        recipe("mxnet")
    assert raised.value.first.code == "NoRecipe"
    assert "mxnet-1.9.1-cpu" in str(raised.value.first.params["known"])
