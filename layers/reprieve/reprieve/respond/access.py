"""Who may see a case and decide: anyone with its link, only some networks, or people who sign in."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address

from reprieve.cases.visitor import AuthMethod, Visitor
from reprieve.dataclass import dataclass
from reprieve.links import LinkClaims, SampleClaims
from reprieve.respond.sign_in import SignIn
from reprieve.untrusted import one_line

Network = IPv4Network | IPv6Network

_ADDRESS_LIMIT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What someone needs in addition to a link.

    Attributes:
        auth_method: What is asked for.
        networks: Where visitors may come from; anywhere if none is named.
        sign_in: How they sign in, where they have to.
    """

    auth_method: AuthMethod = AuthMethod.LINK
    networks: tuple[Network, ...] = ()
    sign_in: SignIn | None = None

    def is_open_to(self, source_ip: str) -> bool:
        """Return whether someone may come from that address, as API Gateway reports it."""
        if not self.networks:
            return True
        try:
            address = ip_address(source_ip)
        except ValueError:
            return False
        inner = getattr(address, "ipv4_mapped", None)
        return any((inner or address) in network for network in self.networks)

    def visitor(
        self, claims: LinkClaims | SampleClaims, source_ip: str, user_agent: str, cookies: Mapping[str, str]
    ) -> Visitor | None:
        """Return who comes with a valid link; None if they have to sign in first."""
        person = self.sign_in.person(cookies) if self.sign_in else None
        if self.sign_in and person is None:
            return None
        return Visitor(
            auth_method=self.auth_method,
            channel=claims.channel,
            notice=claims.notice,
            source_ip=one_line(source_ip, _ADDRESS_LIMIT),
            user_agent=one_line(user_agent),
            person=person,
        )
