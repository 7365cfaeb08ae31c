"""Orders: none lost, none twice, none altered, and both sides agree."""

from collections import Counter
from collections.abc import Iterator

from prove import prices
from prove.checks.evidence import Evidence
from prove.checks.violation import Violation

# The store's words and the shop's for the same thing.
SHOPS_WORD = {
    "received": "accepted",
    "rejected": "rejected",
    "packing": "packing",
    "part_sent": "partly_shipped",
    "dispatched": "shipped",
    "failed": "failed",
    "cancelled": "cancelled",
}
GONE = ("dispatched", "delivered", "lost", "came_back")
COUNTERS = ("packed", "shipped", "short")


def lost(evidence: Evidence) -> Iterator[Violation]:
    """Orders that were never placed need not come to the store: those not paid in time, or cancelled before."""
    in_shop, in_store = evidence.by_number("shop", "orders"), evidence.by_number("store", "orders")
    placed = {event["number"] for event in evidence.shop["events"] if event["state"] == "placed"}
    on_delivery = {order.number for order in evidence.accepted if not order.way.is_prepaid}
    for number in sorted({order.number for order in evidence.accepted} | set(in_shop)):
        if number not in in_shop:
            yield Violation(f"Order {number} was accepted and is not in the shop.", number)
        elif number not in in_store and number in placed | on_delivery:
            yield Violation(f"Order {number} was placed and is not in the store.", number)
    yield from _paid_in_vain(evidence)


def _paid_in_vain(evidence: Evidence) -> Iterator[Violation]:
    """Money that comes too late is given back only if the copies cannot be had any more."""
    paid = {payment["number"] for payment in evidence.shop["payments"] if payment["captured"]}
    lines = evidence.by_number("shop", "lines")
    for order in evidence.shop["orders"]:
        number = order["number"]
        if order["state"] == "expired" and number in paid:
            if all(line["book"] in evidence.plenty for line in lines.get(number, ())):
                told = f"Order {number} was paid and given up, though all of its books could be had."
                yield Violation(told, number)


def doubled(evidence: Evidence) -> Iterator[Violation]:
    for number, rows in evidence.by_number("store", "orders").items():
        if len(rows) > 1:
            yield Violation(f"Order {number} is {len(rows)} times in the store.", number)
    seen = Counter(order.number for order in evidence.accepted)
    for number, times in seen.items():
        if times > 1:
            yield Violation(f"{times} different checkouts were answered with order {number}.", number)
    for number in sorted(set(evidence.by_number("shop", "orders")) - set(seen)):
        yield Violation(f"The shop has order {number}, for which no customer has seen a confirmation.", number)


def strangers(evidence: Evidence) -> Iterator[Violation]:
    for number in sorted(set(evidence.by_number("store", "orders")) - set(evidence.by_number("shop", "orders"))):
        yield Violation(f"The store has order {number}, of which the shop knows nothing.", number)


def altered(evidence: Evidence) -> Iterator[Violation]:
    shop, store = evidence.by_number("shop", "orders"), evidence.by_number("store", "orders")
    for order in evidence.accepted:
        for row in shop.get(order.number, ()):
            if (row["total"], row["email"], row["coupon_code"]) != (order.total, order.email, order.coupon):
                told = f"The customer of order {order.number} saw {order.total} with coupon {order.coupon or 'none'}; "
                yield Violation(f"{told}the shop has {row['total']} with {row['coupon_code'] or 'none'}.", order.number)
    yield from _mispriced(evidence)
    # A tombstone keeps an order from being packed that was cancelled before it came; nothing else is known of it.
    buried = {row["number"] for row in evidence.store["orders"] if row["is_tombstone"]}
    shop_lines, store_lines = evidence.by_number("shop", "lines"), evidence.by_number("store", "lines")
    for number in sorted(set(shop) & set(store) - buried):
        frozen = [_frozen(rows.get(number, ())) for rows in (shop_lines, store_lines)]
        order, off = shop[number][0], sum(line["discount"] for line in shop_lines.get(number, ()))
        total = sum(quantity * price for *_, quantity, price in frozen[1]) - order["discount"] + order["delivery"]
        if frozen[0] != frozen[1] or off != order["discount"] or {order["total"], store[number][0]["total"]} != {total}:
            yield Violation(f"Order {number} has other lines or another total in the store than in the shop.", number)


