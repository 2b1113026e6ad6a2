"""`pai image build`: have one of the standard images on this machine, built here where nobody has it."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from openpai.builder.build import have_image
from openpai.builder.recipes import recipe
from openpai.builder.told import Told, Wanted
from openpai.cli.arguments import Target
from openpai.cli.language import say
from openpai.cli.local import settings_of
from openpai.cli.output import line, one_line
from openpai.cli.speaking import SpeakingCommand
from openpai.cli.units import duration, size


@click.command(cls=SpeakingCommand)
@click.argument("name", metavar="NAME")
@click.option("--if-missing", is_flag=True)
@click.option("--pull", is_flag=True)
@click.option("--no-cache", is_flag=True)
@click.pass_obj
def build(target: Target, name: str, if_missing: bool, pull: bool, no_cache: bool) -> None:
    chosen, settings = recipe(name), settings_of(target)
    began = time.monotonic()

    def tell(told: Told) -> None:
        line(
            f"{duration(time.monotonic() - began):>7}  {one_line(say(told.code, **told.params))}", error=True
        )

    with _log() as log:
        wanted = Wanted(log, if_missing=if_missing, pull=pull, cache=not no_cache)
        built = asyncio.run(have_image(chosen, settings, wanted, tell))
    took = duration(time.monotonic() - began)
    line(say(f"build.done.{built.how}", image=built.image, size=size(built.size_bytes), took=took))


@contextmanager
def _log() -> Iterator[Path]:
    """A file for all that is printed; it stays when the build fails, since the error names it."""
    with tempfile.NamedTemporaryFile(prefix="pai-image-build-", suffix=".log", delete=False) as file:
        log = Path(file.name)
    yield log
    log.unlink()
