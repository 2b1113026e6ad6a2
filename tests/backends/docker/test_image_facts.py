"""What an engine says of images and registries, as it really says it."""

from pathlib import Path

import pytest

from openpai.backends.docker.image_facts import (
    architecture,
    image_folder,
    listed_image,
    local_image,
    registry_settings,
)
from openpai.images.facts import ImageConfig, LocalImage
from openpai.images.registry.registries import RegistrySettings

DIGEST = f"sha256:{'d' * 64}"
ID = f"sha256:{'1' * 64}"


def test_mirrors_proxies_and_trust_are_the_engines() -> None:
    info = {
        "RegistryConfig": {
            "Mirrors": ["https://mirror.example/"],
            "InsecureRegistryCIDRs": ["127.0.0.0/8", "10.0.0.0/8"],
            "IndexConfigs": {
                "docker.io": {"Name": "docker.io", "Secure": True, "Official": True},
                "registry.lan:5000": {"Name": "registry.lan:5000", "Secure": False},
            },
        },
        "HttpProxy": "http://proxy:3128",
        "HttpsProxy": "http://proxy:3129",
        "NoProxy": "localhost,.lan",
    }
    assert registry_settings(info) == RegistrySettings(
        mirrors=("https://mirror.example/",),
        insecure=frozenset({"127.0.0.0/8", "10.0.0.0/8", "registry.lan:5000"}),
        http_proxy="http://proxy:3128",
        https_proxy="http://proxy:3129",
        no_proxy="localhost,.lan",
    )


def test_an_engine_without_settings_has_none() -> None:
    assert registry_settings({"RegistryConfig": None, "HttpProxy": ""}) == RegistrySettings()


@pytest.mark.parametrize(
    ("kernel", "go"), [("x86_64", "amd64"), ("aarch64", "arm64"), ("riscv64", "riscv64")]
)
def test_an_architecture_is_told_in_gos_word(kernel: str, go: str) -> None:
    assert architecture({"Architecture": kernel}) == go


def test_a_listed_image() -> None:
    entry = {
        "Id": ID,
        "RepoTags": ["team/tool:v1", "localhost:5000/team/tool:v1"],
        "RepoDigests": [f"team/tool@{DIGEST}"],
        "Created": 1_700_000_000,
        "Size": 42,
    }
    names = ("team/tool:v1", "localhost:5000/team/tool:v1")
    assert listed_image(entry) == LocalImage(ID, names, (f"team/tool@{DIGEST}",), 42, 1_700_000_000_000)


def test_an_image_without_a_name_has_none() -> None:
    entry = {
        "Id": ID,
        "RepoTags": ["<none>:<none>"],
        "RepoDigests": ["<none>@<none>"],
        "Created": 0,
        "Size": 1,
    }
    found = listed_image(entry)
    assert (found.names, found.digests) == ((), ())
    assert listed_image({**entry, "RepoTags": None, "RepoDigests": None}) == found


def test_an_inspected_image_has_its_configuration() -> None:
    inspect = {
        "Id": ID,
        "RepoTags": [],
        "RepoDigests": [],
        "Created": "2024-05-01T12:00:00.123456789Z",
        "Size": 7,
        "Architecture": "arm64",
        "Os": "linux",
        "Variant": "v8",
        "Config": {"Env": ["PATH=/bin", "A=b=c"], "Labels": {"x": "y"}},
        "RootFS": {"Type": "layers", "Layers": ["sha256:l1", "sha256:l2"]},
    }
    found = local_image(inspect)
    assert found.created_at == 1_714_564_800_123
    assert found.config == ImageConfig(
        "arm64", "linux", "v8", {"PATH": "/bin", "A": "b=c"}, {"x": "y"}, ("sha256:l1", "sha256:l2")
    )


def test_an_image_that_says_little_of_itself() -> None:
    found = local_image({"Id": ID, "Size": 0, "Config": None, "Created": "0001-01-01T00:00:00Z"})
    assert (found.created_at, found.config) == (0, ImageConfig(""))
    assert local_image({"Id": ID, "Size": 0}).created_at == 0


def test_images_lie_in_the_engines_folder(tmp_path: Path) -> None:
    info = {"DockerRootDir": str(tmp_path), "DriverStatus": [["Backing Filesystem", "extfs"]]}
    assert image_folder(info) == tmp_path
    (tmp_path / "containerd").mkdir()
    snapshots = [["driver-type", "io.containerd.snapshotter.v1"]]
    assert image_folder({**info, "DriverStatus": snapshots}) == tmp_path