def _mispriced(evidence: Evidence) -> Iterator[Violation]:
    """Each price is that of the book, less what its discount takes; coupon and delivery follow from the sum of them."""
    list_prices = {book["id"]: book["price"] for book in evidence.store["books"]}
    lines = evidence.by_number("shop", "lines")
    for order in evidence.shop["orders"]:
        mine = lines.get(order["number"], ())
        for line in mine:
            asked = list_prices[line["book"]], prices.price_of(line["book"], list_prices[line["book"]])
            if (line["list_price"], line["unit_price"]) != asked:
                told = f"Order {order['number']}, line {line['line']}: {line['unit_price']} instead of "
                yield Violation(f"{told}{line['list_price']} was asked; the book costs {asked}.", order["number"])
        worth = sum(line["quantity"] * line["unit_price"] for line in mine)
        expected = prices.taken_off(worth) if order["coupon_code"] else 0, prices.delivery_of(worth)
        if (order["discount"], order["delivery"]) != expected or sum(line["discount"] for line in mine) != expected[0]:
            told = f"Order {order['number']} of {worth}: {order['discount']} off and {order['delivery']} for delivery, "
            yield Violation(f"{told}not {expected}.", order["number"])


def _frozen(lines) -> list[tuple]:
    return [(line["line"], line["book"], line["quantity"], line["unit_price"]) for line in lines]


def status_differs(evidence: Evidence) -> Iterator[Violation]:
    shop = evidence.by_number("shop", "orders")
    for number, rows in evidence.by_number("store", "orders").items():
        for ours, theirs in ((ours, theirs) for ours in shop.get(number, ()) for theirs in rows):
            if (ours["state"], ours["store_version"]) != (SHOPS_WORD[theirs["state"]], theirs["version"]):
                told = (
                    f"Order {number} is {ours['state']} in the shop, after the store's version {ours['store_version']}; "
                    f"in the store it is {theirs['state']}, version {theirs['version']}."
                )
                yield Violation(told, number)


def counters_differ(evidence: Evidence) -> Iterator[Violation]:
    """The shop's counters against the store's newest event, and that event against the copies themselves."""
    newest = {number: events[-1] for number, events in evidence.by_number("store", "events").items()}
    shop = {(row["number"], row["line"]): row for row in evidence.shop["lines"]}
    told = {(number, line["line"]): line for number, event in newest.items() for line in event["lines"]}
    for key in sorted(set(shop) & set(told)):
        ours, theirs = ([row[name] for name in COUNTERS] for row in (shop[key], told[key]))
        if ours != theirs:
            yield Violation(f"Order {key[0]}, line {key[1]}: {COUNTERS} are {ours} in the shop, {theirs} told.", key[0])
    for row in evidence.store["lines"]:
        line, event = told.get((row["number"], row["line"])), newest.get(row["number"])
        to_deliver = row["quantity"] - row["short"]
        if line and line["shipped"] != row["shipped"]:
            said = f"{row['shipped']} have left, {line['shipped']} told"
            yield Violation(f"Order {row['number']}, line {row['line']}: {said}.", row["number"])
        if line and event["status"] == "dispatched" and not row["packed"] == line["shipped"] == to_deliver:
            said = f"{row['packed']} copies in the parcel, {line['shipped']} told, {row['quantity']} ordered, "
            said += f"{row['short']} short"
            yield Violation(f"Order {row['number']}, line {row['line']}: {said}.", row["number"])
    yield from _parcels(evidence)


def _parcels(evidence: Evidence) -> Iterator[Violation]:
    """What left lies in parcels, and the shop knows each of them with what is in it."""
    left = {(row["number"], row["parcel"]): {} for row in evidence.store["parcels"] if row["state"] in GONE}
    for row in evidence.store["allocations"]:
        if (inside := left.get((row["number"], row["parcel"]))) is not None:
            inside[str(row["line"])] = inside.get(str(row["line"]), 0) + 1
    known = {(row["number"], row["parcel"]): row["contents"] for row in evidence.shop["parcels"]}
    for key in sorted(set(left) | set(known)):
        if left.get(key) != known.get(key) or not known[key]:
            told = f"{known.get(key)} in the shop, {left.get(key)} in the store"
            yield Violation(f"Parcel {key[1]} of order {key[0]} holds {told}.", key[0])
    for row in evidence.store["lines"]:
        ours = sum(known[key].get(str(row["line"]), 0) for key in known if key[0] == row["number"])
        if ours != row["shipped"]:
            told = f"{ours} in its parcels, {row['shipped']} have left"
            yield Violation(f"Order {row['number']}, line {row['line']}: {told}.", row["number"])


def events_missing(evidence: Evidence) -> Iterator[Violation]:
    for side in ("shop", "store"):
        orders, events = evidence.by_number(side, "orders"), evidence.by_number(side, "events")
        for number in sorted(set(orders) | set(events)):
            versions = [event["version"] for event in events.get(number, ())]
            expected = list(range(1, max((row["version"] for row in orders.get(number, ())), default=0) + 1))
            if versions != expected or not versions:
                told = f"Order {number} has the events {versions} in the {side}, and should have {expected}."
                yield Violation(told, number)
