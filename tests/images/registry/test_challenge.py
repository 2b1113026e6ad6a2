"""Challenges are read as RFC 9110 writes them, and as servers write them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.registry.challenge import Challenge, parse_challenges

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"'


@pytest.mark.parametrize(
    ("header", "challenges"),
    [
        ("", []),
        ("Basic", [("basic", {})]),
        ('Basic realm="a, \\"b\\" = c"', [("basic", {"realm": 'a, "b" = c'})]),
        ("BASIC Realm=x , charset = UTF-8", [("basic", {"realm": "x", "charset": "UTF-8"})]),
        ('Negotiate abc==, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        ('Negotiate, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        (", ,Basic realm=x,,Other", [("basic", {"realm": "x"}), ("other", {})]),
        (
            "Bearer realm=https://x/token,service=y",
            [("bearer", {"realm": "https://x/token", "service": "y"})],
        ),
        ('?, "odd", Basic realm=x', [("basic", {"realm": "x"})]),
        (
            HUB,
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
    ],
)
def test_a_header_is_read(header: str, challenges: list[tuple[str, Mapping[str, str]]]) -> None:
    assert list(parse_challenges(header)) == [Challenge(*challenge) for challenge in challenges]


_TOKENS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)
_CHALLENGES = st.builds(
    Challenge, _TOKENS, st.dictionaries(_TOKENS, st.text(st.characters(codec="latin-1")), max_size=3)
)


@given(st.lists(_CHALLENGES, max_size=4))
def test_what_was_written_is_read_again(challenges: list[Challenge]) -> None:
    written = ", ".join(
        f"{c.scheme} " + ", ".join(f"{name}={_quoted(value)}" for name, value in c.params.items())
        for c in challenges
    )
    assert list(parse_challenges(written)) == challenges


@given(st.text(max_size=80))
def test_nothing_that_a_server_sends_is_an_error(header: str) -> None:
    parse_challenges(header)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
