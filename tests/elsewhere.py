#!/usr/bin/env python3
"""Runs a browser as on a machine of its own, which is where people have theirs.

Chromium gives up all that is under way when its machine gets or loses a network, and Docker makes one with nearly every
job of a test. So it stands in a network namespace with no more than a loopback, and reaches the servers of this machine
through a SOCKS proxy (RFC 1928). Needs to be root. Takes the browser's arguments; CHROMIUM names its program.
"""

import asyncio
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys

_NEW_NETWORK = 0x40000000  # CLONE_NEWNET of <sched.h>
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP of <linux/if.h>
_IPV4 = 1
_DONE, _REFUSED = 0, 5


def main() -> int:
    """Runs the browser with a proxy of its own. Its exit status."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    _call("unshare", _NEW_NETWORK)
    listener = _listen()
    proxy = f"--proxy-server=socks5://127.0.0.1:{listener.getsockname()[1]}"
    browser = subprocess.Popen(  # with the pipes that Playwright speaks to it by
        [os.environ["CHROMIUM"], *sys.argv[1:], proxy, "--proxy-bypass-list=<-loopback>"], close_fds=False
    )
    _call("setns", home, _NEW_NETWORK)
    return asyncio.run(_serve(listener, browser))


def _call(name: str, *arguments: int) -> None:
    """A call of the C library that Python 3.11 has no name for."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def _listen() -> socket.socket:
    """On the loopback of a namespace that is new, so it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        wanted = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _GET_FLAGS, wanted))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
    return socket.create_server(("127.0.0.1", 0))


async def _serve(listener: socket.socket, browser: subprocess.Popen[bytes]) -> int:
    server = await asyncio.start_server(_connect, sock=listener)
    async with server:
        return await asyncio.to_thread(browser.wait)


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection, from its greeting to its end."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(bytes([5, 0]))
    _, _, _, kind = await reader.readexactly(4)
    if kind == _IPV4:
        host = socket.inet_ntoa(await reader.readexactly(4))
    else:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    (port,) = struct.unpack("!H", await reader.readexactly(2))
    try:
        there_reader, there = await asyncio.open_connection(host, port)
    except OSError:
        writer.write(bytes([5, _REFUSED, 0, _IPV4]) + bytes(6))
        writer.close()
        return
    writer.write(bytes([5, _DONE, 0, _IPV4]) + bytes(6))
    await asyncio.gather(_copy(reader, there), _copy(there_reader, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        target.transport.abort()
    else:
        target.close()


if __name__ == "__main__":
    sys.exit(main())
