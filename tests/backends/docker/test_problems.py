"""The engine's words, as it really says them, and the code that each becomes."""

import pytest

from openpai.backends.docker.problems import (
    is_contact_lost,
    load_failed,
    no_contact,
    pull_failed,
    start_failed,
)
from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.messages import LANGUAGES, message

GET = 'Get "https://registry.example/v2/": '
PULLS = [
    ("manifest for example/a:1 not found: manifest unknown: manifest unknown", Refused, "ImageNotFound"),
    ("manifest unknown", Refused, "ImageNotFound"),
    ("name unknown: repository name not known to registry", Refused, "ImageNotFound"),
    (
        "pull access denied for ubunut, repository does not exist or may require 'docker login': "
        "denied: requested access to the resource is denied",
        Refused,
        "ImageAuthFailed",
    ),
    ("unauthorized: incorrect username or password", Refused, "ImageAuthFailed"),
    ("Head x: unauthorized: authentication required", Refused, "ImageAuthFailed"),
    (GET + "no basic auth credentials", Refused, "ImageAuthFailed"),
    ("error parsing HTTP 403 response body: invalid character '<'", Refused, "ImageAuthFailed"),
    ("received unexpected HTTP status: 401", Refused, "ImageAuthFailed"),
    ("denied: Your authorization token has expired. Reauthenticate.", Refused, "ImageAuthFailed"),
    (GET + "x509: certificate signed by unknown authority", Refused, "RegistryUntrusted"),
    (GET + "tls: failed to verify certificate: x509: certificate has expired", Refused, "RegistryUntrusted"),
    (GET + "http: server gave HTTP response to HTTPS client", Refused, "RegistryUntrusted"),
    (GET + "net/http: TLS handshake timeout", TemporaryFailure, "RegistryUnreachable"),
    (GET + "dial tcp 10.0.0.1:443: connect: connection refused", TemporaryFailure, "RegistryUnreachable"),
    (GET + "dial tcp 10.0.0.1:443: i/o timeout", TemporaryFailure, "RegistryUnreachable"),
    (GET + "dial tcp: lookup r on 10.0.0.2:53: no such host", TemporaryFailure, "RegistryUnreachable"),
    (GET + "dial tcp: lookup r: server misbehaving", TemporaryFailure, "RegistryUnreachable"),
    (
        GET + "dial tcp: lookup r: Temporary failure in name resolution",
        TemporaryFailure,
        "RegistryUnreachable",
    ),
    (
        GET + "net/http: request canceled while waiting for connection (Client.Timeout exceeded)",
        TemporaryFailure,
        "RegistryUnreachable",
    ),
    (GET + "EOF", TemporaryFailure, "RegistryUnreachable"),
    ("unexpected EOF", TemporaryFailure, "RegistryUnreachable"),
    ("received unexpected HTTP status: 503 Service Unavailable", TemporaryFailure, "RegistryUnreachable"),
    (
        "toomanyrequests: You have reached your pull rate limit.",
        TemporaryFailure,
        "RegistryRateLimited",
    ),
    (
        "no matching manifest for linux/amd64 in the manifest list entries",
        Refused,
        "ImageWrongPlatform",
    ),
    (
        "failed to register layer: write /x: no space left on device",
        TemporaryFailure,
        "NoDiskForImage",
    ),
    ("something nobody has seen before", TemporaryFailure, "ImagePullFailed"),
    ("unsupported manifest media type", Refused, "ImagePullFailed"),
]


@pytest.mark.parametrize(("words", "kind", "code"), PULLS)
def test_a_pull_fails_with_a_code_and_the_words(words: str, kind: type[PaiError], code: str) -> None:
    error = pull_failed("r/a:1", "r", "ada", 500, words)
    assert (type(error), error.first.code) == (kind, code)
    assert error.first.params["detail"] == words


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("unauthorized: authentication required", "ImageNeedsAuth"),
        ("no basic auth credentials", "ImageNeedsAuth"),
        (
            "pull access denied for a, repository does not exist or may require 'docker login'",
            "ImageNotFound",
        ),
    ],
)
def test_without_a_credential_denied_is_told_otherwise(words: str, code: str) -> None:
    assert pull_failed("a:1", "docker.io", "", 404, words).first.code == code


def test_a_request_that_the_engine_itself_blames_is_not_tried_again() -> None:
    assert isinstance(pull_failed("a", "docker.io", "", 400, "something new"), Refused)


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        (
            'OCI runtime create failed: exec: "/bin/sh": stat /bin/sh: no such file',
            Refused,
            "ImageHasNoShell",
        ),
        ("Address already in use", TemporaryFailure, "ContainerRefused"),
        ("network pai-0-net not found", TemporaryFailure, "ContainerRefused"),
        ("no space left on device", TemporaryFailure, "NoDiskForImage"),
        ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs", Refused, "ContainerRefused"),
        ("exec user process caused: exec format error", Refused, "ImageWrongPlatform"),
        ('could not select device driver "nvidia" with capabilities: [[gpu]]', Refused, "NoGpuRuntime"),
        ('could not select device driver "cdi" with capabilities: []', Refused, "NoGpuRuntime"),
        (
            "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.4",
            Refused,
            "ContainerRefused",
        ),
        (
            "nvidia-container-cli: device error: GPU-1: unknown device: unknown",
            TemporaryFailure,
            "GpuNotGiven",
        ),
        (
            "nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown",
            TemporaryFailure,
            "GpuNotGiven",
        ),
        (
            "CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=GPU-1",
            TemporaryFailure,
            "GpuNotGiven",
        ),
    ],
)
def test_a_start_fails_with_a_code(words: str, kind: type[PaiError], code: str) -> None:
    error = start_failed("a:1", words)
    assert (type(error), error.first.code) == (kind, code)


def test_what_cannot_be_loaded_is_fetched_again_only_if_the_disk_was_full() -> None:
    full = load_failed(
        "r/a:1", "r", "ada", "Error processing tar file(exit status 1): no space left on device"
    )
    assert (type(full), full.first.code) == (TemporaryFailure, "NoDiskForImage")
    other = load_failed("r/a:1", "r", "ada", "Error processing tar file(exit status 1): unexpected EOF")
    assert (type(other), other.first.code) == (Refused, "ImagePullFailed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_words_for_people(language: str) -> None:
    errors = [pull_failed("r/a:1", "r", name, 500, words) for words, _, _ in PULLS for name in ("", "ada")]
    errors += [start_failed("a:1", words) for words in ("x", "no space left on device", "exec format error")]
    errors += [no_contact("unix:///x", "gone", forbidden=forbidden) for forbidden in (True, False)]
    for error in errors:
        told = message(error.first.code, error.first.params, language)
        assert str(error.first.params["detail"]) in told.text
        assert told.fix


def test_an_engine_that_goes_down_is_no_contact() -> None:
    assert is_contact_lost(503, "")
    assert is_contact_lost(500, "the daemon is shutting down")
    assert not is_contact_lost(500, "some trouble of its own")
    assert not is_contact_lost(404, "no such container")
