"""An admin's own file of images: live, and never half."""

import os
import re
from pathlib import Path

import pytest

from openpai.admin_file import line_of
from openpai.errors import PaiError, Problem
from openpai.images.catalogue.admin_file import AdminFile, AdminImages, Cleaning, read
from openpai.images.catalogue.entries import find_image, standard_images
from openpai.images.reference import parse_reference
from openpai.messages import message

_CNTK = "openpai/standard:python_3.6-cntk_2.7-cpu"
_GOOD = f"""
hidden = ["{_CNTK}"]
prepull = [
  "registry.example.com/team/tool:1.0",  # the course of this term
  "ubuntu:24.04",
]
pinned = ["ubuntu:24.04"]

[[image]]
reference = "registry.example.com/team/tool:1.0"
framework = "PyTorch"
version = "2.9.0"
kind = "gpu"
python = "3.12"
cuda = "12.6"
driver = "525.60.13"
with = {{ torchvision = "0.24.0" }}

[[image]]
reference = "openpai/standard:python_3.6-pytorch_1.4.0-cpu"
framework = "PyTorch"
version = "1.4.0-patched"
kind = "cpu"

[cleaning]
high_percent = 90
min_age_hours = 0.5
"""


@pytest.fixture
def file(tmp_path: Path) -> AdminFile:
    return AdminFile(tmp_path / "images.toml")


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PaiError) as raised:
        read(text, Path("images.toml"))
    return raised.value.problems


def test_without_a_file_the_catalogue_is_ours(file: AdminFile) -> None:
    assert file.current() == AdminImages()
    assert file.current().catalogue() == standard_images()
    assert file.problems == ()


def test_a_file_adds_replaces_and_hides(file: AdminFile) -> None:
    file.path.write_text(_GOOD)
    catalogue = file.current().catalogue()
    own = find_image(parse_reference("registry.example.com/team/tool:1.0"), catalogue)
    assert own is not None
    assert (own.line, own.cuda, [str(part) for part in own.components]) == (
        "own",
        "12.6",
        ["PyTorch 2.9.0", "torchvision 0.24.0"],
    )
    assert find_image(parse_reference(_CNTK), catalogue) is None
    replaced = parse_reference("openpai/standard:python_3.6-pytorch_1.4.0-cpu")
    places = [number for number, image in enumerate(catalogue) if image.reference == replaced]
    assert [catalogue[place].framework_version for place in places] == ["1.4.0-patched"]
    assert standard_images()[places[0]].reference == replaced
    assert len(catalogue) == len(standard_images())


def test_a_file_names_what_to_pull_to_keep_and_to_clean(file: AdminFile) -> None:
    file.path.write_text(_GOOD)
    images = file.current()
    assert [str(each) for each in images.prepull] == ["registry.example.com/team/tool:1.0", "ubuntu:24.04"]
    assert [str(each) for each in images.pinned] == ["ubuntu:24.04"]
    assert images.cleaning == Cleaning(high_percent=90, low_percent=70, min_age_hours=0.5)


def test_a_change_holds_at_once_and_also_the_removal(file: AdminFile) -> None:
    file.path.write_text('pinned = ["ubuntu:24.04"]')
    assert [str(each) for each in file.current().pinned] == ["ubuntu:24.04"]
    file.path.write_text('pinned = ["debian:12"]')
    assert [str(each) for each in file.current().pinned] == ["debian:12"]
    file.path.unlink()
    assert file.current() == AdminImages()


def test_a_file_that_another_takes_the_place_of_is_read_anew(file: AdminFile, tmp_path: Path) -> None:
    file.path.write_text('pinned = ["ubuntu:24.04"]')
    first = file.current()
    times = file.path.stat()
    other = tmp_path / "other"
    other.write_text('pinned = ["ubuntu:26.04"]')
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file.path)
    assert file.current() != first


def test_an_unchanged_file_is_not_read_again(file: AdminFile) -> None:
    file.path.write_text(_GOOD)
    assert file.current() is file.current()


