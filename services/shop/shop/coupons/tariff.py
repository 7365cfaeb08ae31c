"""What the shop takes for sending an order, and what of a price is tax: settings, as the arithmetic wants them."""

from collections.abc import Sequence

from django.conf import settings

from shop.coupons.pricing import Delivery, Goods, Quote, Saving, quote, unit_of
from shop.pages.wording import money


def quote_for(goods: Sequence[Goods], currency: str, saving: Saving | None = None) -> Quote:
    """This function will add up an order at the shop's own rates."""
    return quote(
        goods,
        saving=saving,
        delivery=delivery_in(currency),
        tax_percent=settings.TAX_PERCENT,
        unit=unit_of(currency),
    )


def delivery_in(currency: str) -> Delivery:
    """The price of delivery is set in one currency; orders in another are sent free."""
    if currency != settings.DELIVERY_CURRENCY:
        return Delivery()
    return Delivery(settings.DELIVERY_PRICE, settings.FREE_DELIVERY_FROM)


def delivery_sentence() -> str:
    """What sending costs, for people."""
    price, currency = settings.DELIVERY_PRICE, settings.DELIVERY_CURRENCY
    if not price or settings.FREE_DELIVERY_FROM == 0:
        return "Delivery is free."
    if settings.FREE_DELIVERY_FROM is None:
        return f"Delivery costs {money(price, currency)}."
    return (
        f"Delivery costs {money(price, currency)}, and nothing from {money(settings.FREE_DELIVERY_FROM, currency)} on."
    )
