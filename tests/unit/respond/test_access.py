"""From which addresses the page opens."""

from ipaddress import ip_network

import pytest

from reprieve.cases.visitor import AuthMethod
from reprieve.respond.access import Access

NETWORKS = (ip_network("192.0.2.0/24"), ip_network("2001:db8:7::/48"))


@pytest.mark.parametrize("source_ip", ["203.0.113.40", "2001:db8::1", "", "nonsense"])
def test_a_door_that_names_no_network_is_open_to_all(source_ip: str) -> None:
    assert Access().is_open_to(source_ip)


@pytest.mark.parametrize(
    ("source_ip", "is_open"),
    [
        ("192.0.2.0", True),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("2001:db8:7::1", True),
        ("2001:db8:8::1", False),
        ("::ffff:192.0.2.7", True),
        ("::ffff:192.0.3.7", False),
        ("", False),
        ("nonsense", False),
        ("192.0.2.7, 203.0.113.40", False),
    ],
)
def test_a_door_is_open_to_its_networks_alone(source_ip: str, is_open: bool) -> None:  # noqa: FBT001 - a case
    assert Access(auth_method=AuthMethod.NETWORK, networks=NETWORKS).is_open_to(source_ip) is is_open
