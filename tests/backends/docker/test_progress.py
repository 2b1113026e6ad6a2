"""What the engine reports per layer, added up; and what is sent to the registry."""

import base64
import json

from openpai.backends.contract import PullProgress
from openpai.backends.docker.progress import Progress
from openpai.backends.docker.pull import auth_header
from openpai.images.credential import Credential
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


def test_nothing_is_sent_without_a_credential() -> None:
    assert decoded("team/a", None) == {}
