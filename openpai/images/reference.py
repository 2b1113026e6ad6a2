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
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")  # docker takes it for an image's id, not its name
_HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}


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
        return short + self._suffix

    @property
    def _suffix(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    def __str__(self) -> str:
        return self.familiar


def parse_reference(text: str) -> ImageReference:
    """Read a reference as docker does: Docker Hub, `library/` and `latest` are filled in.

    Raises PaiError: InvalidImageReference with the part that is wrong, ImageHasScheme, ImageNameUppercase,
    ImageNameTooLong.

    >>> parse_reference("ubuntu").canonical
    'docker.io/library/ubuntu:latest'
    """
    if "://" in text:
        raise fail("ImageHasScheme", reference=text[:300], bare=text[:300].partition("://")[2])
    if _IDENTIFIER.fullmatch(text):
        raise _invalid(text, "repository", text)
    name, at, digest = text.partition("@")
    if at:
        _check_digest(text, digest)
    registry, repository = _split_registry(name)
    repository, colon, tag = repository.partition(":")
    if colon and not _TAG.fullmatch(tag):
        raise _invalid(text, "tag", tag)
    if not _REGISTRY.fullmatch(registry):
        raise _invalid(text, "registry", registry)
    _check_repository(text, repository)
    if registry in _HUB_NAMES:
        registry = DOCKER_HUB
        repository = repository if "/" in repository else OFFICIAL + repository
    return ImageReference(registry, repository, tag or (None if at else DEFAULT_TAG), digest or None)


def _split_registry(name: str) -> tuple[str, str]:
    """The part before the first slash is a registry when it cannot be a user's name."""
    first, slash, rest = name.partition("/")
    if slash and (first == "localhost" or first != first.lower() or any(c in first for c in ".:[")):
        return first, rest
    return DOCKER_HUB, name


def _check_repository(text: str, repository: str) -> None:
    if repository != repository.lower():
        raise fail("ImageNameUppercase", reference=text, repository=repository, lower=repository.lower())
    if not repository or not all(_COMPONENT.fullmatch(part) for part in repository.split("/")):
        raise _invalid(text, "repository", repository)
    if len(repository) > LONGEST_REPOSITORY:
        raise fail("ImageNameTooLong", repository=repository[:60] + "…", limit=LONGEST_REPOSITORY)


def _check_digest(text: str, digest: str) -> None:
    algorithm, _, value = digest.partition(":")
    length = _HEX_LENGTHS.get(algorithm)
    if not _DIGEST.fullmatch(digest) or length is None or len(value) != length or value != value.lower():
        raise _invalid(text, "digest", digest)


def _invalid(text: str, part: str, value: str) -> PaiError:
    return fail("InvalidImageReference", reference=text[:300], part=part, value=value[:300])
