"""Image references, by the grammar of the distribution project: `[registry/]repository[:tag][@digest]`.

Accepts what Docker accepts, capitals in tags included. Called by admission, and by whoever pulls or looks up.
"""

import re
from dataclasses import dataclass

from openpai.errors import PaiError, fail

DOCKER_HUB = "docker.io"
OFFICIAL = "library/"
DEFAULT_TAG = "latest"
LONGEST_REPOSITORY = 255  # characters, registry not counted

_HUB_NAMES = frozenset({DOCKER_HUB, f"index.{DOCKER_HUB}"})
_REGISTRY = re.compile(
    r"(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
    r"(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
    r"|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
)
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_BAD_FORMAT = "invalid reference format"  # Docker's words, as are all that go into `docker=`


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A complete reference: `registry` and `repository` are always there, `tag` and `digest` perhaps."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def canonical(self) -> str:
        """With everything spelled out: `docker.io/library/ubuntu:latest`."""
        return f"{self.registry}/{self.repository}{self._suffix}"

    @property
    def familiar(self) -> str:
        """As docker shows it, `ubuntu:latest`, unless that would read as something else."""
        short = self.repository.removeprefix(OFFICIAL)
        if "/" in short:
            short = self.repository
        if self.registry != DOCKER_HUB or _split_registry(short)[0] != DOCKER_HUB:
            return self.canonical
        return self.canonical if _is_id(short + self._suffix) else short + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.familiar


def parse_reference(text: str) -> ImageReference:
    """Read a reference as docker does: Docker Hub, `library/` and `latest` are filled in.

    Raises PaiError: InvalidImageReference with the part that is wrong, ImageIsId, ImageHasScheme,
    ImageNameUppercase, ImageNameTooLong; each with the words that Docker has for it.

    >>> parse_reference("ubuntu").canonical
    'docker.io/library/ubuntu:latest'
    """
    if "://" in text:
        raise fail("ImageHasScheme", reference=text[:300], bare=text[:300].partition("://")[2])
    if _is_id(text):
        raise fail("ImageIsId", reference=text, docker=_says_of_id(text))
    name, at, digest = text.partition("@")
    registry, written = _split_registry(name)
    written, colon, tag = written.partition(":")
    registry, repository = _complete(registry, written)
    _check_capitals(text, written, repository)
    parts = [
        ("digest", digest, not at or _DIGEST.fullmatch(digest)),
        ("tag", tag, not colon or _TAG.fullmatch(tag)),
        ("registry", registry, _REGISTRY.fullmatch(registry)),
        ("repository", written, all(_COMPONENT.fullmatch(part) for part in written.split("/"))),
    ]
    for part, value, is_well_formed in parts:
        if not is_well_formed:
            raise _invalid(text, part, value)
    if len(repository) > LONGEST_REPOSITORY:
        says = f"repository name must not be more than {LONGEST_REPOSITORY} characters"
        raise fail("ImageNameTooLong", repository=written[:60] + "…", limit=LONGEST_REPOSITORY, docker=says)
    if at:
        _check_checksum(text, digest)
    return ImageReference(registry, repository, tag or (None if at else DEFAULT_TAG), digest or None)


def _is_id(text: str) -> bool:
    """Whether docker takes it for an image's id, not for a name."""
    algorithm, _, value = text.partition(":")
    return bool(_IDENTIFIER.fullmatch(text)) or (
        _HEX_LENGTHS.get(algorithm) == len(value) and re.fullmatch(r"[a-f0-9]+", value) is not None
    )


def _says_of_id(text: str) -> str:
    if ":" in text:
        return f"No such image: {text}"
    return f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"


def _split_registry(name: str) -> tuple[str, str]:
    """The part before the first slash is a registry when it cannot be a user's name."""
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or first != first.lower() or any(c in first for c in ".:[")):
        return first, rest
    return DOCKER_HUB, name


def _complete(registry: str, repository: str) -> tuple[str, str]:
    """Docker Hub by its one name, with `library/` where nobody is named."""
    if registry not in _HUB_NAMES:
        return registry, repository
    return DOCKER_HUB, repository if "/" in repository else OFFICIAL + repository


def _check_capitals(text: str, written: str, repository: str) -> None:
    if written == written.lower():
        return
    raise fail(
        "ImageNameUppercase",
        reference=text[:300],
        repository=written[:300],
        lower=written.lower()[:300],
        docker=f"{_BAD_FORMAT}: repository name ({repository[:300]}) must be lowercase",
    )


def _check_checksum(text: str, digest: str) -> None:
    algorithm, _, value = digest.partition(":")
    length = _HEX_LENGTHS.get(algorithm)
    if length is None:
        raise _invalid(text, "digest", digest, "unsupported digest algorithm")
    if len(value) != length:
        raise _invalid(text, "digest", digest, "invalid checksum digest length")
    if value != value.lower():
        raise _invalid(text, "digest", digest, "invalid checksum digest format")


def _invalid(text: str, part: str, value: str, docker: str = _BAD_FORMAT) -> PaiError:
    return fail("InvalidImageReference", reference=text[:300], part=part, value=value[:300], docker=docker)
