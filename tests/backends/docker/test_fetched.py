"""The name under which an engine keeps an image that was loaded says where the image is from."""

from hypothesis import given
from hypothesis import strategies as st

from openpai.backends.docker.fetched import fetched_name, is_fetched_name, origin
from openpai.backends.docker.image_facts import local_image
from openpai.images.reference import LONGEST_REPOSITORY, parse_reference

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"

label = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
host = st.one_of(
    st.builds(lambda labels: ".".join((*labels, "Qq")), st.lists(label, min_size=1, max_size=3)),
    st.sampled_from(["localhost", "10.0.0.1", "[fe80::1]", "[::1]"]),
)
registry = st.builds(lambda name, port: name + port, host, st.sampled_from([":5000", ":443"]))
repository = st.sampled_from(["tool", "team/tool", "a/b__c/d-e.f", "q3a/q"])


@given(registry, repository)
def test_it_can_be_read_back(registry: str, repository: str) -> None:
    reference = parse_reference(f"{registry}/{repository}:v1@{DIGEST}")
    name = fetched_name(reference)
    assert name is not None
    assert str(parse_reference(name)) == name, "an engine takes it"
    assert is_fetched_name(name)
    assert origin(name) == f"{registry}/{repository}@{DIGEST}"


def test_it_is_a_name_of_ours_alone() -> None:
    for other in ("busybox:latest", f"gpu.example.com/openpai.invalid/tool:sha256-{HEX}", "Not:A:name"):
        assert not is_fetched_name(other)
        assert origin(other) is None
    assert origin("openpai.invalid/gpu.example.com/tool:v1") is None
    assert origin(f"openpai.invalid/tool:sha256-{HEX}") is None


def test_there_is_none_for_what_an_engine_would_not_take() -> None:
    assert fetched_name(parse_reference("gpu.example.com/tool:v1")) is None
    assert fetched_name(parse_reference(f"gpu.example.com/tool@sha512:{HEX}{HEX}")) is None
    longest = "x" * LONGEST_REPOSITORY
    assert fetched_name(parse_reference(f"gpu.example.com/{longest}@{DIGEST}")) is None


def test_an_image_is_shown_as_if_it_were_pulled() -> None:
    name = f"gpu.example.com:5000/team/tool@{DIGEST}"
    own = fetched_name(parse_reference(name))
    inspected = {"Id": DIGEST, "Size": 1, "RepoTags": [own, "gpu.example.com:5000/team/tool:v1"]}
    found = local_image(inspected)
    assert (found.names, found.digests) == (("gpu.example.com:5000/team/tool:v1",), (name,))
    assert local_image({**inspected, "RepoDigests": [name]}).digests == (name,)
