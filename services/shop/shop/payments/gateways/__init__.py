"""The gateways that customers of this shop may pay by. Each is a folder here and one line below."""

from shop.payments.gateways.base import Gateway

PATIENT = frozenset({"bank_transfer"})  # whose money takes days; also while they are switched off


class NoSuchGateway(LookupError):
    """No gateway of that name is switched on, or not for this currency."""


def gateways() -> dict[str, Gateway]:
    """This function will return the gateways that are switched on, by name, in the order in which they are offered."""
    from shop.payments.gateways.bank_transfer.gateway import (
        BankTransfer,
    )  # gateways bring tables and pages of their own
    from shop.payments.gateways.paypal.gateway import PayPal
    from shop.payments.gateways.test.gateway import TestBank
    from shop.payments.gateways.zarinpal.gateway import Zarinpal

    return {one.name: one() for one in (PayPal, Zarinpal, BankTransfer, TestBank) if one.is_open()}


def gateways_for(currency: str) -> list[Gateway]:
    return [one for one in gateways().values() if one.serves(currency)]


def gateway(name: str) -> Gateway:
    """:raises NoSuchGateway:"""
    try:
        return gateways()[name]
    except KeyError:
        raise NoSuchGateway(name) from None
