"""What the engine reports per layer, added up; and what is sent to the registry."""

import base64
import json

from openpai.backends.contract import PullProgress
from openpai.backends.docker.progress import Progress
from openpai.backends.docker.pull import auth_header
from openpai.images.credentials.credential import Credential
from openpai.images.reference import parse_reference


def test_layers_are_added_up() -> None:
    progress = Progress("a:1")
    for event in (
        {"status": "Pulling from team/a", "id": "1"},
        {"status": "Already exists", "id": "aa"},
        {"status": "Pulling fs layer", "id": "bb"},
        {"status": "Pulling fs layer", "id": "cc"},
        {"status": "Downloading", "id": "bb", "progressDetail": {"current": 40, "total": 100}},
        {"status": "Downloading", "id": "cc", "progressDetail": {"current": 10, "total": 50}},
    ):
        progress.feed(event)
    assert progress.now(0) == PullProgress("a:1", 50, 150, 1, 3)
    for event in (
        {"status": "Download complete", "id": "bb"},
        {"status": "Extracting", "id": "bb", "progressDetail": {"current": 5, "total": 100}},
        {"status": "Pull complete", "id": "bb"},
        {"status": "Digest: sha256:00"},
    ):
        progress.feed(event)
    assert progress.now(0) == PullProgress("a:1", 110, 150, 2, 3)


def downloading(done: int, total: int, layer: str = "aa") -> dict[str, object]:
    return {"status": "Downloading", "id": layer, "progressDetail": {"current": done, "total": total}}


def test_the_speed_is_that_of_the_last_seconds() -> None:
    progress = Progress("a:1")
    assert progress.now(0).bytes_per_second == 0
    for second in range(1, 31):
        done = 100 * second if second <= 15 else 1500 + 10 * (second - 15)
        progress.feed(downloading(done, 2000))
        now = progress.now(second)
        if second in (5, 15):
            assert now.bytes_per_second == 100
    assert now.bytes_per_second == 10, "what was faster is long ago"
    assert now.remaining_s == 35


def test_the_time_left_is_not_told_while_a_layers_size_is_unknown() -> None:
    progress = Progress("a:1")
    progress.now(0)
    progress.feed({"status": "Waiting", "id": "bb"})
    progress.feed(downloading(50, 100))
    assert (progress.now(1).bytes_per_second, progress.now(1).remaining_s) == (50, None)
    progress.feed(downloading(10, 300, "bb"))
    assert progress.now(2).remaining_s == 12
    progress.feed({"status": "Download complete", "id": "aa"})
    progress.feed({"status": "Download complete", "id": "bb"})
    assert progress.now(3).remaining_s is None, "only unpacking is left"


def decoded(image: str, credential: Credential | None) -> object:
    return json.loads(base64.urlsafe_b64decode(auth_header(parse_reference(image), credential)))


def test_a_credential_is_sent_for_the_images_registry() -> None:
    ada = Credential("ada", "pässword>>>???")
    assert decoded("localhost:5000/a", ada) == {
        "username": "ada",
        "password": "pässword>>>???",
        "serveraddress": "localhost:5000",
    }
    hub = decoded("team/a", ada)
    assert isinstance(hub, dict)
    assert hub["serveraddress"] == "https://index.docker.io/v1/"


def test_an_identity_token_is_sent_in_place_of_a_password() -> None:
    sent = decoded("localhost:5000/a", Credential("ada", "", identity_token="it"))
    assert isinstance(sent, dict)
    assert (sent["username"], sent["identitytoken"]) == ("ada", "it")


def test_nothing_is_sent_without_a_credential() -> None:
    assert decoded("team/a", None) == {}
