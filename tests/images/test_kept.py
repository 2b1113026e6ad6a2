"""What a job keeps of an image: enough to tell later which machines it needs, and nothing else of it."""

from hypothesis import given
from hypothesis import strategies as st

from openpai.images.catalogue.entries import find_image
from openpai.images.cuda.needs import needs_of
from openpai.images.facts import ImageConfig
from openpai.images.kept import KeptImage, keep
from openpai.images.lock import Lock
from openpai.images.reference import parse_reference

DIGEST = Lock(digest=f"sha256:{'a' * 64}")

words = st.dictionaries(
    st.sampled_from(["NVIDIA_REQUIRE_CUDA", "CUDA_VERSION", "NV_CUDA_COMPAT_PACKAGE", "PATH", "TOKEN"]),
    st.sampled_from(["cuda>=11.7", "12.4.1", "cuda-compat-12-4", "secret"]),
)


@given(words, st.dictionaries(st.sampled_from(["com.nvidia.cuda.version", "maintainer"]), st.just("11.0")))
def test_the_needs_are_those_of_the_image_itself(environment: dict[str, str], labels: dict[str, str]) -> None:
    config = ImageConfig("amd64", environment=environment, labels=labels)
    kept = keep(DIGEST, config, None)
    assert kept.needs == needs_of(config)
    assert KeptImage.of(kept.plain) == kept
    assert not {"PATH", "TOKEN", "maintainer"} & {*kept.environment, *kept.labels}


def test_the_catalogue_knows_better() -> None:
    entry = find_image(parse_reference("openpai/standard:python_3.6-pytorch_1.2.0-gpu"))
    kept = keep(DIGEST, ImageConfig("amd64", environment={"CUDA_VERSION": "9.0"}), entry)
    assert kept.needs is not None
    assert (kept.needs.cuda, kept.needs.min_driver) == ("10.0", "410.48")
    assert KeptImage.of(kept.plain) == kept


def test_of_an_image_that_says_nothing_only_the_lock_is_kept() -> None:
    assert keep(DIGEST, ImageConfig("amd64"), None).plain == {"digest": DIGEST.digest}
    assert keep(Lock(), None, None).plain == {}
    assert not KeptImage.of({}).lock
