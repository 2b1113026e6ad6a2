"""Addresses of containers, handed out before anything starts: pure, lowest free first.

One pool of IPv4 addresses (a setting) is cut in two. Its first part is the subnet of the isolated network
that all single-task jobs share; from the rest each job of several tasks leases a subnet of its own. The caller
(the controller) knows what is in use and stores each lease before it acts on it.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from openpai.errors import Problem, Refused, TemporaryFailure

SHARED_PREFIX = 20
"""The shared subnet is a /20 (4,093 tasks), or a quarter of a pool smaller than a /18."""

SMALLEST_PREFIX = 28
"""No subnet of a job is smaller than a /28 (13 tasks): jobs of like size then fit each other's gaps."""

_RESERVED = 3  # network address, gateway, broadcast address


def shared_subnet(pool: str) -> str:
    """The part of `pool` that all single-task jobs share; a pool of a /28 or less is shared whole."""
    return str(_shared(IPv4Network(pool)))


def gateway(subnet: str) -> str:
    """The first host address of `subnet`: the engine's own, never a task's."""
    return str(IPv4Network(subnet)[1])


def lease_address(subnet: str, used: Iterable[str]) -> str:
    """The lowest address of `subnet` that a task may have and that is not among `used`.

    Raises `TemporaryFailure` (NetworkPoolExhausted): an address comes free when a task ends.
    """
    return lease_addresses(subnet, used, 1)[0]


def lease_addresses(subnet: str, used: Iterable[str], count: int) -> tuple[str, ...]:
    """`count` addresses, all or none, as `lease_address` would give them one by one."""
    network = IPv4Network(subnet)
    taken = {int(IPv4Address(address)) for address in used}
    hosts = range(int(network[2]), int(network.broadcast_address))
    free = list(islice((number for number in hosts if number not in taken), count))
    if len(free) < count:
        raise TemporaryFailure(_exhausted(network, needed=count, used=len(taken)))
    return tuple(str(IPv4Address(number)) for number in free)


def lease_subnet(pool: str, used: Iterable[str], hosts: int) -> str:
    """The lowest subnet of `pool` for `hosts` tasks that overlaps neither `used` nor the shared subnet.

    `used` may hold subnets outside the pool (of an earlier setting). Raises `TemporaryFailure` where a lease
    that ends could make room, `Refused` where even the empty pool is too small (both NetworkPoolExhausted).
    """
    network = IPv4Network(pool)
    size = _size_for(hosts)
    held = [IPv4Network(subnet) for subnet in used]
    start = _first_gap(network, [_shared(network), *held], size)
    if start is not None:
        return str(IPv4Network((start, 33 - size.bit_length())))
    possible = _first_gap(network, [_shared(network)], size) is not None
    problem = _exhausted(network, hosts, used=sum(subnet.num_addresses for subnet in held))
    raise TemporaryFailure(problem) if possible else Refused(problem)


def _shared(pool: IPv4Network) -> IPv4Network:
    prefix = min(max(SHARED_PREFIX, pool.prefixlen + 2), SMALLEST_PREFIX)
    return IPv4Network((int(pool.network_address), max(prefix, pool.prefixlen)))


def _size_for(hosts: int) -> int:
    """How many addresses (a power of two) the subnet of a job with `hosts` tasks has."""
    smallest: int = 1 << (32 - SMALLEST_PREFIX)
    return max(smallest, 1 << (hosts + _RESERVED - 1).bit_length())


def _first_gap(pool: IPv4Network, held: Iterable[IPv4Network], size: int) -> int | None:
    """The lowest multiple of `size` in `pool` from which `size` addresses are held by nobody."""
    start = _align(int(pool.network_address), size)
    for subnet in sorted(held):
        if start + size <= int(subnet.network_address):
            break
        start = max(start, _align(int(subnet.broadcast_address) + 1, size))
    return start if start + size - 1 <= int(pool.broadcast_address) else None


def _align(number: int, size: int) -> int:
    return -(-number // size) * size


def _exhausted(network: IPv4Network, needed: int, used: int) -> Problem:
    """All numbers are addresses: those asked for, those in use, those that the network has."""
    numbers = {"needed": needed, "used": used, "size": network.num_addresses}
    return Problem("NetworkPoolExhausted", {"pool": str(network), **numbers})
