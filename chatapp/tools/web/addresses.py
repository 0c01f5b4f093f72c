"""Which addresses may be connected to: public ones, and private hosts the operator has named."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from chatapp.errors import ToolError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

# Networks that carry another address inside, or that Python counts as global and are not.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            *("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10", "2001::/23"),
            *("100::/64", "5f00::/16", "3fff::/20"),
        ),
    )
)


def is_public(address: Address) -> bool:
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    known = any(address in net for net in _NOT_PUBLIC if net.version == address.version)
    return address.is_global and not address.is_multicast and not known


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    # An IPv4-compatible one (::7f00:1) is old, and some systems still route it.
    if int(address) >> 32 == 0 and int(address) > 1:
        return ipaddress.IPv4Address(int(address))
    return address.ipv4_mapped or address.sixtofour


async def system_lookup(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides for one kind of use. `private_hosts` are `host` or `host:port`, as URLs have them."""

    private_hosts: frozenset[str] = frozenset()
    lookup: Lookup = system_lookup

    def check_url(self, text: str) -> URL:
        """The parsed URL. Raises ToolError for what is no plain web address."""
        if any(ord(char) <= 32 or ord(char) == 127 for char in text) or "\\" in text:
            raise _refused(f"{text[:200]!r} is no web address.")
        try:
            url = URL(text)
            port, host = url.port, url.host
        except (ValueError, TypeError) as exc:
            raise _refused(f"{text[:200]!r} is no web address.") from exc
        if url.scheme not in ("http", "https") or not host or not port:
            raise _refused("Only http:// and https:// addresses can be fetched.")
        if url.user is not None or url.password is not None:
            raise _refused("An address with a user name in it is not fetched.")
        if "%" in host:
            raise _refused("An address with a zone is not fetched.")
        if not self._is_named(host, port):
            self._check_literal(host)
        return url

    async def addresses(self, host: str, port: int) -> list[str]:
        """Where to connect to. One bad answer spoils them all: names may be made to mix them."""
        try:
            found = await self.lookup(host, port)
        except (OSError, UnicodeError) as exc:
            raise OSError("This host cannot be found.") from exc
        addresses = [str(address) for address in found]
        if not self._is_named(host, port):
            for address in addresses:
                if not is_public(ipaddress.ip_address(address.partition("%")[0])):
                    raise BlockedAddress(host)
        return addresses

    def _is_named(self, host: str, port: int) -> bool:
        return host in self.private_hosts or f"{host}:{port}" in self.private_hosts

    def _check_literal(self, host: str) -> None:
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return
        if not is_public(address):
            raise blocked(host)


class BlockedAddress(OSError):
    """Raised where the connection would be made; `client` makes a ToolError of it."""


def blocked(host: str) -> ToolError:
    return ToolError(
        f"{host!r} is not on the public internet, so it is not fetched.", code="blocked_address"
    )


def _refused(message: str) -> ToolError:
    return ToolError(message, code="blocked_address")


class GatedResolver(AbstractResolver):
    """Gives aiohttp the addresses that were checked, and no others: there is no second look-up."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._gate.addresses(host, port)
        ]

    async def close(self) -> None:
        pass