def test_with_a_mistake_the_last_good_file_holds_until_it_is_mended(file: AdminFile) -> None:
    file.path.write_text(_GOOD)
    good = file.current()
    file.path.write_text(_GOOD.replace('kind = "gpu"', 'kind = "tpu"'))
    assert file.current() is good
    assert [problem.path for problem in file.problems] == ["image[0].kind"]
    file.path.write_text(_GOOD.replace("high_percent = 90", "high_percent = 95"))
    assert file.current().cleaning.high_percent == 95
    assert file.problems == ()


def test_a_file_that_cannot_be_read_is_a_problem_and_no_fault(file: AdminFile) -> None:
    file.path.mkdir()
    assert file.current() == AdminImages()
    assert [problem.code for problem in file.problems] == ["AdminFileUnreadable"]
    file.path.rmdir()
    file.path.write_bytes(b'pinned = ["\xff"]')
    assert file.current() == AdminImages()
    assert [problem.code for problem in file.problems] == ["AdminFileUnreadable"]


@pytest.mark.parametrize(
    ("old", "new", "code", "path", "line"),
    [
        ('"ubuntu:24.04",\n]', '"Ubuntu:24.04",\n]', "ImagesFileReference", "prepull[1]", 5),
        ("prepull", "pre_pull", "AdminFileUnknownField", "pre_pull", 3),
        ('framework = "PyTorch"\nversion = "2.9.0"', 'version = "2.9.0"', "AdminFileMissingField", "image[0]", 9),
        ('driver = "525.60.13"', "driver = 525", "AdminFileWrongValue", "image[0].driver", 16),
        ('"1.4.0-patched"\n', '"1.4.0"\ncuda = "12.6"\n', "AdminFileWrongValue", "image[1].cuda", 23),
        ("openpai/standard:python_3.6-pytorch_1.4.0-cpu", "registry.example.com/team/tool:1.0",
         "AdminFileWrongValue", "image[1].reference", 20),
        ("high_percent = 90", "high_percent = 60", "AdminFileWrongValue", "cleaning.high_percent", 26),
        ("high_percent = 90", "high_percent = nan", "AdminFileWrongValue", "cleaning.high_percent", 26),
        ("min_age_hours = 0.5", "min_age_hours = true", "AdminFileWrongValue", "cleaning.min_age_hours", 27),
        ("torchvision = ", 'torchvision = 1, "vision" = ', "AdminFileWrongValue", "image[0].with", 17),
        ('pinned = ["ubuntu:24.04"]', 'pinned = "ubuntu:24.04"', "AdminFileWrongValue", "pinned", 7),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_field(
    old: str, new: str, code: str, path: str, line: int
) -> None:
    assert old in _GOOD
    (problem,) = problems(_GOOD.replace(old, new))
    assert (problem.code, problem.path, problem.line) == (code, path, line)
    for language in ("en", "zh"):
        told = message(problem.code, problem.params, language)
        assert "images.toml" in told.text
        assert str(line) in told.text
        assert told.fix


def test_a_mistake_in_toml_itself_is_told_with_its_line() -> None:
    (problem,) = problems('pinned = ["a:1"]\nhidden = ["b:1"\n[cleaning]\n')
    assert (problem.code, problem.line) == ("AdminFileSyntax", 3)


def test_all_mistakes_are_told_at_once() -> None:
    text = _GOOD.replace("cuda =", "couda =").replace("high_percent = 90", "high_percent = 900")
    assert [problem.path for problem in problems(text)] == ["image[0].couda", "cleaning.high_percent"]


def test_a_line_is_found_however_the_file_is_written() -> None:
    text = 'cleaning.high_percent = 90\n"pinned" = ["a:1", "b:1"]\n[[ image ]] # ours\n  reference="x"\n'
    assert line_of(text, "cleaning.high_percent") == 1
    assert line_of(text, "pinned[1]") == 2
    assert line_of(text, "image[0].reference") == 4
    assert line_of(text, "image[0]") == 3
    assert line_of("image = [\n  { kind = 1 },\n]\n", "image[0].kind") == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_the_manual_is_a_good_file(language: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / language / "operations.md").read_text()
    (example,) = [text for text in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[[image]]" in text]
    images = read(example, Path("images.toml"))
    assert [str(image.reference) for image in images.images] == [str(image) for image in images.prepull]
    assert len(images.catalogue()) == len(standard_images())
    assert images.cleaning == Cleaning(), "the defaults"
