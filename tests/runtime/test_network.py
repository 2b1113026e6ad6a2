"""Addresses and subnets: lowest free first, never two holders, never outside the pool."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpai.errors import PaiError, Refused, TemporaryFailure
from openpai.runtime.network import gateway, lease_address, lease_addresses, lease_subnet, shared_subnet

POOL = "10.210.0.0/16"

pools = st.integers(10, 26).map(lambda prefix: f"10.0.0.0/{prefix}")
hosts = st.integers(1, 300)


@pytest.mark.parametrize(
    ("pool", "shared"),
    [
        ("10.0.0.0/8", "10.0.0.0/20"),
        (POOL, "10.210.0.0/20"),
        ("10.210.0.0/18", "10.210.0.0/20"),
        ("10.210.0.0/19", "10.210.0.0/21"),
        ("10.210.0.0/22", "10.210.0.0/24"),
        ("10.210.0.0/26", "10.210.0.0/28"),
        ("10.210.0.0/29", "10.210.0.0/29"),
    ],
)
def test_single_task_jobs_share_the_first_part_of_the_pool(pool: str, shared: str) -> None:
    assert shared_subnet(pool) == shared


def test_the_gateway_is_the_first_host_address() -> None:
    assert gateway("10.210.16.0/28") == "10.210.16.1"


def test_the_lowest_free_address_is_taken() -> None:
    subnet = "10.210.16.0/28"
    assert lease_address(subnet, []) == "10.210.16.2"
    assert lease_address(subnet, ["10.210.16.2", "10.210.16.4"]) == "10.210.16.3"


def test_several_addresses_fill_the_gaps_first() -> None:
    assert lease_addresses("10.210.16.0/28", ["10.210.16.3"], 2) == ("10.210.16.2", "10.210.16.4")


def test_a_full_subnet_says_how_full_it_is() -> None:
    subnet = "10.210.16.0/28"
    taken = lease_addresses(subnet, [], 13)
    assert taken[-1] == "10.210.16.14"
    with pytest.raises(TemporaryFailure) as caught:
        lease_address(subnet, taken)
    assert caught.value.first.code == "NetworkPoolExhausted"
    assert caught.value.first.params == {"pool": subnet, "needed": 1, "used": 13, "size": 16}


@pytest.mark.parametrize(
    ("tasks", "prefix"), [(1, 28), (2, 28), (13, 28), (14, 27), (29, 27), (30, 26), (500, 23), (2000, 21)]
)
def test_the_subnet_of_a_job_is_just_large_enough(tasks: int, prefix: int) -> None:
    subnet = lease_subnet(POOL, [], tasks)
    assert IPv4Network(subnet).prefixlen == prefix
    assert len(lease_addresses(subnet, [], tasks)) == tasks


def test_a_subnet_that_came_free_is_taken_again() -> None:
    first, second, third = "10.210.16.0/28", "10.210.16.16/28", "10.210.16.32/28"
    assert lease_subnet(POOL, [], 2) == first
    assert lease_subnet(POOL, [first], 2) == second
    assert lease_subnet(POOL, [third, first], 2) == second
    assert lease_subnet(POOL, [first, second, third], 2) == "10.210.16.48/28"
    assert lease_subnet(POOL, [second], 20) == "10.210.16.32/27"


def test_subnets_of_an_earlier_pool_are_in_nobodys_way() -> None:
    assert lease_subnet(POOL, ["172.30.0.0/16", "10.209.0.0/28"], 2) == "10.210.16.0/28"


def test_a_pool_without_room_now_is_tried_again_later() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        lease_subnet("10.0.0.0/24", ["10.0.0.128/25"], 100)
    assert caught.value.first.params == {"pool": "10.0.0.0/24", "needed": 100, "used": 128, "size": 256}


def test_a_job_larger_than_the_pool_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        lease_subnet("10.0.0.0/24", [], 126)
    assert caught.value.first.code == "NetworkPoolExhausted"


def test_a_pool_that_is_no_network_is_a_fault() -> None:
    with pytest.raises(ValueError, match="host bits"):
        shared_subnet("10.210.0.1/16")


@given(pools, st.lists(st.tuples(hosts, st.booleans()), max_size=40), st.data())
def test_no_two_live_leases_overlap(pool: str, wishes: list[tuple[int, bool]], data: st.DataObject) -> None:
    live: list[IPv4Network] = []
    for count, ends in wishes:
        if ends and live:
            live.remove(data.draw(st.sampled_from(live)))
        try:
            got = IPv4Network(lease_subnet(pool, map(str, live), count))
        except PaiError:
            continue
        assert got.subnet_of(IPv4Network(pool))
        assert not any(got.overlaps(other) for other in [*live, IPv4Network(shared_subnet(pool))])
        assert got.num_addresses >= count + 3
        live.append(got)


@given(st.lists(hosts, max_size=12), hosts)
def test_the_lowest_free_subnet_is_taken(earlier: list[int], count: int) -> None:
    pool = "10.0.0.0/20"
    live: list[IPv4Network] = []
    for wish in earlier:
        try:
            live.append(IPv4Network(lease_subnet(pool, map(str, live), wish)))
        except PaiError:
            continue
    live = live[::2]  # leave gaps
    prefix = min(28, 32 - (count + 2).bit_length())
    held = [*live, IPv4Network(shared_subnet(pool))]
    free = [
        subnet
        for subnet in IPv4Network(pool).subnets(new_prefix=prefix)
        if not any(subnet.overlaps(other) for other in held)
    ]
    if free:
        assert lease_subnet(pool, map(str, live), count) == str(free[0])
    else:
        with pytest.raises(PaiError):
            lease_subnet(pool, map(str, live), count)


@given(st.integers(22, 29), st.sets(st.integers(0, 1023)))
def test_an_address_is_the_lowest_free_one_that_a_task_may_have(prefix: int, used: set[int]) -> None:
    network = IPv4Network(f"10.0.0.0/{prefix}")
    taken = {str(IPv4Address("10.0.0.0") + number) for number in used}
    free = [str(host) for host in network.hosts() if str(host) not in taken]
    free = [host for host in free if host != gateway(str(network))]
    if free:
        assert lease_address(str(network), taken) == free[0]
    else:
        with pytest.raises(TemporaryFailure):
            lease_address(str(network), taken)
