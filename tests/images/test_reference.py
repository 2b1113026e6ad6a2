"""Image references are read as docker reads them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.errors import PaiError
from openpai.images.reference import ImageReference, parse_reference

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"


@pytest.mark.parametrize(
    ("text", "canonical", "familiar"),
    [
        ("ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
        ("ubuntu:22.04", "docker.io/library/ubuntu:22.04", "ubuntu:22.04"),
        ("library/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
        ("docker.io/ubuntu", "docker.io/library/ubuntu:latest", "ubuntu:latest"),
        ("index.docker.io/a/b:1", "docker.io/a/b:1", "a/b:1"),
        ("a/b/c", "docker.io/a/b/c:latest", "a/b/c:latest"),
        ("localhost/x", "localhost/x:latest", "localhost/x:latest"),
        ("host:5000/x", "host:5000/x:latest", "host:5000/x:latest"),
        ("Host/x", "Host/x:latest", "Host/x:latest"),
        ("reg.example.org/a/b:1.0-RC1", "reg.example.org/a/b:1.0-RC1", "reg.example.org/a/b:1.0-RC1"),
        ("[::1]:5000/x:T", "[::1]:5000/x:T", "[::1]:5000/x:T"),
        (f"ubuntu@{DIGEST}", f"docker.io/library/ubuntu@{DIGEST}", f"ubuntu@{DIGEST}"),
        (f"a.b/c:1@{DIGEST}", f"a.b/c:1@{DIGEST}", f"a.b/c:1@{DIGEST}"),
        (f"x@sha512:{HEX}{HEX}", f"docker.io/library/x@sha512:{HEX}{HEX}", f"x@sha512:{HEX}{HEX}"),
        ("library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest"),
        ("docker.io/localhost/x", "docker.io/localhost/x:latest", "docker.io/localhost/x:latest"),
        ("docker.io/a.b/x", "docker.io/a.b/x:latest", "docker.io/a.b/x:latest"),
        ("a__b/c-----d/e.f_g", "docker.io/a__b/c-----d/e.f_g:latest", "a__b/c-----d/e.f_g:latest"),
        (f"docker.io/{HEX}", f"docker.io/library/{HEX}:latest", f"{HEX}:latest"),
        (f"docker.io/{DIGEST}", f"docker.io/library/{DIGEST}", f"docker.io/library/{DIGEST}"),
        ("x:5000", "docker.io/library/x:5000", "x:5000"),
        ("a" * 247, f"docker.io/library/{'a' * 247}:latest", f"{'a' * 247}:latest"),
    ],
)
def test_a_reference_has_a_full_and_a_familiar_form(text: str, canonical: str, familiar: str) -> None:
    reference = parse_reference(text)
    assert (reference.canonical, reference.familiar, str(reference)) == (canonical, familiar, familiar)


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("", "InvalidImageReference", "repository"),
        (" ubuntu", "InvalidImageReference", "repository"),
        ("a//b", "InvalidImageReference", "repository"),
        ("a/b/", "InvalidImageReference", "repository"),
        ("a___b", "InvalidImageReference", "repository"),
        ("a..b", "InvalidImageReference", "repository"),
        ("-a", "InvalidImageReference", "repository"),
        (HEX, "ImageIsId", None),
        (DIGEST, "ImageIsId", None),
        ("reg.example.org/", "InvalidImageReference", "repository"),
        ("镜像", "InvalidImageReference", "repository"),
        ("x\n", "InvalidImageReference", "repository"),
        ("x:", "InvalidImageReference", "tag"),
        ("x:-1", "InvalidImageReference", "tag"),
        ("x:1:2", "InvalidImageReference", "tag"),
        ("x:" + "t" * 129, "InvalidImageReference", "tag"),
        ("x:1\n", "InvalidImageReference", "tag"),
        ("<% $parameters.image %>", "InvalidImageReference", "repository"),
        ("host:port/x", "InvalidImageReference", "registry"),
        ("-a.b/x", "InvalidImageReference", "registry"),
        ("x@", "InvalidImageReference", "digest"),
        ("x@sha256:abc", "InvalidImageReference", "digest"),
        (f"x@{DIGEST.upper()}", "InvalidImageReference", "digest"),
        (f"x@md5:{HEX}", "InvalidImageReference", "digest"),
        (f"x@{DIGEST}@{DIGEST}", "InvalidImageReference", "digest"),
        ("Ubuntu", "ImageNameUppercase", None),
        ("reg.example.org/Team/x", "ImageNameUppercase", None),
        ("https://reg.example.org/x", "ImageHasScheme", None),
        ("docker://x", "ImageHasScheme", None),
        ("a" * 256, "ImageNameTooLong", None),
    ],
)
def test_what_docker_refuses_is_refused_with_the_part_that_is_wrong(
    text: str, code: str, part: str | None
) -> None:
    with pytest.raises(PaiError) as error:
        parse_reference(text)
    assert (error.value.first.code, error.value.first.params.get("part")) == (code, part)


components = st.from_regex(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*", fullmatch=True).filter(lambda c: len(c) < 30)
references = st.builds(
    ImageReference,
    registry=st.sampled_from(["docker.io", "localhost", "reg.example.org:5000", "10.0.0.1", "[::1]:80", "Big"]),
    repository=st.lists(components, min_size=2, max_size=4).map("/".join)
    | components.map("library/{}".format),
    tag=st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True),
    digest=st.just(DIGEST),
)  # fmt: skip


@given(references)
@settings(max_examples=200, deadline=None)
def test_both_forms_read_back_as_the_same_reference(reference: ImageReference) -> None:
    assert parse_reference(reference.canonical) == reference
    assert parse_reference(reference.familiar) == reference


@given(references)
@settings(max_examples=100, deadline=None)
def test_the_full_form_is_its_own_full_form(reference: ImageReference) -> None:
    assert parse_reference(reference.canonical).canonical == reference.canonical
    assert str(parse_reference(str(reference))) == str(reference)


spoilers = st.sampled_from(
    [("registry", "-r.example.org"), ("registry", "r.example.org:x"), ("repository", "a..b"), ("repository", ""),
     ("tag", ".1"), ("tag", "t" * 129), ("digest", "sha256:0"), ("digest", f"md5:{HEX}"), ("digest", DIGEST[:-1])]
)  # fmt: skip


@given(references, spoilers)
@settings(max_examples=100, deadline=None)
def test_an_error_names_the_part_that_is_wrong(reference: ImageReference, spoiler: tuple[str, str]) -> None:
    part, value = spoiler
    if part == "registry":
        wrong = f"{value}/{reference.repository}"
    elif part == "repository":
        wrong = f"{reference.registry}/{value}/{reference.repository}"
    elif part == "tag":
        wrong = f"{reference.registry}/{reference.repository}:{value}"
    else:
        wrong = f"{reference.registry}/{reference.repository}@{value}"
    with pytest.raises(PaiError) as error:
        parse_reference(wrong)
    assert (error.value.first.code, error.value.first.params["part"]) == ("InvalidImageReference", part)
    assert value in str(error.value.first.params["value"])
    assert error.value.first.params["docker"]


@given(st.text(alphabet="aZ0.:/@-_[]% \n镜", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except PaiError:
        return
    assert parse_reference(reference.canonical) == reference
