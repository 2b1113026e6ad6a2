"""Who is asked for an image, in which order, and through which proxy."""

import pytest

from openpai.images.registry.endpoints import endpoints, proxy_for
from openpai.images.registry.registries import RegistrySettings


@pytest.mark.parametrize(
    ("registry", "addresses", "bases"),
    [
        ("ghcr.io", ["140.82.121.34"], ["https://ghcr.io"]),
        ("localhost:5000", [], ["https://localhost:5000", "http://localhost:5000"]),
        ("127.0.0.2:5000", [], ["https://127.0.0.2:5000", "http://127.0.0.2:5000"]),
        ("[::1]:5000", [], ["https://[::1]:5000", "http://[::1]:5000"]),
        ("box:5000", ["127.0.0.1"], ["https://box:5000", "http://box:5000"]),
        ("lab:5000", [], ["https://lab:5000", "http://lab:5000"]),
        ("LAB:5000", [], ["https://LAB:5000", "http://LAB:5000"]),
        ("lab:5001", [], ["https://lab:5001"]),
        ("inside", ["10.1.2.3"], ["https://inside", "http://inside"]),
        ("10.1.2.3:80", [], ["https://10.1.2.3:80", "http://10.1.2.3:80"]),
        ("10.2.2.3:80", [], ["https://10.2.2.3:80"]),
        ("docker.io", [], ["http://mirror:5000", "https://mirror.example", "https://registry-1.docker.io"]),
    ],
)
def test_registries_are_asked_as_docker_does(registry: str, addresses: list[str], bases: list[str]) -> None:
    settings = RegistrySettings(
        mirrors=("http://mirror:5000/", "https://mirror.example"),
        insecure=frozenset({"lab:5000", "10.1.0.0/16"}),
    )
    found = endpoints(registry, settings, addresses)
    assert [endpoint.base for endpoint in found] == bases
    assert [endpoint.owner for endpoint in found] == ["mirror" not in base for base in bases]


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://ghcr.io/v2/", "http://secure:1"),
        ("http://ghcr.io/v2/", "http://plain:2"),
        ("https://inside.example/", ""),
        ("https://a.inside.example/", ""),
        ("https://notinside.example/", "http://secure:1"),
        ("https://a.dotted.example/", ""),
        ("https://dotted.example/", "http://secure:1"),
        ("https://ported.example:5000/", ""),
        ("https://ported.example/", "http://secure:1"),
        ("https://10.9.9.9/", ""),
        ("https://192.0.2.7/", ""),
        ("https://localhost:5000/", ""),
        ("https://127.0.0.1:5000/", ""),
    ],
)
def test_a_proxy_is_used_where_go_would_use_it(url: str, proxy: str) -> None:
    exempt = "inside.example, .dotted.example,ported.example:5000,10.0.0.0/8,192.0.2.7"
    settings = RegistrySettings(http_proxy="http://plain:2", https_proxy="secure:1", no_proxy=exempt)
    assert proxy_for(url, settings) == proxy


def test_a_star_exempts_all_from_the_proxy() -> None:
    assert proxy_for("https://ghcr.io/", RegistrySettings(https_proxy="http://p:1", no_proxy="*")) == ""
