"""The many ways to write a registry's address mean one host."""

import pytest

from openpai.images.credentials.credential import Credential, registry_host, same_registry


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("", ""),
        ("docker.io", "docker.io"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("https://registry-1.docker.io", "docker.io"),
        ("https://registry-1.docker.io:443/v2/", "docker.io"),
        ("harbor.example.com", "harbor.example.com"),
        (" https://Harbor.Example.com/ ", "harbor.example.com"),
        ("https://host/v2/", "host"),
        ("http://host:5000", "host:5000"),
        ("host:5000", "host:5000"),
        ("host:5000/team/img", "host:5000"),
        ("//host/x", "host"),
        ("https://ada@host/v1?x=/", "host"),
        ("[::1]:5000", "[::1]:5000"),
        ("localhost:5000/v1/", "localhost:5000"),
    ],
)
def test_an_address_names_a_host(uri: str, host: str) -> None:
    assert registry_host(uri) == host


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://host:443/v2/", "host", True),
        ("https://index.docker.io/v1/", "docker.io", True),
        ("HOST", "host", True),
        ("host:5000", "host", False),
        ("harbor.example.com", "docker.io", False),
    ],
)
def test_addresses_of_one_registry_are_told_from_others(one: str, other: str, same: bool) -> None:
    assert same_registry(one, other) is same


def test_a_credential_does_not_show_its_secrets() -> None:
    shown = repr(Credential("ada", "correct horse", identity_token="a-token"))
    assert "ada" in shown
    assert "horse" not in shown
    assert "a-token" not in shown
