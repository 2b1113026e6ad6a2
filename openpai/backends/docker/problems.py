"""The engine's own words → our codes, as tables. The words travel along as `detail`: the evidence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpai.errors import NoContact, PaiError, Problem, Refused, TemporaryFailure

_MAX_DETAIL = 2000
_LOST = re.compile(
    r"is shutting down|shutdown in progress|containerd\.sock|transport is closing|connection error: desc|"
    r"grpc: the client connection is closing|ttrpc: closed|error reading from server: EOF"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """`words` (a pattern, any case) in an answer mean `code`; `passes`: trying again may help."""

    words: str
    code: str
    passes: bool = False


# First match wins: a cause stands before the consequences that are told in the same sentence.
_PULL: Sequence[_Rule] = (
    _Rule(r"no space left on device|disk quota exceeded", "NoDiskForImage", passes=True),
    _Rule(r"toomanyrequests|too many requests|rate limit", "RegistryRateLimited", passes=True),
    _Rule(r"no matching manifest|does not match the (specified )?platform|"
          r"image operating system .* cannot be used", "ImageWrongPlatform"),
    _Rule(r"x509:|certificate (signed|is not|has expired)|gave HTTP response to HTTPS|"
          r"tls: (failed to verify|bad certificate|unknown certificate|first record|protocol version)",
          "RegistryUntrusted"),
    _Rule(r"connection refused|i/o timeout|no such host|server misbehaving|name resolution|"
          r"tls handshake timeout|network is unreachable|no route to host|connection reset|broken pipe|"
          r"unexpected EOF|: EOF$|deadline exceeded|request canceled|connection timed out|proxyconnect|"
          r"(unexpected http )?status:? 5\d\d|50[0234] (bad gateway|service|gateway|internal)",
          "RegistryUnreachable", passes=True),
    _Rule(r"incorrect username or password|authentication required|no basic auth credentials|"
          r"unauthorized|forbidden|\b40[13]\b|invalid (user|credential|token)|token .*expired", "ImageAuthFailed"),
    _Rule(r"pull access denied|requested access to the resource is denied|denied:", "_Denied"),
    _Rule(r"manifest unknown|manifest for .* not found|name unknown|repository name not known|not found|"
          r"no such image|does not exist|404", "ImageNotFound"),
)  # fmt: skip

_PULL_STAYS = re.compile(
    r"invalid reference|invalid repository|unsupported (manifest|media|schema)|mediatype|"
    r"filesystem layer verification failed|unsupported docker",
    re.IGNORECASE,
)

_START: Sequence[_Rule] = (
    _Rule(r'exec: "?/bin/sh"?.*(no such file|not found|permission denied)', "ImageHasNoShell"),
    _Rule(r"exec format error", "ImageWrongPlatform"),
    _Rule(r"no space left on device|disk quota exceeded", "NoDiskForImage", passes=True),
    _Rule(r"could not select device driver|unknown runtime specified nvidia", "NoGpuRuntime"),
    _Rule(r"nvidia-container-cli: requirement error", "ContainerRefused"),
    _Rule(r"nvidia-container-(cli|runtime)|unresolvable CDI device|CDI device injection failed", "GpuNotGiven",
          passes=True),
    _Rule(r"address already in use|already in use by|port is already allocated|network .* not found|"
          r"no such network|no such image|resource temporarily unavailable|cannot allocate memory|too many open files|"
          r"marked for removal|no such container|device or resource busy|"
          r"deadline exceeded|context canceled|i/o timeout|resource busy", "ContainerRefused", passes=True),
)  # fmt: skip


def is_contact_lost(status: int, words: str) -> bool:
    """Whether an error answer means that the engine goes down or cannot work, not that it refuses."""
    return status in (502, 503, 504) or (status == 500 and _LOST.search(words) is not None)


def no_contact(address: str, words: str, *, forbidden: bool = False) -> NoContact:
    """The engine at `address` cannot be reached; `forbidden`: it is there, but we may not use its socket."""
    code = "EngineForbidden" if forbidden else "EngineUnreachable"
    return NoContact(Problem(code, {"address": address, "detail": _detail(words)}))


def pull_failed(image: str, registry: str, username: str, status: int, words: str) -> PaiError:
    """Why a pull failed. `username` is "" where no credential was sent; `status` 0 in mid-stream."""
    rule = _match(_PULL, words)
    code = rule.code if rule else "ImagePullFailed"
    # What is not in the table may pass, unless the engine blames the request itself (4xx).
    passes = rule.passes if rule else not (400 <= status < 500 or _PULL_STAYS.search(words))
    if code == "_Denied":  # the registry does not tell "private" from "no such thing"
        code = "ImageAuthFailed" if username else "ImageNotFound"
    if code == "ImageAuthFailed" and not username:
        code = "ImageNeedsAuth"
    params = {"image": image, "registry": registry, "username": username, "detail": _detail(words)}
    return _error(passes, Problem(code, params))


def load_failed(image: str, registry: str, username: str, words: str) -> PaiError:
    """Why an image that was fetched could not be loaded: it is what its registry has, so trying again helps only
    where there was no room."""
    full = _match([rule for rule in _PULL if rule.code == "NoDiskForImage"], words)
    params = {"image": image, "registry": registry, "username": username, "detail": _detail(words)}
    return _error(bool(full), Problem(full.code if full else "ImagePullFailed", params))


def start_failed(image: str, words: str) -> PaiError:
    """Why a container could not be created or started."""
    rule = _match(_START, words)
    problem = Problem(rule.code if rule else "ContainerRefused", {"image": image, "detail": _detail(words)})
    return _error(bool(rule and rule.passes), problem)


def has_no_shell(image: str) -> PaiError:
    """The image has no /bin/sh, so no command of a job can run in it."""
    return Refused(Problem("ImageHasNoShell", {"image": image, "detail": "/bin/sh: no such file"}))


def image_gone(image: str, image_id: str) -> PaiError:
    """The image was made on this machine, no registry has it, and it was removed."""
    return Refused(Problem("LocalImageGone", {"image": image, "image_id": image_id}))


def wrong_platform(image: str, has: str, needed: str) -> PaiError:
    """The image that is there was made for another processor."""
    detail = f"the image is for {has}, this engine runs {needed}"
    return Refused(Problem("ImageWrongPlatform", {"image": image, "registry": "", "detail": detail}))


def subnet_taken(subnet: str, network: str, words: str) -> PaiError:
    """`subnet` cannot be had: `network` of this engine has addresses of it. "": none is seen, so it may pass."""
    params = {"subnet": subnet, "network": network or "?", "detail": _detail(words)}
    return _error(not network, Problem("SubnetTaken", params))


def engine_failed(act: str, words: str) -> TemporaryFailure:
    """The engine is there and failed at something that it should be able to do."""
    return TemporaryFailure(Problem("EngineFailed", {"act": act, "detail": _detail(words)}))


def _error(passes: bool, problem: Problem) -> PaiError:
    return TemporaryFailure(problem) if passes else Refused(problem)


def _match(rules: Sequence[_Rule], words: str) -> _Rule | None:
    return next((rule for rule in rules if re.search(rule.words, words, re.IGNORECASE)), None)


def _detail(words: str) -> str:
    return words.strip()[:_MAX_DETAIL]
