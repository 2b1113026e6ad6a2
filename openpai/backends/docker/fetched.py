"""How an image that was loaded, and not pulled, is known by the digest that it has in its registry. Pure.

An engine notes that digest when it pulls, and never else. So what we load gets a name of ours, and that name is read
back as a digest: to all others the image looks as if it were pulled, and is found by its digest, looked for in its
registry with each user's own rights, and cleaned away. No registry can give an image such a name, for `.invalid` is
nobody's; and nobody finds an image by it.
"""

import re

from openpai.errors import PaiError
from openpai.images.reference import LONGEST_REPOSITORY, ImageReference, parse_reference

_PLACE = "openpai.invalid"
_TAG = re.compile(r"sha256-([0-9a-f]{64})")


def fetched_name(image: ImageReference) -> str | None:
    """The name for an image with this digest: `openpai.invalid/gpu.example.comq3a5000/team/tool:sha256-…`; None where
    there can be none (it would be too long, or the digest is of another kind)."""
    algorithm, _, value = (image.digest or "").partition(":")
    registry = re.sub("[^a-pr-z0-9.-]", lambda char: f"q{ord(char[0]):02x}", image.registry)
    repository = f"{registry}/{image.repository}"
    if algorithm != "sha256" or len(repository) > LONGEST_REPOSITORY:
        return None
    return f"{_PLACE}/{repository}:sha256-{value}"


def is_fetched_name(name: str) -> bool:
    return name.startswith(f"{_PLACE}/")


def origin(name: str) -> str | None:
    """Of a name of ours, where the image is from: `gpu.example.com:5000/team/tool@sha256:…`; None of another."""
    try:
        given = parse_reference(name)
    except PaiError:  # a name that older engines accepted
        return None
    tag = _TAG.fullmatch(given.tag or "")
    registry, _, repository = given.repository.partition("/")
    if given.registry != _PLACE or tag is None or not repository:
        return None
    registry = re.sub("q([0-9a-f]{2})", lambda code: chr(int(code[1], 16)), registry)
    return str(ImageReference(registry, repository, None, f"sha256:{tag[1]}"))
