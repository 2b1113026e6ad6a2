"""Manifests and configurations of images, as registries keep them: Docker's version 2 and OCI's. Pure.

What is no image raises `Unfit` with the error code and the parameters that are known here.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpai.images.facts import ImageConfig
from openpai.images.registry.platform import Platform, rank

MANIFEST_LIMIT = 4 * 2**20  # bytes, as registries have it
CONFIG_LIMIT = 8 * 2**20

_DOCKER = "application/vnd.docker."
_OCI = "application/vnd.oci.image."
_INDEXES = (f"{_DOCKER}distribution.manifest.list.v2+json", f"{_OCI}index.v1+json")
_MANIFESTS = (f"{_DOCKER}distribution.manifest.v2+json", f"{_OCI}manifest.v1+json")
_OUTDATED = (f"{_DOCKER}distribution.manifest.v1+json", f"{_DOCKER}distribution.manifest.v1+prettyjws")
_CONFIGS = (f"{_DOCKER}container.image.v1+json", f"{_OCI}config.v1+json", "application/octet-stream", "")
_LAYERS = (f"{_DOCKER}image.rootfs.", f"{_OCI}layer.")

ACCEPT = ", ".join((*_INDEXES, *_MANIFESTS, *(f"{kind};q=0.1" for kind in _OUTDATED)))
"""For the `Accept` header. Outdated manifests are asked for too, so that they can be named as what they are."""

_DIGEST = re.compile(r"(?:sha256|sha384|sha512):[0-9a-f]{64,128}")


class Unfit(Exception):
    """What the registry has under the name does not run: an error code, and parameters of its text."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer as it comes over the network; `size` in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image: where its configuration and its layers are."""

    config_digest: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A list of images, each for a platform: (digest, platform), where an entry is an image at all."""

    entries: tuple[tuple[str, Platform], ...]

    @property
    def platforms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(platform) for _, platform in self.entries if platform.architecture))

    def choose(self, engine: str) -> str:
        """The digest of the image that suits an engine of this architecture best. Raises Unfit."""
        ranked = [(order, digest) for digest, on in self.entries if (order := rank(on, engine)) is not None]
        if not self.entries:
            raise Unfit("NotAnImage", what="a list without any image")
        if not ranked:
            raise wrong_platform(self.platforms, engine)
        return min(ranked, key=lambda pair: pair[0])[1]


def wrong_platform(platforms: Sequence[str], engine: str) -> Unfit:
    return Unfit("ImageWrongPlatform", platforms=", ".join(platforms), needed=f"linux/{engine}")


def digest_of(body: bytes, like: str = "") -> str:
    """The digest of a body, by the algorithm of `like`, which may be it; SHA-256 where that is none."""
    algorithm = like.partition(":")[0] if _DIGEST.fullmatch(like) else "sha256"
    return f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"


def read_manifest(body: bytes, content_type: str) -> Manifest | Index:
    """Read what `/manifests/` answers. Raises Unfit for what is no image, ValueError for what is no manifest."""
    found = _mapping(json.loads(body))
    kind = str(found.get("mediaType") or content_type.partition(";")[0].strip())
    if kind in _OUTDATED or found.get("schemaVersion") == 1:
        raise Unfit("ImageFormatOutdated")
    if kind in _INDEXES or ("manifests" in found and kind not in _MANIFESTS):
        return Index(tuple(_entry(item) for item in _items(found, "manifests") if _is_image(item)))
    if "config" not in found:
        raise ValueError("a manifest without config")
    return _manifest(found)


def read_config(body: bytes) -> ImageConfig:
    """Read an image's configuration. Raises Unfit where it is that of something else."""
    try:
        found = _mapping(json.loads(body))
    except (ValueError, RecursionError):
        raise Unfit("NotAnImage", what="its configuration is no JSON object") from None
    rootfs = found.get("rootfs")
    if not isinstance(rootfs, dict):
        raise Unfit("NotAnImage", what="its configuration names no file system (rootfs)")
    config = found.get("config")
    config = config if isinstance(config, dict) else {}
    labels = config.get("Labels")
    return ImageConfig(
        architecture=str(found.get("architecture") or ""),
        os=str(found.get("os") or "linux"),
        variant=str(found.get("variant") or ""),
        environment=dict(str(line).partition("=")[::2] for line in _list(config.get("Env"))),
        labels={str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {},
        diff_ids=tuple(str(digest) for digest in _list(rootfs.get("diff_ids"))),
    )


def _manifest(found: Mapping[str, object]) -> Manifest:
    config = _mapping(found["config"])
    artifact = str(found.get("artifactType") or "")
    kind = str(config.get("mediaType") or "")
    if artifact or kind not in _CONFIGS:
        raise Unfit("NotAnImage", what=artifact or kind)
    layers = _items(found, "layers")
    for layer in layers:
        if not str(layer.get("mediaType") or "").startswith(_LAYERS):
            raise Unfit("NotAnImage", what=str(layer.get("mediaType") or "a layer of no type"))
    sizes = (int(str(layer.get("size") or 0)) for layer in layers)
    parts = (Layer(_digest(layer), size) for layer, size in zip(layers, sizes, strict=True))
    return Manifest(_digest(config), tuple(parts))


def _is_image(item: Mapping[str, object]) -> bool:
    """Attestations and signatures lie in lists beside the images that they are about."""
    platform = item.get("platform")
    unknown = isinstance(platform, dict) and platform.get("os") == "unknown"
    return (
        str(item.get("mediaType") or _MANIFESTS[0]) in _MANIFESTS
        and not unknown
        and not item.get("artifactType")
    )


def _entry(item: Mapping[str, object]) -> tuple[str, Platform]:
    given = item.get("platform")
    of: Mapping[str, object] = given if isinstance(given, dict) else {}
    words = [str(of.get(name) or "") for name in ("architecture", "os", "variant")]
    return _digest(item), Platform(*words)


def _digest(descriptor: Mapping[str, object]) -> str:
    digest = str(descriptor.get("digest"))
    if not _DIGEST.fullmatch(digest):
        raise ValueError("a part without a digest")
    return digest


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _items(found: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    items = found.get(name)
    if not isinstance(items, list):
        raise ValueError(f"a manifest without {name}")
    return [_mapping(item) for item in items]


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
