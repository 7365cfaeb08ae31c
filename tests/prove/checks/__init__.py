"""What must hold when all is at rest. A check is a function from the evidence to what it found wrong.

To add one, write it beside its like and name it in CHECKS.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prove.checks import books, mails, money, orders, rest, returns, stock, webhooks
from prove.checks.evidence import Evidence
from prove.checks.violation import Violation

Check = Callable[[Evidence], Iterable[Violation]]


@dataclass(frozen=True)
class Finding:
    """One row of the table: what was looked for, and what was wrong."""

    key: str
    sentence: str
    violations: tuple[Violation, ...]


# The key stands in the JSON report, the sentence in the table.
CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("lost", "every order is in the shop, and in the store once it was placed or paid", orders.lost),
    ("doubled", "no order is twice in the store, and no checkout made two", orders.doubled),
    ("strangers", "the store has no order that the shop has not", orders.strangers),
    ("altered", "an order is the one its customer saw, on both sides", orders.altered),
    ("oversold", "no book has more copies promised or shipped than it had", stock.oversold),
    ("stock_wrong", "copies, their ledger, the levels and the open orders add up", stock.wrong),
    ("holds_left", "no copies are held for an order that has come or is over, or too long", stock.holds_left),
    ("money_wrong", "what was paid and not given back is the price of what was sent or is owed", money.wrong),
    ("money_open", "no payment, refund or time to pay is left open", money.left_open),
    ("status_differs", "both sides say the same of each order", orders.status_differs),
    ("counters_differ", "both sides count the same copies on each line", orders.counters_differ),
    ("events_missing", "each order's events are 1, 2, 3 … on both sides", orders.events_missing),
    ("returns_differ", "both sides say the same of each return, and its customer has asked for it", returns.differ),
    ("returned_too_often", "no copy came back that was not sent, and none twice", returns.too_often),
    ("mails_missing", "each event of an order, a return and each refund has its mail, and it arrived", mails.missing),
    ("mails_doubled", "no event was told in two different mails", mails.doubled),
    ("mails_out_of_order", "an order's mails arrived in the order of its events", mails.out_of_order),
    ("mails_resent_too_often", "the same mail came again only where a sender was interrupted", mails.resent_too_often),
    ("webhooks_missing", "the partner heard of each move of an order, signed by the shop", webhooks.missing),
    ("webhooks_doubled", "a move that came again had the id that it had before", webhooks.doubled),
    ("webhooks_out_of_order", "the partner heard of an order's moves in their order", webhooks.out_of_order),
    ("books_differ", "the shop's books are the store's", books.differ),
    ("unsent", "nothing waits to be sent, nothing was refused or set aside", rest.unsent),
    ("deadlocks", "no transactions blocked each other for ever", rest.deadlocks),
    ("errors", "every shopper and packer could do their work", rest.errors),
)


def examine(evidence: Evidence) -> list[Finding]:
    """This function will make every check, also when one before it has failed."""
    return [Finding(key, sentence, tuple(check(evidence))) for key, sentence, check in CHECKS]
