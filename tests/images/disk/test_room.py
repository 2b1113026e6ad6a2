"""Whether an image has room."""

from openpai.images.disk.room import ImageDisk, room, shared_layers
from openpai.images.facts import ImageConfig, RemoteImage
from openpai.messages import message

GB = 1_000_000_000
BASE = ("sha256:debian", "sha256:cuda")


def image(*layers: tuple[str, int]) -> RemoteImage:
    """Layers as they come, with their sizes over the network."""
    config = ImageConfig("amd64", diff_ids=tuple(name for name, _ in layers))
    return RemoteImage("sha256:d", "sha256:d", config, tuple(size for _, size in layers), ("linux/amd64",))


TORCH = image((BASE[0], GB), (BASE[1], 4 * GB), ("sha256:torch", 5 * GB))


def test_an_image_needs_its_download_and_twice_that_unpacked() -> None:
    found = room(TORCH, [], ImageDisk(100 * GB, 20 * GB))
    assert (found.download_bytes, found.needs_bytes) == (10 * GB, 30 * GB)
    assert not found.fits
    assert room(TORCH, [], ImageDisk(100 * GB, 40 * GB)).fits


def test_some_of_the_disk_is_for_others_to_write() -> None:
    found = room(TORCH, [], ImageDisk(100 * GB, 31 * GB))
    assert (found.fits, found.free_for_it) == (False, 30 * GB + (1 << 30))
    assert room(TORCH, [], ImageDisk(10 * GB, 8 * GB)).free_bytes == 7.5 * GB
    assert room(TORCH, [], ImageDisk(10 * GB, 0)).free_bytes == 0


def test_layers_that_are_here_are_not_counted() -> None:
    assert room(TORCH, [(*BASE, "sha256:other")], ImageDisk(100 * GB, 40 * GB)).download_bytes == 5 * GB
    assert room(TORCH, [("sha256:debian",), ("sha256:alpine",)], ImageDisk(1, 1)).download_bytes == 9 * GB


def test_a_layer_counts_as_here_only_with_all_below_it() -> None:
    assert shared_layers(TORCH, [("sha256:alpine", "sha256:cuda", "sha256:torch")]) == 0
    assert shared_layers(TORCH, [(*BASE, "sha256:torch", "sha256:more")]) == 3


def test_a_registry_that_does_not_tell_its_layers_apart_gets_no_discount() -> None:
    odd = RemoteImage("d", "d", ImageConfig("amd64", diff_ids=BASE), (GB,), ())
    assert shared_layers(odd, [BASE]) == 0


def test_what_cleaning_may_give_is_told_with_the_numbers() -> None:
    found = room(TORCH, [], ImageDisk(100 * GB, 21 * GB), freeable_bytes=11 * GB)
    assert found.fits_when_cleaned
    assert not room(TORCH, [], ImageDisk(100 * GB, 21 * GB), 9 * GB).fits_when_cleaned
    problem = found.problem("team/torch:v1")
    for language in ("en", "zh"):
        text = message(problem.code, problem.params, language).text
        assert all(number in text for number in ("team/torch:v1", "30000", "10000", "19926", "11000"))
