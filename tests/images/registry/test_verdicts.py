"""What registries answer becomes what a person is told."""

import pytest

from openpai.images.credentials.credential import Credential
from openpai.images.facts import RateLimit
from openpai.images.reference import parse_reference
from openpai.images.registry.exchange import Response
from openpai.images.registry.verdicts import MAX_WORDS, Subject, login_is_elsewhere, rate_limit


@pytest.mark.parametrize(
    ("image", "registryuri", "corrected"),
    [
        ("team/img:v1", "https://harbor.example.com", "harbor.example.com/team/img:v1"),
        ("img", "harbor.example.com:5000/v2/", "harbor.example.com:5000/img:latest"),
        ("ghcr.io/team/img:v1", "harbor.example.com", "harbor.example.com/team/img:v1"),
        (f"img@sha256:{'0' * 64}", "reg.example.com", f"reg.example.com/img@sha256:{'0' * 64}"),
        ("ghcr.io/library/img", "reg.example.com", "reg.example.com/library/img:latest"),
        ("team/img", "https://index.docker.io/v1/", None),
        ("team/img", "docker.io", None),
        ("harbor.example.com/team/img", "https://Harbor.example.com:443/", None),
        ("team/img", "", None),
    ],
)
def test_a_log_in_for_another_registry_gives_the_name_that_was_meant(
    image: str, registryuri: str, corrected: str | None
) -> None:
    found = login_is_elsewhere(parse_reference(image), Credential("ada", "p", registryuri))
    assert (found.params["corrected"] if found else None) == corrected


@pytest.mark.parametrize(
    ("headers", "limit"),
    [
        ({}, None),
        ({"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"}, RateLimit(100, 76, 21600)),
        ({"ratelimit-remaining": "76"}, RateLimit(None, 76, None)),
        ({"ratelimit-limit": "many"}, RateLimit(None, None, None)),
    ],
)
def test_the_numbers_of_a_rate_limit_are_read(headers: dict[str, str], limit: RateLimit | None) -> None:
    assert rate_limit(Response(200, headers)) == limit


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"errors":[{"code":"DENIED","message":"no"},{"code":"X"}]}', "DENIED: no; X"),
        (b'{"errors":"odd"}', '{"errors":"odd"}'),
        (b'{"details":"incorrect username or password"}', "incorrect username or password"),
        (b'{"error":"invalid_grant","error_description":"gone"}', "gone"),
        (b"<html><style>p{}</style>\n<h1>Bad  Gateway</h1></html>", "Bad Gateway"),
        (b"\xff plain", "\ufffd plain"),
        (b"", ""),
    ],
)
def test_the_words_of_an_answer_are_for_people(body: bytes, words: str) -> None:
    assert Response(400, body=body).words == words


def test_a_secret_is_hidden_before_words_are_cut() -> None:
    subject = Subject(parse_reference("a"), Credential("ada", "correct horse"))
    said = "x" * (MAX_WORDS - 4) + "correct horse"
    problem = subject.error("ImageAuthFailed", Response(401, body=said.encode())).first
    assert problem.params["words"] == "x" * (MAX_WORDS - 4) + "***"
