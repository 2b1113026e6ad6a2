"""What `pip install` gets: one file with everything that runs, the portal among it."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.e2e.server import ROOT


def test_a_wheel_holds_the_portal_the_recipes_and_the_migrations(tmp_path: Path) -> None:
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            ROOT,
        ],
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    [wheel] = tmp_path.glob("openpai-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        page = packed.read("openpai/server/portal_files/index.html").decode()
    scripts = [
        name
        for name in names
        if name.startswith("openpai/server/portal_files/assets/") and name.endswith(".js")
    ]
    assert any(Path(script).name in page for script in scripts)
    assert any(name.startswith("openpai/recipes/") for name in names)
    assert any(name.startswith("openpai/store/migrations/versions/0001") for name in names)
