"""Money: each order has cost its customer what was sent or is still owed, and the bank's own books say the same."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from prove.checks.evidence import Evidence, Row
from prove.checks.violation import Violation

NOTHING = Decimal(0)
CLOSED = ("captured", "failed", "expired", "cancelled")


def wrong(evidence: Evidence) -> Iterator[Violation]:
    yield from _kept(evidence)
    yield from _charges(evidence)
    yield from _returns(evidence)
    yield from _as_customers_saw(evidence)


def left_open(evidence: Evidence) -> Iterator[Violation]:
    """At rest nobody waits for money any more, neither we nor the bank nor a customer."""
    number_of = _number_of(evidence)
    for order in evidence.shop["orders"]:
        if order["state"] == "awaiting_payment":
            yield Violation(f"Order {order['number']} waits for its money beyond the time to pay.", order["number"])
    for payment in evidence.shop["payments"]:
        if payment["state"] not in CLOSED:
            yield Violation(f"The payment {payment['key']} is still {payment['state']}.", payment["number"])
        if payment["state"] == "captured" and not payment["settled"]:
            yield Violation(f"Nobody decided what the payment {payment['key']} is for.", payment["number"])
    for refund in evidence.shop["refunds"]:
        if refund["state"] != "sent":
            told = f"{refund['state']}: {refund['last_error']}"
            yield Violation(f"The refund {refund['key']} of {refund['amount']} is {told}", refund["number"])
    charged = {charge["payment"] for charge in evidence.shop["bank_charges"]}
    for session in evidence.shop["bank_sessions"]:
        if session["state"] == "authorised" and session["payment"] not in charged:
            told = f"The bank keeps {session['amount']} aside that the shop neither takes nor lets go."
            yield Violation(told, number_of.get(session["payment"], ""))
    for notice in evidence.shop["bank_notices"]:
        yield Violation(f"The bank's notice {notice['notice']} was not taken.", number_of.get(notice["payment"], ""))


def _kept(evidence: Evidence) -> Iterator[Violation]:
    kept = Counter()
    for payment in evidence.shop["payments"]:
        kept[payment["number"]] += payment["captured"] - payment["refunded"]
    off = {(line["number"], line["line"]): line["discount"] for line in evidence.shop["lines"]}
    in_store, lines = evidence.by_number("store", "orders"), evidence.by_number("store", "lines")
    back = _paid_back_for_returns(evidence, off)
    for order in evidence.shop["orders"]:
        number = order["number"]
        owed = _owed(order, in_store.get(number, ()), lines.get(number, ()), off)
        owed -= NOTHING if order["payment"] == "on_delivery" else back[number]
        if kept[number] != owed:
            told = f"{kept[number]} was kept for order {number}; {owed} is the price of what was sent or is owed."
            yield Violation(f"{told} {back[number]} went back for copies that came back.", number)
    yield from _by_hand(evidence, back)


def _paid_back_for_returns(evidence: Evidence, off: dict[tuple[str, int], Decimal]) -> Counter:
    """By order, what was paid for the copies whose money goes back, by the store's word. Delivery is no part of it."""
    copies = Counter()
    for row in evidence.store["return_lines"]:
        copies[row["number"], row["line"]] += row["refund"]
    back = Counter()
    for line in evidence.store["lines"]:
        if number := copies[line["number"], line["line"]]:
            less = off[line["number"], line["line"]]
            back[line["number"]] += _part(line, line["packed"], less) - _part(line, line["packed"] - number, less)
    return back


def _by_hand(evidence: Evidence, back: Counter) -> Iterator[Violation]:
    """Who paid the carrier is paid back by a person, whom the order calls; nobody else is."""
    noted = Counter()
    for row in evidence.shop["returns"]:
        noted[row["number"]] += row["by_hand"]
    for order in evidence.shop["orders"]:
        number = order["number"]
        due = back[number] if order["payment"] == "on_delivery" else NOTHING
        if noted[number] != due:
            told = f"{noted[number]} is noted to be paid back by hand for order {number}, {due} is due."
            yield Violation(told, number)
        elif due and "by hand" not in order["attention"]:
            yield Violation(f"Order {number} calls nobody to pay {due} back by hand.", number)


