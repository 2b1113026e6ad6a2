"""The portal is typed by what this server says of itself."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_portals_types_are_those_of_the_servers_own_document(tmp_path: Path) -> None:
    made = tmp_path / "schema.d.ts"
    subprocess.run([ROOT / "scripts" / "portal-types", made], check=True, timeout=60)
    kept = (ROOT / "portal/src/api/schema.d.ts").read_text()
    assert kept == made.read_text(), "scripts/portal-types makes them anew"
