"""Manifests are read, the image that suits the engine is chosen, and what is no image is told from one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.registry.manifest import Index, Layer, Manifest, Unfit, read_config, read_manifest
from openpai.images.registry.platform import Platform, rank

OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker.distribution.manifest."
CONFIG: dict[str, str] = {"mediaType": f"{OCI}config.v1+json", "digest": f"sha256:{'c' * 64}"}
LAYER = {"mediaType": f"{OCI}layer.v1.tar+zstd", "digest": f"sha256:{'1' * 64}", "size": 7}


def read(content_type: str = "", **fields: object) -> Manifest | Index:
    return read_manifest(json.dumps({"schemaVersion": 2, **fields}).encode(), content_type)


def listing(*platforms: Platform) -> Index:
    return Index(tuple((f"sha256:{number}", platform) for number, platform in enumerate(platforms)))


def test_a_manifest_names_its_configuration_and_its_layers() -> None:
    found = read(f"{OCI}manifest.v1+json; charset=utf-8", config=CONFIG, layers=[LAYER, LAYER])
    assert found == Manifest(CONFIG["digest"], (Layer(f"sha256:{'1' * 64}", 7),) * 2)


@pytest.mark.parametrize("kind", [f"{OCI}index.v1+json", f"{DOCKER}list.v2+json", ""])
def test_of_a_list_only_images_count(kind: str) -> None:
    image = {
        "mediaType": f"{OCI}manifest.v1+json",
        "digest": CONFIG["digest"],
        "platform": {"architecture": "arm", "os": "linux", "variant": "v7"},
    }
    attestation = {**image, "platform": {"architecture": "unknown", "os": "unknown"}}
    artifact = {**image, "artifactType": "application/x"}
    nested = {**image, "mediaType": f"{OCI}index.v1+json"}
    found = read(kind, manifests=[attestation, image, artifact, nested])
    assert found == Index(((CONFIG["digest"], Platform("arm", "linux", "v7")),))
    assert found.platforms == ("linux/arm/v7",)


@pytest.mark.parametrize(
    ("engine", "chosen"),
    [("amd64", "sha256:3"), ("arm64", "sha256:2"), ("arm", "sha256:1"), ("386", "sha256:0")],
)
def test_the_image_that_suits_the_engine_best_is_chosen(engine: str, chosen: str) -> None:
    index = listing(
        Platform("386"), Platform("arm", variant="v7"), Platform("arm64", variant="v8"), Platform("amd64"),
        Platform("amd64", variant="v3"), Platform("amd64", "windows"),
    )  # fmt: skip
    assert index.choose(engine) == chosen


@pytest.mark.parametrize(
    ("platform", "engine", "runs"),
    [
        (Platform("386"), "amd64", True),
        (Platform("arm", variant="v6"), "arm64", True),
        (Platform("amd64"), "386", False),
        (Platform("amd64", variant="v3"), "amd64", False),
        (Platform("amd64", "windows"), "amd64", False),
        (Platform("s390x"), "amd64", False),
        (Platform("ppc64le"), "ppc64le", True),
        (Platform(""), "amd64", True),
    ],
)
def test_a_platform_runs_on_an_engine_or_does_not(platform: Platform, engine: str, runs: bool) -> None:
    assert (rank(platform, engine) is not None) is runs


def test_a_list_for_other_engines_is_told_with_its_platforms() -> None:
    with pytest.raises(Unfit) as caught:
        listing(Platform("s390x"), Platform("arm", variant="v7")).choose("amd64")
    assert caught.value.code == "ImageWrongPlatform"
    assert caught.value.params == {"platforms": "linux/s390x, linux/arm/v7", "needed": "linux/amd64"}


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"config": CONFIG, "layers": [], "artifactType": "application/x-sbom"}, "application/x-sbom"),
        (
            {"config": {**CONFIG, "mediaType": "application/vnd.cncf.helm.config.v1+json"}, "layers": []},
            "helm",
        ),
        (
            {
                "config": CONFIG,
                "layers": [{**LAYER, "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json"}],
            },
            "cosign",
        ),
    ],
)
def test_charts_signatures_and_artifacts_are_no_images(fields: dict[str, object], what: str) -> None:
    with pytest.raises(Unfit) as caught:
        read_manifest(json.dumps(fields).encode(), "")
    assert caught.value.code == "NotAnImage"
    assert what in caught.value.params["what"]


def test_a_list_without_images_is_none() -> None:
    with pytest.raises(Unfit, match="NotAnImage"):
        Index(()).choose("amd64")


def test_the_first_schema_is_told_as_outdated() -> None:
    with pytest.raises(Unfit, match="ImageFormatOutdated"):
        read(f"{DOCKER}v1+prettyjws", schemaVersion=1, fsLayers=[])


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b"{}", b'{"config": 1}', b'{"config": {}}', b'{"manifests": 1}']
)
def test_what_is_no_manifest_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # its words are not told to anybody
        read_manifest(body, "")


def test_a_configuration_tells_environment_labels_and_platform() -> None:
    config = {"Env": ["PATH=/bin", "A=b=c", "ALONE"], "Labels": {"n": 1}}
    rootfs = {"type": "layers", "diff_ids": ["sha256:d"]}
    body = {"architecture": "arm64", "os": "linux", "variant": "v8", "config": config, "rootfs": rootfs}
    found = read_config(json.dumps(body).encode())
    assert found.environment == {"PATH": "/bin", "A": "b=c", "ALONE": ""}
    assert (found.labels, found.diff_ids) == ({"n": "1"}, ("sha256:d",))
    assert (found.architecture, found.os, found.variant) == ("arm64", "linux", "v8")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"rootfs": null}'])
def test_a_configuration_without_a_file_system_is_none_of_an_image(body: bytes) -> None:
    with pytest.raises(Unfit, match="NotAnImage"):
        read_config(body)


_NAMES = st.sampled_from(
    [
        "config",
        "layers",
        "manifests",
        "digest",
        "mediaType",
        "platform",
        "size",
        "rootfs",
        "Env",
        "Labels",
        "diff_ids",
    ]
)
_ANYTHING = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=3)
    | st.just(CONFIG["mediaType"])
    | st.just(CONFIG["digest"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5),
)


@given(_ANYTHING)
def test_whatever_a_registry_sends_is_read_or_told_to_be_nothing(anything: object) -> None:
    body = json.dumps(anything).encode()
    for read_it in (lambda: read_manifest(body, ""), lambda: read_config(body)):
        try:
            read_it()
        except (Unfit, ValueError):
            continue
