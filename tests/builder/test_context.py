"""What the engine builds from is an ordinary tar archive, the same for the same files."""

import io
import tarfile
from pathlib import Path

from openpai.builder.context import archive


async def made_of(*folders: Path) -> bytes:
    return b"".join([chunk async for chunk in archive(folders)])


async def test_an_archive_holds_the_files_of_all_folders(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    (one / "deep").mkdir(parents=True)
    (two / "wheels").mkdir(parents=True)
    (one / "Dockerfile").write_text("FROM scratch\n")
    (one / "deep" / "script").write_text("#!/bin/sh\n")
    (one / "deep" / "script").chmod(0o755)
    large = bytes(range(256)) * 5000 + b"odd"
    (two / "wheels" / ("long-" * 30 + ".whl")).write_bytes(large)
    with tarfile.open(fileobj=io.BytesIO(await made_of(one, two))) as tar:
        found = {entry.name: entry for entry in tar.getmembers()}
        assert set(found) == {"Dockerfile", "deep/script", "wheels/" + "long-" * 30 + ".whl"}
        assert found["deep/script"].mode == 0o755
        assert found["Dockerfile"].mode == 0o644
        content = tar.extractfile("wheels/" + "long-" * 30 + ".whl")
        assert content is not None
        assert content.read() == large


async def test_equal_files_make_equal_archives_whenever_and_by_whomever_they_were_made(
    tmp_path: Path,
) -> None:
    folders = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        for file in ("x", "y") if name == "a" else ("y", "x"):
            (folder / file).write_text(file)
        folders.append(folder)
    assert await made_of(folders[0]) == await made_of(folders[1])
