"""What the doctor finds without an engine."""

from pathlib import Path

import pytest

from openpai.doctor import diagnose
from openpai.settings import Settings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, []),
        ("virtual-clusters: {default: {share: rest}}", [("ok", "ClusterFileOk", None)]),
        ("nodes: {box: {cpu: 4, memory: 4Gi}}", [("ok", "ClusterFileOk", None)]),
        ("virtual-clusters:\n  default: {share: most}", [("fail", "ClusterFileBroken", 2)]),
        ("nodes:\n\tx: 1", [("fail", "ClusterFileBroken", 2)]),
    ],
)
def test_mistakes_of_the_cluster_file_are_counted(
    tmp_path: Path, text: str | None, found: list[tuple[str, str, int | None]]
) -> None:
    if text is not None:
        (tmp_path / "cluster.yaml").write_text(text)
    settings = Settings(data_dir=tmp_path, docker_host=f"unix://{tmp_path}/none")
    told = [each for each in diagnose(settings) if each.check == "cluster file"]
    assert [(each.verdict, each.code, each.params.get("line")) for each in told] == found