def _owed(order: Row, in_store: list[Row], lines: list[Row], off: dict[tuple[str, int], Decimal]) -> Decimal:
    """By the store's word, not the shop's: what lies in the parcel, or is still to be packed, and its delivery."""
    if order["payment"] == "on_delivery" or not in_store:
        return NOTHING
    if in_store[0]["state"] not in ("received", "packing", "part_sent", "dispatched"):
        return NOTHING
    is_sent = in_store[0]["state"] == "dispatched"
    copies = [line["packed"] if is_sent else line["quantity"] - line["short"] for line in lines]
    goods = [_part(line, number, off[line["number"], line["line"]]) for line, number in zip(lines, copies, strict=True)]
    return sum(goods, order["delivery"]) if any(copies) else NOTHING


def _part(line: Row, copies: int, off: Decimal) -> Decimal:
    """The share of so many copies in what the line costs after the coupon, in whole cents."""
    cents = (line["quantity"] * line["unit_price"] - off) * 100
    return Decimal(int(cents) * copies // line["quantity"]) / 100


def _charges(evidence: Evidence) -> Iterator[Violation]:
    """What the bank took is what the shop knows of, each charge once."""
    number_of = _number_of(evidence)
    known = {payment["charge"]: payment for payment in evidence.shop["payments"] if payment["charge"]}
    taken = {charge["charge"]: charge for charge in evidence.shop["bank_charges"]}
    for id, charge in taken.items():
        number, ours = number_of.get(charge["payment"], ""), known.get(id)
        if ours is None:
            yield Violation(f"The bank took {charge['amount']} ({id}), of which the shop knows nothing.", number)
        elif (ours["captured"], ours["number"]) != (charge["amount"], number):
            told = f"The bank took {charge['amount']} ({id}) for order {number}"
            yield Violation(f"{told}, the shop noted {ours['captured']} for {ours['number']}.", number)
    for payment in evidence.shop["payments"]:
        if payment["captured"] and payment["charge"] not in taken:
            told = f"The shop noted {payment['captured']} as taken ({payment['charge']}), and the bank knows nothing."
            yield Violation(told, payment["number"])


def _returns(evidence: Evidence) -> Iterator[Violation]:
    """What the bank gave back is what the shop asked for, each refund once, and never more than was taken."""
    refunds = {refund["key"]: refund for refund in evidence.shop["refunds"]}
    returns = {back["key"]: back for back in evidence.shop["bank_returns"]}
    number_of = {payment["charge"]: payment["number"] for payment in evidence.shop["payments"]}
    for key in sorted(set(refunds) | set(returns)):
        ours, theirs = refunds.get(key), returns.get(key)
        asked, given = (row and (row["charge"], row["amount"]) for row in (ours, theirs))
        if asked != given and not (theirs is None and ours["state"] != "sent"):
            number = ours["number"] if ours else number_of.get(theirs["charge"], "")
            yield Violation(f"Refund {key}: asked for {_amount(ours)}, given back {_amount(theirs)}.", number)
    owed, back = defaultdict(Decimal), defaultdict(Decimal)
    for refund in evidence.shop["refunds"]:
        owed[refund["payment"]] += refund["amount"]
    for row in evidence.shop["bank_returns"]:
        back[row["charge"]] += row["amount"]
    for payment in evidence.shop["payments"]:
        if not payment["refunded"] == owed[payment["key"]] <= payment["captured"]:
            told = f"{payment['refunded']} noted, {owed[payment['key']]} in refunds, {payment['captured']} taken"
            yield Violation(f"The payment {payment['key']} does not add up: {told}.", payment["number"])
    for charge in evidence.shop["bank_charges"]:
        if not charge["returned"] == back[charge["charge"]] <= charge["amount"]:
            told = f"The bank gave {back[charge['charge']]} back of the {charge['amount']} of {charge['charge']}"
            number = number_of.get(charge["charge"], "")
            yield Violation(f"{told}, and noted {charge['returned']}.", number)


def _as_customers_saw(evidence: Evidence) -> Iterator[Violation]:
    """Nobody was charged but by their own doing, and no charge that a customer saw is missing."""
    number_of = _number_of(evidence)
    taken = Counter(number_of.get(charge["payment"]) for charge in evidence.shop["bank_charges"])
    for order in evidence.accepted:
        if taken[order.number] not in (order.charges, order.charges + order.approvals):
            told = f"The customer of order {order.number} saw {order.charges} charges, and the bank made "
            yield Violation(f"{told}{taken[order.number]}.", order.number)


def _number_of(evidence: Evidence) -> dict[str, str]:
    """The order's number by the key under which the bank knows its first payment."""
    return {payment["key"]: payment["number"] for payment in evidence.shop["payments"]}


def _amount(row: Row | None) -> str:
    return f"{row['amount']} of {row['charge']}" if row else "nothing"
