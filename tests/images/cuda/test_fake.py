"""A line that describes GPUs → GPUs that are not there, or what is wrong with the line."""

import pytest

from openpai.errors import PaiError
from openpai.images.cuda.fake import DEFAULT_DRIVER, read_fake_gpus
from openpai.images.cuda.machine import GpuLevel
from openpai.images.cuda.tables import generation_of
from openpai.messages import LANGUAGES, message

V100 = "Tesla V100-SXM2-32GB"


def test_a_model_has_its_memory_and_compute_capability_and_uuids_that_tell_what_they_are() -> None:
    fake = read_fake_gpus("8xV100-SXM2-32GB,driver=535.104.05")
    assert fake.driver == "535.104.05"
    assert [(gpu.model, gpu.memory_mb, gpu.compute_capability) for gpu in fake.gpus] == [
        (V100, 32768, (7, 0))
    ] * 8
    assert fake.gpus[7].uuid == "GPU-FAKE0000-0000-0000-0000-000000000007"
    assert len({gpu.uuid for gpu in fake.gpus}) == 8
    assert fake.levels == ()
    assert not any(gpu.bad for gpu in fake.gpus)


def test_several_groups_follow_one_another_and_a_single_one_needs_no_count() -> None:
    fake = read_fake_gpus(" 2xV100-SXM2-32GB , T4 ")
    assert [gpu.model for gpu in fake.gpus] == [V100, V100, "Tesla T4"]
    assert fake.driver == DEFAULT_DRIVER


@pytest.mark.parametrize(
    ("written", "model"),
    [
        ("Tesla V100-SXM2-32GB", V100),
        ("tesla v100 sxm2 32gb", V100),
        ("V100", "Tesla V100-SXM2-16GB"),
        ("A100", "NVIDIA A100-SXM4-40GB"),
        ("A10", "NVIDIA A10"),
        ("L4", "NVIDIA L4"),
        ("RTX4090", "NVIDIA GeForce RTX 4090"),
        ("GeForce RTX 4090", "NVIDIA GeForce RTX 4090"),
        ("H100-80GB-HBM3", "NVIDIA H100 80GB HBM3"),
        ("3*T4", "Tesla T4"),
    ],
)
def test_a_model_is_known_by_its_name_however_it_is_written_or_by_its_beginning(
    written: str, model: str
) -> None:
    assert read_fake_gpus(written).gpus[0].model == model


def test_gpus_can_be_described_as_bad() -> None:
    fake = read_fake_gpus("5xT4,bad=1,lost=2,held=3+4")
    codes = [gpu.bad.code if gpu.bad else "" for gpu in fake.gpus]
    assert codes == ["", "GpuMemoryErrors", "GpuLost", "GpuHeld", "GpuHeld"]
    assert [len(gpu.processes) for gpu in fake.gpus] == [0, 0, 0, 1, 1]


def test_levels_go_from_the_widest_to_the_narrowest_however_they_are_written() -> None:
    assert read_fake_gpus("8xT4,switch=2,socket=4").levels == (
        GpuLevel("socket", ((0, 1, 2, 3), (4, 5, 6, 7))),
        GpuLevel("switch", ((0, 1), (2, 3), (4, 5), (6, 7))),
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "FakeGpuModel"),
        ("4x", "FakeGpuModel"),
        ("4xV1000", "FakeGpuModel"),
        ("4xA", "FakeGpuModel"),
        ("0xT4", "FakeGpusPart"),
        ("9999xT4", "FakeGpusPart"),
        ("200xT4,200xT4", "FakeGpusPart"),
        ("driver=535.104.05", "FakeGpusPart"),
        ("T4,driver=new", "FakeGpusPart"),
        ("T4,memory=4", "FakeGpusPart"),
        ("T4,bad=first", "FakeGpusPart"),
        ("4xT4,bad=4", "FakeGpuNumber"),
        ("4xT4,switch=3", "FakeGpuGroups"),
        ("4xT4,switch=0", "FakeGpuGroups"),
        ("4xT4,switch=4", "FakeGpuGroups"),
        ("4xT4,switch=2,socket=2", "FakeGpuGroups"),
    ],
)
def test_what_cannot_be_described_is_told_with_what_can(written: str, code: str) -> None:
    with pytest.raises(PaiError) as failed:
        read_fake_gpus(written)
    problem = failed.value.first
    assert problem.code == code
    assert all(message(code, problem.params, language).fix for language in LANGUAGES)


def test_every_model_that_can_be_described_is_of_a_generation_that_is_known() -> None:
    with pytest.raises(PaiError) as failed:
        read_fake_gpus("?")
    models = str(failed.value.first.params["known"]).split(", ")
    assert V100 in models
    assert all(generation_of(read_fake_gpus(model).gpus[0].compute_capability) for model in models)
    assert all(read_fake_gpus(model).gpus[0].model == model for model in models)
