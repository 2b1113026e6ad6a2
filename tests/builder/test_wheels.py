"""Python packages come from where this machine's own pip finds them, and are what the lock file says."""

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from openpai.builder.told import Told
from openpai.builder.wheels import download
from openpai.errors import PaiError

_NAME = "frame_work-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip is told of as an admin would tell it, and no other place."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path) -> str:
    """A wheel for the images' Python, whatever Python runs here; returns its SHA-256."""
    content = {
        "frame_work.py": b"",
        "frame_work-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: frame-work\n",
    }
    content["frame_work-1.0.dist-info/METADATA"] += b"Version: 1.0\n"
    content["frame_work-1.0.dist-info/WHEEL"] = (
        b"Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_28_x86_64\n"
    )
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in content.items())
    with zipfile.ZipFile(folder / _NAME, "w") as file:
        for name, data in content.items():
            file.writestr(name, data)
        file.writestr("frame_work-1.0.dist-info/RECORD", record)
    return hashlib.sha256((folder / _NAME).read_bytes()).hexdigest()


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def lock(folder: Path, sha256: str) -> Path:
    file = folder / "recipe" / "requirements.txt"
    file.parent.mkdir()
    file.write_text(f"frame-work==1.0 \\\n    --hash=sha256:{sha256}\n")
    return file


def test_a_wheel_for_the_image_is_downloaded_by_this_machines_pip(tmp_path: Path, index: Path) -> None:
    told: list[Told] = []
    file = lock(tmp_path, wheel(index))
    download(file, tmp_path / "wheels", "amd64", tmp_path / "log", told.append)
    assert [each.name for each in (tmp_path / "wheels").iterdir()] == [_NAME]


def test_a_file_that_is_not_the_locked_one_is_refused(tmp_path: Path, index: Path) -> None:
    wheel(index)
    file = lock(tmp_path, "0" * 64)
    with pytest.raises(PaiError) as raised:
        download(file, tmp_path / "wheels", "amd64", tmp_path / "log", lambda _: None)
    problem = raised.value.first
    assert problem.code == "WheelsFailed"
    assert "DO NOT MATCH THE HASHES" in str(problem.params["detail"])
    assert "DO NOT MATCH THE HASHES" in (tmp_path / "log").read_text()


def test_what_no_index_has_is_told_in_pips_own_words(tmp_path: Path, index: Path) -> None:
    file = lock(tmp_path, wheel(index))
    with pytest.raises(PaiError) as raised:
        download(file, tmp_path / "wheels", "arm64", tmp_path / "log", lambda _: None)
    assert "No matching distribution found for frame-work==1.0" in str(raised.value.first.params["detail"])
