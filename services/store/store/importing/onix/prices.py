"""Which of a product's prices is ours: what a reader pays, tax included, in our currency and country, today."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from store.catalogue.models import FOR_NOTHING, HIGHEST_PRICE
from store.importing.onix.tree import Element
from store.importing.rows import BadRow

# Code list 58. Fixed prices bind us, so they go before recommended ones; what the publisher asks itself comes last.
WITH_TAX = {"04": 0, "02": 1, "42": 2}
WITHOUT_TAX = {"03": 3, "01": 4, "41": 5}
FOR_EVERYBODY = ("", "00", "05")  # code list 59: not qualified, or the consumer's
FROM, UNTIL = "14", "15"  # code list 173
UNTAXED = ("Z",)  # code list 62
CENT = Decimal("0.01")


class Market(NamedTuple):
    """Where we sell, and when: prices of other places and days are not ours.

    :ivar country: of two letters; empty takes a price whatever its territory.
    """

    currency: str
    country: str
    today: date


class Defaults(NamedTuple):
    """What the message's header says for prices that do not say it themselves."""

    currency: str = ""
    price_type: str = ""


def price_of(record: Element, market: Market, defaults: Defaults) -> Decimal | None:
    """This function will answer None if the record names no price at all.

    :raises BadRow: if it names prices, and none can be ours.
    """
    prices = record.all("ProductSupply", "SupplyDetail", "Price")
    if not prices:
        return None
    ours = sorted(_ours(prices, market, defaults), key=lambda found: found[0])
    if paid := [amount for _, amount in ours if amount]:
        return paid[0]
    if ours:
        raise BadRow(FOR_NOTHING)
    named = sorted({price.text("CurrencyCode") or defaults.currency or "?" for price in prices})
    raise BadRow(
        f"None of its {len(prices)} prices ({', '.join(named)[:60]}) is one in {market.currency} that a reader pays today"
        f"{' in ' + market.country if market.country else ''}, tax included or with its rate."
    )


def _ours(
    prices: Sequence[Element], market: Market, defaults: Defaults
) -> Iterator[tuple[tuple[int, int, int], Decimal]]:
    for place, price in enumerate(prices):
        kind = price.text("PriceType") or defaults.price_type
        nearness = _nearness(price, market.country)
        if (
            (price.text("CurrencyCode") or defaults.currency) == market.currency
            and price.text("PriceQualifier") in FOR_EVERYBODY
            and nearness is not None
            and _is_of_today(price, market.today)
            and (amount := _amount(price, kind)) is not None
        ):
            yield ((WITH_TAX | WITHOUT_TAX)[kind], nearness, place), amount


def _amount(price: Element, kind: str) -> Decimal | None:
    """What the reader pays; None if that cannot be known."""
    amount = price.text("PriceAmount")
    if kind not in WITH_TAX | WITHOUT_TAX or not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", amount, re.ASCII):
        return None
    paid = Decimal(amount)
    if kind in WITHOUT_TAX:
        rate = _tax_percent(price)
        if rate is None:
            return None
        paid *= 1 + rate / 100
    paid = paid.quantize(CENT, ROUND_HALF_UP)
    return paid if paid <= HIGHEST_PRICE else None


def _tax_percent(price: Element) -> Decimal | None:
    rates = [tax.text("TaxRatePercent") for tax in price.all("Tax")]
    if len(rates) == 1 and re.fullmatch(r"\d{1,2}(\.\d{1,4})?", rates[0], re.ASCII):
        return Decimal(rates[0])
    return Decimal(0) if price.text("Tax", "TaxRateCode") in UNTAXED else None


def _nearness(price: Element, country: str) -> int | None:
    """0 for the price that means us best, None for one that is not meant for us."""
    if not price.has("Territory"):
        return 1 if country else 0
    territory = price.all("Territory")[0]
    included = territory.text("CountriesIncluded").split()
    everywhere = "WORLD" in territory.text("RegionsIncluded").split()
    if not country:
        return 0 if everywhere else 1
    if country in territory.text("CountriesExcluded").split():
        return None
    if country in included:
        return 0
    return 1 if everywhere or not (included or territory.has("RegionsIncluded")) else None


def _is_of_today(price: Element, today: date) -> bool:
    for span in price.all("PriceDate"):
        try:
            day = datetime.strptime(span.text("Date")[:8], "%Y%m%d").date()
        except ValueError:
            continue
        role = span.text("PriceDateRole")
        if (role == FROM and today < day) or (role == UNTIL and today > day):
            return False
    return True
