"""Telling visitors apart by where they come from, without keeping whose address it is."""

from ipaddress import ip_address, ip_network

from django.utils.crypto import salted_hmac

V6_PREFIX = 64  # what one household or office is likely to have


def network_of(ip: str, *, v4_prefix: int) -> str:
    """This function will name the network of an address: neighbours within the prefix share one name."""
    prefix = v4_prefix if ip_address(ip).version == 4 else V6_PREFIX
    network = ip_network(f"{ip}/{prefix}", strict=False)
    return salted_hmac("shop.contact.network", str(network), algorithm="sha256").hexdigest()[:32]
