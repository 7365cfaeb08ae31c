"""The gateways that customers of this shop may pay by. Each is a folder here and one line below."""

from django.conf import settings

from shop.payments.gateways.base import Gateway


class NoSuchGateway(LookupError):
    """No gateway of that name is switched on."""


def gateways() -> dict[str, Gateway]:
    """This function will return the gateways that are switched on, by name."""
    from shop.payments.gateways.test.gateway import TestBank  # a gateway brings its own tables

    return {TestBank.name: TestBank()} if settings.TEST_BANK else {}


def gateway(name: str) -> Gateway:
    """:raises NoSuchGateway:"""
    try:
        return gateways()[name]
    except KeyError:
        raise NoSuchGateway(name) from None
