"""An image is had in the quickest way there is, from tiny recipes on a real engine."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpai.builder.build import have_image
from openpai.builder.recipes import Recipe, recipe
from openpai.builder.told import Built, Told, Wanted
from openpai.errors import PaiError
from openpai.settings import Settings
from tests.backends import images
from tests.e2e.engine import docker
from tests.registry import running_registry

pytestmark = pytest.mark.engine


class Recipes:
    """Recipes of one test; their images are removed after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = f"pai-test/build-{uuid.uuid4().hex[:8]}"
        self.told: list[Told] = []
        self.replaced: list[str] = []

    def write(self, name: str, dockerfile: str, version: str = "1") -> Recipe:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        label = "LABEL org.opencontainers.image."
        text = f'{dockerfile}\n{label}ref.name="{self.tag(name)}" \\\n  {label[6:]}version="{version}"\n'
        (folder / "Dockerfile").write_text(text)
        return recipe(name, self.folder)

    def tag(self, name: str) -> str:
        return f"{self.prefix}-{name}:v1"

    async def have(self, made: Recipe, *, if_missing: bool = False, pull: bool = False) -> Built:
        wanted = Wanted(self.folder / "log", if_missing=if_missing, pull=pull)
        return await have_image(made, Settings(), wanted, self.told.append)

    def clean(self) -> None:
        listed = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
        for tag in sorted(tag for tag in listed if tag.startswith(self.prefix)):
            docker("image", "rm", tag)
        for image in self.replaced:
            docker("image", "rm", image)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Recipes]:
    images.ensure(images.SHELL)
    recipes = Recipes(tmp_path)
    yield recipes
    recipes.clean()


def label(tag: str, name: str) -> str:
    return docker(
        "image", "inspect", "--format", f'{{{{index .Config.Labels "org.opencontainers.image.{name}"}}}}', tag
    )


def image_id(tag: str) -> str:
    return docker("image", "inspect", "--format", "{{.Id}}", tag).strip()


async def test_an_image_is_built_with_what_it_stands_on(made: Recipes) -> None:
    made.write("low", f"FROM {images.SHELL}\nRUN echo low > /low")
    high = made.write("high", f"FROM {made.tag('low')}\nRUN cat /low > /high")
    built = await made.have(high)
    assert (built.image, built.how) == (made.tag("high"), "built")
    assert built.size_bytes > 1_000_000
    assert docker("run", "--rm", made.tag("high"), "cat", "/high") == "low\n"
    assert label(made.tag("high"), "created").startswith("20")
    steps = [str(told.params["instruction"]) for told in made.told if told.code == "build.step"]
    assert "RUN echo low > /low" in steps
    assert "low" in (made.folder / "log").read_text()


async def test_what_is_there_is_not_built_again_unless_its_recipe_has_a_newer_version(made: Recipes) -> None:
    first = made.write("image", f"FROM {images.SHELL}\nRUN echo 1 > /version")
    assert (await made.have(first, if_missing=True)).how == "built"
    assert (await made.have(first, if_missing=True)).how == "there"
    made.replaced.append(image_id(made.tag("image")))
    second = made.write("image", f"FROM {images.SHELL}\nRUN echo 2 > /version", version="2")
    assert (await made.have(second, if_missing=True)).how == "built"
    assert docker("run", "--rm", made.tag("image"), "cat", "/version") == "2\n"
    assert docker("image", "inspect", made.replaced[0]), "a job may wait for it by its id"


async def test_an_image_of_that_name_by_somebody_else_will_do(made: Recipes) -> None:
    docker("tag", images.SHELL, made.tag("own"))
    wanted = made.write("own", f"FROM {images.SHELL}\nRUN false")
    assert (await made.have(wanted, if_missing=True)).how == "there"


async def test_what_only_the_build_needed_does_not_stay(made: Recipes) -> None:
    stage = f"made-by-{made.prefix.rpartition('-')[2]}"
    dockerfile = (
        f"FROM {images.SHELL} AS build\nENV STAGE={stage}\nRUN echo tool > /tool; echo result > /result\n"
        f"FROM {images.SHELL}\nCOPY --from=build /result /result"
    )
    await made.have(made.write("image", dockerfile))
    assert (
        docker("run", "--rm", made.tag("image"), "sh", "-c", "cat /result; ls /").split().count("tool") == 0
    )
    unnamed = docker("image", "ls", "--quiet", "--filter", "dangling=true").split()
    environments = [docker("image", "inspect", "--format", "{{.Config.Env}}", image) for image in unnamed]
    assert not any(stage in environment for environment in environments)
    assert docker("image", "inspect", images.SHELL)


async def test_a_failed_step_is_told_with_its_last_lines(made: Recipes) -> None:
    wanted = made.write("broken", f"FROM {images.SHELL}\nRUN echo no such mirror >&2; exit 7")
    with pytest.raises(PaiError) as raised:
        await made.have(wanted)
    problem = raised.value.first
    assert problem.code == "ImageBuildFailed"
    assert problem.params["step"] == "RUN echo no such mirror >&2; exit 7"
    assert "no such mirror" in str(problem.params["detail"])
    assert "code: 7" in str(problem.params["detail"])
    assert problem.params["log"] == str(made.folder / "log")


async def test_a_dockerfile_with_a_mistake_is_told(made: Recipes) -> None:
    with pytest.raises(PaiError) as raised:
        await made.have(made.write("odd", f"FROM {images.SHELL}\nRAN true"))
    assert raised.value.first.code == "ImageBuildFailed"
    assert "unknown instruction: RAN" in str(raised.value.first.params["detail"])


async def test_what_no_registry_has_is_built_although_it_was_to_be_pulled(made: Recipes) -> None:
    wanted = made.write("image", f"FROM {images.SHELL}\nRUN true")
    assert (await made.have(wanted, pull=True)).how == "built"
    assert made.told[0].code == "build.pull"


async def test_what_a_registry_has_is_pulled_and_not_built(
    made: Recipes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        made.prefix = f"{registry.address}/pulled"
        registry.push("pulled-image", "v1", {"bin/hello": bytes(100_000)})
        wanted = made.write("image", f"FROM {images.SHELL}\nRUN false")
        built = await made.have(wanted, pull=True)
    assert (built.image, built.how) == (made.tag("image"), "pulled")
    assert docker("image", "inspect", made.tag("image"))
