"""Where a webhook may go. Partners give us addresses, and none of them may lead into our own house."""

import ipaddress
import socket
import threading
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

RESOLVE_S = 3.0
USUAL_PORT = {"https": 443, "http": 80}
# Told one by one, since versions of Python differ in what they call global.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 "
        "203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        # Of IPv6 only 2000::/3 is given out at all. Within it: Teredo and others of the IETF, documentation, 6to4.
        "2001::/23 2001:db8::/32 2002::/16 3fff::/20"
    ).split()
]
GIVEN_OUT = ipaddress.ip_network("2000::/3")


class NotAllowed(Exception):
    """An address that nothing is sent to; the text is for the owner of the shop."""


@dataclass(frozen=True)
class Target:
    """A checked way: `ips` are what may be connected to, `host` whose certificate is asked for."""

    scheme: str
    host: str
    port: int
    ips: tuple[str, ...]


def check(url: str) -> SplitResult:
    """This function will look at an address as far as that goes without asking for its host.

    :raises NotAllowed:
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or USUAL_PORT.get(parts.scheme)
    except ValueError as error:
        raise NotAllowed("This is no address that can be read.") from error
    schemes = ("https", "http") if settings.WEBHOOK_HTTP else ("https",)
    if parts.scheme not in schemes:
        raise NotAllowed(f"The address must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise NotAllowed("The address must name a host, and neither a user nor a fragment.")
    if port not in settings.WEBHOOK_PORTS:
        ports = " or ".join(map(str, settings.WEBHOOK_PORTS))
        raise NotAllowed(f"Port {port} is not open to webhooks: it must be {ports} (WEBHOOK_PORTS).")
    if (ip := _literal(host)) and not is_allowed(ip):
        raise NotAllowed(f"{host} is not a public address.")
    return parts


def target_of(url: str) -> Target:
    """This function will ask for the host once, and answer the addresses that may be connected to.

    One address of several that is not public is enough to refuse: an honest name has none.

    :raises NotAllowed:
    :raises OSError: if the host is not known, or the answer does not come in time.
    """
    parts = check(url)
    port = parts.port or USUAL_PORT[parts.scheme]
    found = _resolve(parts.hostname, port)
    for ip in found:
        if not is_allowed(ip):
            raise NotAllowed(f"{parts.hostname} leads to {ip}, which is not a public address.")
    return Target(parts.scheme, parts.hostname, port, tuple(dict.fromkeys(map(str, found))))


def is_allowed(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is public, or in a network that the settings name. Ways from IPv6 into IPv4 are none."""
    if any(ip in network for network in settings.WEBHOOK_NETWORKS):
        return True
    if ip.version == 6 and (ip not in GIVEN_OUT or ip.scope_id):
        return False
    return not any(ip in network for network in NOT_PUBLIC)


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _resolve(host: str, port: int) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """All addresses of a host. In a thread of its own, because a resolver cannot be told how long to take."""
    answer: list = []

    def ask() -> None:
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    asking = threading.Thread(target=ask, daemon=True, name="webhook-host")
    asking.start()
    asking.join(RESOLVE_S)
    if not answer:
        raise TimeoutError(f"The name {host} was not answered within {RESOLVE_S:.0f} s.")
    if isinstance(answer[0], Exception):
        raise OSError(f"The name {host} cannot be found: {answer[0]}")
    return [ipaddress.ip_address(place[4][0]) for place in answer[0]]
