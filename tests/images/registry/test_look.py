"""A look at an image in real registries: it is seen, or each thing that is wrong has its own name and evidence."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from openpai.clock import now_ms
from openpai.errors import NoContact, Problem
from openpai.images.credentials.credential import Credential
from openpai.images.facts import Look, RateLimit
from openpai.images.reference import parse_reference
from openpai.images.registry import look as look_module
from openpai.images.registry.look import Looker
from openpai.images.registry.registries import RegistrySettings
from openpai.messages import LANGUAGES, message
from tests.certificates import Authority
from tests.images.conftest import MakeFolder, Settings
from tests.proxy_server import Proxy, running_proxy
from tests.registry import MANIFEST, MANIFEST_LIST, Registry, free_port, running_registry
from tests.stand_in import Answer, Asked, doorman, forward, stand_in
from tests.token_registry import TokenRegistry

ADA = Credential("ada", "correct horse")
WRONG = Credential("ada", "a wrong one")


async def look(
    looker: Looker, image: str, credential: Credential | None = None, architecture: str = "amd64"
) -> Look:
    """A look whose every text can be told, and shows no secret."""
    found = await looker.look(parse_reference(image), credential, architecture)
    for problem in (*found.warnings, *([found.problem] if found.problem else [])):
        told = [part for language in LANGUAGES for part in _told(problem, language)]
        if credential is not None and credential.password:
            assert credential.password not in repr((told, problem))
    return found


def _told(problem: Problem, language: str) -> tuple[str, str]:
    said = message(problem.code, problem.params, language)
    return said.text, said.fix


async def refusal(
    looker: Looker, image: str, credential: Credential | None = None, architecture: str = "amd64"
) -> tuple[str, bool, Mapping[str, object]]:
    """Code, whether it is certain, and parameters."""
    found = await look(looker, image, credential, architecture)
    assert found.image is None
    assert found.problem is not None
    return found.problem.code, found.certain, found.problem.params


# An image that is there


async def test_an_image_is_seen_with_all_that_its_registry_tells(
    looker: Looker, open_registry: Registry
) -> None:
    config = {
        "Env": ["CUDA_VERSION=12.4.1", "EMPTY="],
        "Labels": {"com.nvidia.volumes.needed": "nvidia_driver"},
    }
    digest = open_registry.push("team/cuda", "v1", {"a": b"a"}, config=config)
    image = (await look(looker, f"{open_registry.address}/team/cuda:v1")).image
    assert image is not None
    assert (image.digest, image.manifest_digest, image.platforms) == (digest, digest, ("linux/amd64",))
    assert image.config.environment == {"CUDA_VERSION": "12.4.1", "EMPTY": ""}
    assert image.config.labels == {"com.nvidia.volumes.needed": "nvidia_driver"}
    assert len(image.config.diff_ids) == len(image.layer_bytes) == 1
    assert image.download_bytes > 0


async def test_an_image_is_seen_by_its_digest_whatever_the_tag(
    looker: Looker, open_registry: Registry
) -> None:
    digest = open_registry.push("team/moved", "v1", {"a": b"first"})
    open_registry.push("team/moved", "v1", {"a": b"second"})
    image = (await look(looker, f"{open_registry.address}/team/moved:v1@{digest}")).image
    assert image is not None
    assert image.digest == digest


async def test_of_a_list_the_image_for_the_engine_is_seen(looker: Looker, open_registry: Registry) -> None:
    arm = open_registry.push("team/many", "arm", {"a": b"arm"}, architecture="arm64")
    amd = open_registry.push("team/many", "amd", {"a": b"amd"})
    listed = open_registry.put_manifest(
        "team/many", "all", MANIFEST_LIST, _list({"arm64": arm, "amd64": amd})
    )
    for architecture, digest in (("amd64", amd), ("arm64", arm)):
        image = (await look(looker, f"{open_registry.address}/team/many:all", None, architecture)).image
        assert image is not None
        assert (image.digest, image.manifest_digest) == (listed, digest)
        assert image.platforms == ("linux/arm64", "linux/amd64")


async def test_a_good_log_in_opens_a_closed_registry(looker: Looker, closed_registry: Registry) -> None:
    found = await look(looker, f"{closed_registry.address}/team/tool:v1", ADA)
    assert found.image
    assert found.warnings == ()


async def test_a_log_in_that_nobody_asks_for_does_no_harm(looker: Looker, open_registry: Registry) -> None:
    found = await look(looker, f"{open_registry.address}/team/tool:v1", ADA)
    assert found.image
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("name", "credential"),
    [
        ("public/tool", None),
        ("public/tool", ADA),
        ("team/tool", ADA),
        ("team/tool", Credential("ada", "", identity_token="ada-herself")),
    ],
)
async def test_a_token_is_fetched_with_password_identity_or_nothing(
    looker: Looker, token_registry: TokenRegistry, name: str, credential: Credential | None
) -> None:
    assert (await look(looker, f"{token_registry.registry.address}/{name}:v1", credential)).image


@pytest.mark.parametrize("challenge", ['Basic realm="doorman"', ""])
async def test_a_registry_that_asks_late_or_never_is_shown_the_log_in_with_a_warning(
    looker: Looker, open_registry: Registry, challenge: str
) -> None:
    with doorman(open_registry, "ada", "correct horse", challenge=challenge) as door:
        found = await look(looker, f"{door.address}/team/tool:v1", ADA)
        assert found.image
        assert [warning.code for warning in found.warnings] == ["RegistryAsksLate"]
        code, certain, params = await refusal(looker, f"{door.address}/team/tool:v1", WRONG)
    assert (code, certain) == ("ImageAuthFailed", True)
    assert params["words"] == "UNAUTHORIZED: the doorman does not know you"


async def test_a_mirror_is_asked_before_docker_hub_and_without_the_log_in(
    looker: Looker, settings: Settings, new_folder: MakeFolder, open_registry: Registry
) -> None:
    with (
        running_registry(new_folder(), mirror_of=open_registry.url) as mirror,
        stand_in(lambda asked: forward(mirror, asked)) as watched,
    ):
        settings.now = replace(settings.now, mirrors=(f"{watched.url}/",))
        found = await look(looker, "team/tool:v1", Credential("ada", "for the hub"))
    assert found.image
    assert watched.asked
    assert all("authorization" not in asked.headers for asked in watched.asked)


async def test_what_a_mirror_lacks_is_asked_of_docker_hub(
    looker: Looker, settings: Settings, open_registry: Registry
) -> None:
    settings.now = replace(settings.now, mirrors=(open_registry.url,))
    code, certain, params = await refusal(looker, "team/nowhere:v1")
    assert (code, certain, params["registry"]) == ("RegistryNameUnknown", False, "docker.io")


async def test_a_redirect_to_a_storage_does_not_take_the_log_in_along(
    looker: Looker, closed_registry: Registry, open_registry: Registry
) -> None:
    open_registry.push("team/tool", "v1", {"bin/tool": b"tool"})
    with stand_in(lambda asked: forward(open_registry, asked)) as storage:

        def answer(asked: Asked) -> Answer:
            if "/blobs/" in asked.path:
                return Answer(307, headers={"Location": f"{storage.url}{asked.path}"})
            if "authorization" not in asked.headers:
                return Answer(401, headers={"WWW-Authenticate": 'Basic realm="x"'})
            return forward(open_registry, asked)

        with stand_in(answer) as front:
            assert (await look(looker, f"{front.address}/team/tool:v1", ADA)).image
    assert [asked.headers.get("authorization") for asked in storage.asked] == [None]
    assert any("authorization" in asked.headers for asked in front.asked)


# Log-ins that do not do


async def test_no_log_in_is_told(
    looker: Looker, closed_registry: Registry, token_registry: TokenRegistry
) -> None:
    for registry in (closed_registry, token_registry.registry):
        code, certain, params = await refusal(looker, f"{registry.address}/team/tool:v1")
        assert (code, certain, params["status"]) == ("ImageNeedsAuth", True, 401)
        assert "authentication required" in str(params["words"])


@pytest.mark.parametrize("user", ["ada", "nobody"])
async def test_a_wrong_password_is_told(
    looker: Looker, closed_registry: Registry, token_registry: TokenRegistry, user: str
) -> None:
    wrong = Credential(user, "a wrong one")
    code, certain, params = await refusal(looker, f"{closed_registry.address}/team/tool:v1", wrong)
    assert (code, certain, params["status"], params["username"]) == ("ImageAuthFailed", True, 401, user)
    for name in ("team/tool", "public/tool"):
        code, certain, params = await refusal(looker, f"{token_registry.registry.address}/{name}:v1", wrong)
        assert (code, certain, params["words"]) == ("ImageAuthFailed", True, "incorrect username or password")


async def test_a_good_log_in_without_the_right_to_pull_is_told(
    looker: Looker, token_registry: TokenRegistry
) -> None:
    bob = Credential("bob", "battery")
    code, certain, params = await refusal(looker, f"{token_registry.registry.address}/team/tool:v1", bob)
    assert (code, certain, params["username"]) == ("ImageForbidden", True, "bob")
    assert "authentication required" in str(params["words"])


async def test_an_expired_log_in_is_told_in_the_registrys_words(
    looker: Looker, token_registry: TokenRegistry
) -> None:
    eve = Credential("eve", "staple")
    code, certain, params = await refusal(looker, f"{token_registry.registry.address}/team/tool:v1", eve)
    assert (code, certain, params["words"]) == ("ImageTokenExpired", True, "the access token has expired")


async def test_an_expired_log_in_is_told_from_the_token_itself(
    looker: Looker, closed_registry: Registry
) -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_600_000_000}).encode()).decode().rstrip("=")
    token = Credential("ada", f"head.{claims}.signature")
    code, certain, params = await refusal(looker, f"{closed_registry.address}/team/tool:v1", token)
    assert (code, certain, params["expired_at"]) == ("ImageTokenExpired", True, "2020-09-13 12:26 UTC")


async def test_a_log_in_for_another_registry_is_not_sent_and_the_right_name_is_told(
    looker: Looker, open_registry: Registry
) -> None:
    with doorman(open_registry, "ada", "correct horse") as door:
        elsewhere = replace(ADA, registry="https://harbor.example.com/v2/")
        found = await look(looker, f"{door.address}/team/tool:v1", elsewhere)
        assert all("authorization" not in asked.headers for asked in door.asked)
        assert (
            await look(
                looker, f"{door.address}/team/tool:v1", replace(ADA, registry=f"http://{door.address}")
            )
        ).image
    assert found.problem
    assert found.problem.code == "ImageNeedsAuth"
    assert [warning.code for warning in found.warnings] == ["RegistryUriElsewhere"]
    assert found.warnings[0].params["corrected"] == "harbor.example.com/team/tool:v1"


async def test_a_user_name_without_a_password_is_no_log_in(looker: Looker, closed_registry: Registry) -> None:
    nothing = Credential("ada", "")
    assert (await refusal(looker, f"{closed_registry.address}/team/tool:v1", nothing))[0] == "ImageNeedsAuth"


# Images that are not there, or no images


async def test_an_unknown_repository_is_told_from_an_unknown_tag(
    looker: Looker, closed_registry: Registry
) -> None:
    code, certain, params = await refusal(looker, f"{closed_registry.address}/team/toool:v1", ADA)
    assert (code, certain, params["status"]) == ("ImageNotFound", True, 404)
    code, certain, params = await refusal(looker, f"{closed_registry.address}/team/tool:v2", ADA)
    assert (code, certain, params["status"]) == ("ImageTagNotFound", True, 404)
    assert (params["tag"], params["tags"]) == ("v2", "v1")
    code, certain, params = await refusal(
        looker, f"{closed_registry.address}/team/tool@sha256:{'0' * 64}", ADA
    )
    assert (code, certain) == ("ImageTagNotFound", True)


async def test_an_image_for_other_processors_is_told_with_those(
    looker: Looker, open_registry: Registry
) -> None:
    arm = open_registry.push("team/arm", "v1", {"a": b"arm"}, architecture="arm64")
    open_registry.put_manifest("team/arm", "list", MANIFEST_LIST, _list({"arm64": arm, "s390x": arm}))
    for tag, platforms in (("v1", "linux/arm64"), ("list", "linux/arm64, linux/s390x")):
        code, certain, params = await refusal(looker, f"{open_registry.address}/team/arm:{tag}")
        assert (code, certain) == ("ImageWrongPlatform", True)
        assert (params["platforms"], params["needed"]) == (platforms, "linux/amd64")


async def test_what_is_no_image_is_told(looker: Looker, open_registry: Registry) -> None:
    kind = "application/vnd.cncf.helm.config.v1+json"
    chart = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {**open_registry.blob("team/chart", kind, b"{}"), "mediaType": kind},
        "layers": [open_registry.blob("team/chart", "application/x-tar", b"chart")],
    }
    open_registry.put_manifest("team/chart", "v1", MANIFEST, chart)
    code, certain, params = await refusal(looker, f"{open_registry.address}/team/chart:v1")
    assert (code, certain, params["what"]) == ("NotAnImage", True, kind)


# Registries that cannot be asked


async def test_an_engine_that_cannot_be_asked_for_its_settings_is_told() -> None:
    async def settings() -> RegistrySettings:
        raise NoContact(Problem("EngineUnreachable", {"address": "unix:///x", "detail": "gone"}))

    looker = Looker(settings, now_ms)
    code, certain, _ = await refusal(looker, "registry.invalid/team/tool")
    assert (code, certain) == ("EngineUnreachable", False)
    await looker.close()


async def test_a_name_without_an_address_is_told(looker: Looker) -> None:
    code, certain, params = await refusal(looker, "registry.invalid/team/tool", ADA)
    assert (code, certain) == ("RegistryNameUnknown", False)
    assert params["words"]


async def test_a_closed_port_is_told(looker: Looker) -> None:
    code, certain, params = await refusal(looker, f"localhost:{free_port()}/team/tool")
    assert (code, certain, params["words"]) == ("RegistryUnreachable", False, "Connection refused")


@pytest.mark.parametrize(
    ("name", "trusted", "code", "certain", "words"),
    [
        ("good.test", False, "RegistryUntrusted", False, "unable to get local issuer certificate"),
        ("expired.test", True, "RegistryCertificateExpired", False, "certificate has expired"),
        ("other.test", True, "RegistryCertificateElsewhere", False, "not valid for 'other.test'"),
        ("plain.test", False, "RegistryPlainHttp", True, "http://plain.test/v2/: 200"),
        ("nowhere.test", False, "RegistryUnreachable", False, "502"),
    ],
)
async def test_a_registry_whose_tls_is_not_good_is_told_with_the_reason(
    looker: Looker,
    settings: Settings,
    tls_proxy: Proxy,
    authority: Authority,
    name: str,
    trusted: bool,
    code: str,
    certain: bool,
    words: str,
) -> None:
    settings.now = replace(settings.now, https_proxy=tls_proxy.url, http_proxy=tls_proxy.url)
    if trusted:
        authority.trusted_for(settings.now.certificates, name)
    found = await refusal(looker, f"{name}/team/tool:v1", ADA)
    assert found[:2] == (code, certain)
    assert words in str(found[2]["words"])


async def test_a_registry_with_a_ca_of_its_own_is_trusted_once_docker_is_told(
    looker: Looker, settings: Settings, tls_proxy: Proxy, authority: Authority
) -> None:
    settings.now = replace(settings.now, https_proxy=tls_proxy.url)
    authority.trusted_for(settings.now.certificates, "good.test")
    assert (await look(looker, "good.test/team/tool:v1")).image
    assert "CONNECT good.test:443 HTTP/1.1" in tls_proxy.asked


@pytest.mark.parametrize("name", ["expired.test", "other.test", "good.test", "plain.test"])
async def test_an_insecure_registry_may_have_any_certificate_or_none(
    looker: Looker, settings: Settings, tls_proxy: Proxy, name: str
) -> None:
    settings.now = replace(
        settings.now, https_proxy=tls_proxy.url, http_proxy=tls_proxy.url, insecure=frozenset({name})
    )
    assert (await look(looker, f"{name}/team/tool:v1")).image


def _page(asked: Asked) -> Answer:
    return Answer(
        200, b"<html><title>Harbor</title><body>Welcome</body></html>", {"Content-Type": "text/html"}
    )


def _missing_page(asked: Asked) -> Answer:
    return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>", {"Content-Type": "text/html"})


@pytest.mark.parametrize("answer", [_page, _missing_page])
@pytest.mark.parametrize("credential", [None, ADA])
async def test_a_web_server_is_no_registry(
    looker: Looker, answer: Callable[[Asked], Answer], credential: Credential | None
) -> None:
    with stand_in(answer) as page:
        code, certain, params = await refusal(looker, f"{page.address}/team/tool:v1", credential)
    assert (code, certain) == ("NotARegistry", True)
    assert "<" not in str(params["words"])


async def test_a_rate_limit_is_told_with_its_numbers(looker: Looker) -> None:
    body = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}'
    limit = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600", "Retry-After": "17"}
    with stand_in(lambda asked: Answer(429, body, limit)) as busy:
        code, certain, params = await refusal(looker, f"{busy.address}/team/tool:v1", ADA)
    assert (code, certain, params["status"]) == ("RegistryRateLimited", False, 429)
    assert (params["ratelimit_limit"], params["retry_after"]) == ("100;w=21600", "17")
    assert "RateLimit-Remaining: 0;w=21600" in str(params["detail"])


@pytest.mark.parametrize(("remaining", "warned"), [(9, True), (10, True), (11, False)])
async def test_a_rate_limit_that_is_nearly_reached_is_a_warning(
    looker: Looker, open_registry: Registry, remaining: int, warned: bool
) -> None:
    limit = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": f"{remaining};w=21600"}

    def answer(asked: Asked) -> Answer:
        real = forward(open_registry, asked)
        return replace(real, headers={**real.headers, **limit})

    with stand_in(answer) as hub:
        found = await look(looker, f"{hub.address}/team/tool:v1")
    assert found.image
    assert found.image.rate_limit == RateLimit(100, remaining, 21600)
    assert [(w.code, w.params["hours"]) for w in found.warnings] == (
        [("RateLimitLow", "6")] if warned else []
    )


async def test_a_registry_in_trouble_is_told(looker: Looker) -> None:
    with stand_in(lambda asked: Answer(503, b"database is locked")) as ill:
        code, certain, params = await refusal(looker, f"{ill.address}/team/tool:v1")
    assert (code, certain) == ("RegistryFailed", False)
    assert params["detail"] == "503 Service Unavailable: database is locked"


async def test_a_registry_that_hangs_ends_the_look_and_what_was_waited_for_is_told(
    looker: Looker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_module, "LONGEST_S", 0.3)
    with stand_in(_hang) as hanging:
        started = time.monotonic()
        code, certain, params = await refusal(looker, f"{hanging.address}/team/tool:v1")
        assert time.monotonic() - started < 1
    assert (code, certain, params["seconds"]) == ("RegistrySilent", False, "0.3")
    assert str(params["waited_for"]).endswith(f"://{hanging.address}/v2/team/tool/manifests/v1")


def _hang(asked: Asked) -> Answer:
    time.sleep(1)
    return Answer(500)


async def test_a_place_for_log_ins_without_tls_is_sent_nothing(
    looker: Looker, settings: Settings, tls_proxy: Proxy, authority: Authority, new_folder: MakeFolder
) -> None:
    with stand_in(_hang) as thief:
        token = {
            "realm": f"{thief.url}/token",
            "service": "s",
            "issuer": "i",
            "rootcertbundle": str(authority.ca),
        }
        certificate = authority.issue("unsafe", ["unsafe.test"])
        with (
            running_registry(new_folder(), tls=certificate, auth={"token": token}) as registry,
            running_proxy({"unsafe.test:443": registry.address}) as proxy,
        ):
            settings.now = replace(settings.now, https_proxy=proxy.url)
            authority.trusted_for(settings.now.certificates, "unsafe.test")
            code, certain, params = await refusal(looker, "unsafe.test/team/tool:v1", ADA)
    assert (code, certain, params["realm"]) == ("RegistryLoginUnsafe", True, f"{thief.url}/token")
    assert thief.asked == []


async def test_an_answer_that_shows_the_secret_is_not_repeated(looker: Looker) -> None:
    def parrot(asked: Asked) -> Answer:
        shown = asked.headers.get("authorization", "")
        plain = base64.b64decode(shown.removeprefix("Basic ")).decode()
        body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": f"{shown} {plain}"}]})
        return Answer(401, body.encode(), {"WWW-Authenticate": 'Basic realm="x"'})

    with stand_in(parrot) as loud:
        code, _, params = await refusal(looker, f"{loud.address}/team/tool:v1", ADA)
    assert code == "ImageAuthFailed"
    assert params["words"] == "UNAUTHORIZED: Basic *** ada:***"


# What was found a moment ago


async def test_equal_looks_at_one_time_share_one_and_the_next_asks_nobody(
    looker: Looker, open_registry: Registry
) -> None:
    with stand_in(lambda asked: forward(open_registry, asked)) as watched:
        image = f"{watched.address}/team/tool:v1"
        looks = await asyncio.gather(*(look(looker, image) for _ in range(8)))
        assert len({id(one) for one in looks}) == 1
        asked = len(watched.asked)
        assert await look(looker, image) is looks[0]
        assert len(watched.asked) == asked
        await looker.look(parse_reference(image), None, "amd64", fresh=True)
        assert [request.method for request in watched.asked[asked:]] == ["HEAD"]


async def test_an_image_is_fetched_again_only_when_its_name_means_another(
    looker: Looker, open_registry: Registry
) -> None:
    with stand_in(lambda asked: forward(open_registry, asked)) as watched:
        reference = parse_reference(f"{watched.address}/team/changing:v1")
        digests, methods = [], []
        for content in (b"1", b"1", b"2"):
            digests.append(open_registry.push("team/changing", "v1", {"a": content}))
            watched.asked.clear()
            found = await looker.look(reference, None, "amd64", fresh=True)
            assert found.image
            assert found.image.digest == digests[-1]
            methods.append([request.method for request in watched.asked])
    assert methods == [["GET", "GET"], ["HEAD"], ["HEAD", "GET", "GET"]]
    assert digests[0] == digests[1] != digests[2]


async def test_what_one_may_see_is_not_shown_to_another(
    looker: Looker, token_registry: TokenRegistry
) -> None:
    image = f"{token_registry.registry.address}/team/tool:v1"
    assert (await look(looker, image, ADA)).image
    assert (await refusal(looker, image, Credential("bob", "battery")))[0] == "ImageForbidden"
    assert (await refusal(looker, image))[0] == "ImageNeedsAuth"


async def test_other_credentials_are_another_look(looker: Looker, closed_registry: Registry) -> None:
    image = f"{closed_registry.address}/team/tool:v1"
    assert (await look(looker, image, ADA)).image
    assert (await refusal(looker, image, WRONG))[0] == "ImageAuthFailed"
    assert (await refusal(looker, image))[0] == "ImageNeedsAuth"
    assert (await look(looker, image, ADA)).image


async def test_what_was_found_counts_for_a_time_that_depends_on_it(
    settings: Settings, open_registry: Registry, closed_registry: Registry
) -> None:
    clock = [now_ms()]
    looker = Looker(settings.read, lambda: clock[0])
    seen = (await look(looker, f"{open_registry.address}/team/tool:v1")).image
    digest = seen.digest if seen else ""
    clock[0] += 60_000
    cases = [
        (f"{open_registry.address}/team/tool:v1", 5_000),
        (f"{open_registry.address}/team/tool@{digest}", 60_000),
        (f"{closed_registry.address}/team/tool:v1", 10_000),
        (f"{open_registry.address}/team/tool:missing", 5_000),
        (f"localhost:{free_port()}/team/tool:v1", 5_000),
    ]
    for image, lasts in cases:
        first = await look(looker, image)
        clock[0] += lasts - 1
        assert await look(looker, image) is first
        clock[0] += 1
        assert await look(looker, image) is not first
    await looker.close()


async def test_one_that_goes_away_leaves_the_look_to_the_others(
    looker: Looker, open_registry: Registry
) -> None:
    image = f"{open_registry.address}/team/tool:v1"
    first, second = (asyncio.create_task(look(looker, image)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).image


def _list(digests: Mapping[str, str]) -> dict[str, object]:
    entries = [
        {"mediaType": MANIFEST, "digest": digest, "size": 1, "platform": {"architecture": on, "os": "linux"}}
        for on, digest in digests.items()
    ]
    return {"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": entries}
