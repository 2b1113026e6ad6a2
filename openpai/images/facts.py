"""What is known of an image: what its registry says of it, what an engine has of it. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpai.errors import Problem
from openpai.images.reference import ImageReference


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What an image says of itself. `architecture` and `os` are Go's words ("amd64", "linux").

    `diff_ids`: the digests of its layers as they are unpacked, the lowest first.
    """

    architecture: str
    os: str = "linux"
    variant: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    diff_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many pulls a registry still allows, from its `RateLimit-*` headers; None where it does not say."""

    limit: int | None
    remaining: int | None
    window_s: int | None


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """An image in its registry.

    `digest`: of what the tag names, a list of images or one image; `manifest_digest`: of the one image in it for
    the platform that was asked for. Sizes are of the compressed layers, as they come over the network, in bytes.
    """

    digest: str
    manifest_digest: str
    config: ImageConfig
    layer_bytes: tuple[int, ...]
    platforms: tuple[str, ...]
    rate_limit: RateLimit | None = None

    @property
    def download_bytes(self) -> int:
        return sum(self.layer_bytes)


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image that an engine has. `id` is `sha256:…` of its configuration.

    `names` are its tags (`localhost:5000/team/tool:v1`, as `ImageReference.familiar`); `digests` are where it was
    pulled from (`localhost:5000/team/tool@sha256:…`): none for an image that was made here.
    `config` is None in lists, where an engine does not tell it.
    """

    id: str
    names: tuple[str, ...]
    digests: tuple[str, ...]
    size_bytes: int
    created_at: int
    config: ImageConfig | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an image in its registry has found: the image, or the problem that kept from seeing it.

    `certain`: the registry itself said no, and will again; else it could not be asked. `warnings` are worth telling
    although the image was seen. `elapsed_ms` is how long the look took.
    """

    reference: ImageReference
    image: RemoteImage | None = None
    problem: Problem | None = None
    certain: bool = False
    warnings: tuple[Problem, ...] = ()
    elapsed_ms: int = 0
