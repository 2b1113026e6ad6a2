"""What the engine builds from, as a tar archive that is made while it is sent: it may be gigabytes."""

import asyncio
import tarfile
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

_CHUNK = 1 << 20  # bytes


async def archive(folders: Sequence[Path]) -> AsyncIterator[bytes]:
    """The files of these folders, one beside another, at the archive's root."""
    chunks = _chunks(folders)
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def _chunks(folders: Sequence[Path]) -> Iterator[bytes]:
    for folder in folders:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield from _file(file, file.relative_to(folder).as_posix())
    yield bytes(2 * tarfile.BLOCKSIZE)


def _file(file: Path, name: str) -> Iterator[bytes]:
    """Without times and owners, so that equal files are equal to the engine's cache."""
    info = tarfile.TarInfo(name)
    info.size = file.stat().st_size
    info.mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
    yield info.tobuf(tarfile.PAX_FORMAT)
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk
    yield bytes(-info.size % tarfile.BLOCKSIZE)
