"""The way into a registry: what is sent, in which order, and above all: to whom."""

import base64
import json
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.images.credentials.credential import Credential
from openpai.images.registry.exchange import Exchange, Request, Response
from openpai.images.registry.login import Login, LoginPlaceUnsafe, LoginRefused, expired_at

BASE = "https://registry.example"
ADA = Credential("ada", "correct-horse")
IDENTITY = Credential("ada", "", identity_token="ada-herself")
BASIC = "Basic " + base64.b64encode(b"ada:correct-horse").decode()
IMAGE = Request(f"{BASE}/v2/a/b/manifests/v1")


def carried_out(conversation: Exchange[Response], answers: Sequence[Response]) -> list[Request]:
    """What is asked when the answers come in this order; the last one is given again and again."""
    asked: list[Request] = []
    try:
        asked.append(next(conversation))
        while True:
            answer = answers[min(len(asked), len(answers)) - 1]
            asked.append(conversation.send(answer))
    except (StopIteration, LoginRefused, LoginPlaceUnsafe):
        return asked


def whole(login: Login) -> Exchange[Response]:
    yield from login.begin()
    return (yield from login.ask(IMAGE))


def challenge(value: str) -> Response:
    return Response(401, {"www-authenticate": value})


def token(value: str = "t0ken", name: str = "token") -> Response:
    return Response(200, body=json.dumps({name: value}).encode())


def test_a_password_is_shown_where_it_is_asked_for() -> None:
    asked = carried_out(whole(_login(ADA)), [challenge('Basic realm="x"'), Response(200)])
    assert [(r.url, r.headers.get("Authorization")) for r in asked] == [
        (f"{BASE}/v2/", None),
        (IMAGE.url, BASIC),
    ]


@pytest.mark.parametrize("name", ["token", "access_token"])
def test_a_token_is_fetched_with_the_password_and_shown(name: str) -> None:
    bearer = challenge('Bearer realm="https://auth.example/token?x=1",service="the registry"')
    asked = carried_out(whole(_login(ADA)), [bearer, token(name=name), Response(200)])
    assert [(r.method, r.url, r.headers.get("Authorization")) for r in asked[1:]] == [
        (
            "GET",
            "https://auth.example/token?x=1&service=the+registry&scope=repository%3Aa%2Fb%3Apull&account=ada",
            BASIC,
        ),
        ("GET", IMAGE.url, "Bearer t0ken"),
    ]


def test_an_identity_token_is_exchanged_as_oauth2_has_it() -> None:
    bearer = challenge('Bearer realm="https://auth.example/token",service="s"')
    asked = carried_out(whole(_login(IDENTITY)), [bearer, token(name="access_token"), Response(200)])
    assert (asked[1].method, asked[1].url, dict(asked[1].headers)) == (
        "POST",
        "https://auth.example/token",
        {},
    )
    assert asked[1].form == {
        "grant_type": "refresh_token",
        "refresh_token": "ada-herself",
        "client_id": "openpai",
        "service": "s",
        "scope": "repository:a/b:pull",
    }


def test_a_stranger_fetches_a_token_too() -> None:
    bearer = challenge('Bearer realm="https://auth.example/token",scope="repository:a/b:pull"')
    asked = carried_out(_login(None).ask(IMAGE), [bearer, token(), Response(200)])
    assert [r.headers.get("Authorization") for r in asked] == [None, None, "Bearer t0ken"]


@pytest.mark.parametrize("header", ['Basic realm="x"', ""])
def test_a_registry_that_opens_its_door_is_shown_the_password_at_the_image(header: str) -> None:
    login = _login(ADA)
    asked = carried_out(whole(login), [Response(200), challenge(header), Response(200)])
    assert [r.headers.get("Authorization") for r in asked] == [None, None, BASIC]
    assert login.asks_late


@pytest.mark.parametrize("header", ['Basic realm="x"', "", 'Bearer realm="https://auth.example/token"'])
def test_a_refused_log_in_is_not_shown_again(header: str) -> None:
    answers = (
        [challenge(header)] if "Bearer" not in header else [challenge(header), token(), challenge(header)]
    )
    asked = carried_out(whole(_login(ADA)), answers)
    assert sum(r.headers.get("Authorization") == BASIC for r in asked) == 1


def test_a_refused_token_is_told_with_the_answer() -> None:
    conversation = whole(_login(ADA))
    next(conversation)
    conversation.send(challenge('Bearer realm="https://auth.example/token"'))
    with pytest.raises(LoginRefused) as caught:
        conversation.send(Response(401, body=b"no"))
    assert caught.value.response.body == b"no"


@pytest.mark.parametrize("realm", ["http://auth.example/token", "/token", "file:///etc/passwd", ""])
def test_a_place_for_tokens_without_tls_is_not_asked(realm: str) -> None:
    conversation = whole(_login(ADA))
    next(conversation)
    with pytest.raises(LoginPlaceUnsafe):
        conversation.send(challenge(f'Bearer realm="{realm}"'))


def test_a_place_for_tokens_that_a_redirect_leads_to_is_not_the_registrys() -> None:
    answers = [
        Response(200),
        Response(307, {"location": "https://storage.example/x"}),
        challenge('Bearer realm="https://thief.example/token"'),
        Response(200),
    ]
    asked = carried_out(whole(_login(ADA)), answers)
    assert [urlsplit(request.url).netloc for request in asked[2:]] == ["storage.example", "registry.example"]


_PLACES = st.sampled_from([BASE, "https://auth.example", "https://thief.example", "http://thief.example", ""])
_ANSWERS = st.one_of(
    st.builds(lambda place: challenge(f'Bearer realm="{place}/token",service="s"'), _PLACES),
    st.builds(lambda place: Response(307, {"location": f"{place}/v2/elsewhere"}), _PLACES),
    st.just(challenge('Basic realm="x"')),
    st.just(challenge("")),
    st.just(token()),
    st.sampled_from([Response(200), Response(403), Response(404), Response(500)]),
)


@given(st.lists(_ANSWERS, min_size=1, max_size=12), st.sampled_from([ADA, IDENTITY]))
def test_whatever_servers_answer_the_secret_goes_to_the_registry_and_the_realm_it_names(
    answers: list[Response], credential: Credential
) -> None:
    asked = carried_out(whole(_login(credential)), answers)
    assert len(asked) < 40
    named = {urlsplit(BASE).netloc}
    for request, answer in zip(asked, answers, strict=False):
        shown = repr((request.headers, request.url, request.form))
        if BASIC in shown or "ada-herself" in shown or "t0ken" in shown:
            assert urlsplit(request.url).scheme == "https"
            assert urlsplit(request.url).netloc in named
            assert "t0ken" not in shown or request.url.startswith(BASE)
        if request.url.startswith(BASE) and answer.status == 401:
            realm = answer.headers.get("www-authenticate", "").partition('realm="')[2].partition('"')[0]
            named.add(urlsplit(realm).netloc)


@pytest.mark.parametrize(
    ("secret", "ends"),
    [
        ("h.eyJleHAiOiAxMn0.s", 12_000),  # {"exp": 12}
        ("h.e30.s", None),  # {}
        ("a.pass.word", None),
        ("correct horse", None),
    ],
)
def test_a_token_tells_when_it_ends(secret: str, ends: int | None) -> None:
    assert expired_at(Credential("ada", secret)) == ends
    assert expired_at(Credential("ada", "", identity_token=secret)) == ends


def _login(credential: Credential | None) -> Login:
    return Login(BASE, "a/b", credential, plain_allowed=False)
