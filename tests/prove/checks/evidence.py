"""Everything the checks look at: rows of both databases, the mailbox, and what the customers saw."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_string
from pathlib import Path
from typing import Any

import psycopg
import requests

from prove.customers import Accepted
from prove.partner import Heard

Row = dict[str, Any]
MAILS_PER_PAGE = 250
DEADLOCK = re.compile(r"deadlock detected")

SHOP = {
    "orders": """SELECT number::text, state, version, store_version, total, delivery, discount, coupon_code, email, payment,
                 attention
                 FROM orders_order ORDER BY placed_at""",
    "lines": """SELECT order_id::text AS number, position AS line, book_id AS book, quantity, list_price, unit_price, discount,
                packed, shipped, short FROM orders_orderline ORDER BY order_id, position""",
    "events": "SELECT order_id::text AS number, version, state FROM orders_orderevent ORDER BY order_id, version",
    "parcels": "SELECT order_id::text AS number, number AS parcel, contents FROM orders_parcel ORDER BY order_id, number",
    "outbox": """SELECT COALESCE(r.order_id::text, m.key) AS number, m.state, m.attempts, m.last_error
                 FROM outbox_outboxmessage m LEFT JOIN returns_return r ON r.number::text = m.key ORDER BY m.id""",
    "mails": """SELECT key, event, kind, state, message_id, "to", attempts, text, stop_url <> '' AS may_be_unwanted,
                created_at FROM notifications_mail ORDER BY id""",
    "choices": """SELECT COALESCE(u.email, c.address) AS email, c.topic, c.wanted, c.at
                  FROM notifications_choice c LEFT JOIN accounts_user u ON u.id = c.user_id ORDER BY c.id""",
    "payments": """SELECT key::text, order_id::text AS number, state, charge, captured, refunded,
                   settled_at IS NOT NULL AS settled FROM payments_payment ORDER BY created_at""",
    "refunds": """SELECT r.key, p.key::text AS payment, p.order_id::text AS number, p.charge, r.amount, r.state,
                  r.last_error FROM payments_refund r JOIN payments_payment p ON p.key = r.payment_id ORDER BY r.id""",
    # The test bank keeps its own books in tables of its own; the shop never reads them.
    "bank_sessions": "SELECT shop_key::text AS payment, state, amount FROM test_bank_session ORDER BY number",
    "bank_charges": """SELECT c.number AS charge, s.shop_key::text AS payment, c.amount, c.returned
                       FROM test_bank_charge c JOIN test_bank_session s ON s.number = c.session_id ORDER BY c.made_at""",
    "bank_returns": "SELECT key, charge_id AS charge, amount FROM test_bank_return ORDER BY made_at",
    "bank_notices": """SELECT n.number AS notice, s.shop_key::text AS payment
                       FROM test_bank_banknotice n JOIN test_bank_session s ON s.number = n.session_id""",
    "returns": """SELECT number::text AS return, order_id::text AS number, state, version, why, reason, by_hand
                  FROM returns_return ORDER BY asked_at, number""",
    "return_lines": """SELECT r.of_id::text AS return, l.order_id::text AS number, l.position AS line, r.quantity, r.received,
                       r.restocked, r.damaged, r.not_ours, r.missing, r.refund FROM returns_returnline r
                       JOIN orders_orderline l ON l.id = r.line_id ORDER BY r.of_id, l.position""",
    "return_events": """SELECT of_id::text AS return, version, state, amount FROM returns_returnevent
                        ORDER BY of_id, version""",
    "aside": "SELECT feed, key, reason FROM storelink_setaside ORDER BY id",
    "feeds": "SELECT name, last_error, stopped_because FROM storelink_feed ORDER BY name",
    "books": """SELECT id, version, isbn13, title, price, store_free AS free, retired_at IS NOT NULL AS retired
                FROM catalogue_book ORDER BY id""",
}
STORE = {
    "orders": """SELECT id, number::text, state, version, total, shortage, fingerprint = '' AS is_tombstone
                 FROM orders_order ORDER BY id""",
    "lines": """SELECT o.number::text, l.order_id, l.id, l.line, l.book_id AS book, l.quantity, l.unit_price, l.short,
                l.awaited, count(a.id) FILTER (WHERE a.released_at IS NULL) AS packed,
                count(a.id) FILTER (WHERE a.released_at IS NULL AND p.dispatched_at IS NOT NULL) AS shipped
                FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
                LEFT JOIN orders_allocation a ON a.line_id = l.id LEFT JOIN orders_parcel p ON p.id = a.parcel_id
                GROUP BY o.number, l.id ORDER BY o.number, l.line""",
    "events": """SELECT number::text, order_id, version, status, lines, parcels FROM orders_orderevent
                 ORDER BY number, version, id""",
    "levels": """SELECT book_id AS book, on_shelf, not_new, reserved, awaited FROM stock_stocklevel ORDER BY book_id""",
    "copies": "SELECT id, book_id AS book, state, condition, barcode FROM stock_bookitem ORDER BY id",
    "ledger": """SELECT copy_id AS copy, from_state, to_state, reason, order_number::text AS number
                 FROM stock_ledgerline ORDER BY id""",
    "parcels": """SELECT o.number::text, p.number AS parcel, p.state FROM orders_parcel p
                  JOIN orders_order o ON o.id = p.order_id WHERE p.state <> 'void' ORDER BY o.number, p.number""",
    "allocations": """SELECT a.copy_id AS copy, o.number::text, o.state, l.line, p.number AS parcel, p.state AS parcel_state,
                      p.order_id = o.id AS in_own_parcel, a.returned_at IS NOT NULL AS is_back FROM orders_allocation a
                      JOIN orders_orderline l ON l.id = a.line_id JOIN orders_order o ON o.id = l.order_id
                      JOIN orders_parcel p ON p.id = a.parcel_id
                      WHERE a.released_at IS NULL ORDER BY a.id""",
    "returns": """SELECT r.id, r.number::text AS return, o.number::text, r.state, r.version, r.why, r.words, r.reason
                  FROM returns_return r JOIN orders_order o ON o.id = r.order_id ORDER BY r.id""",
    "return_lines": """SELECT r.number::text AS return, o.number::text, l.line, b.quantity, count(c.id) AS received,
                       count(c.id) FILTER (WHERE c.outcome = 'restocked') AS restocked,
                       count(c.id) FILTER (WHERE c.outcome = 'damaged') AS damaged, b.not_ours, b.missing,
                       count(c.id) FILTER (WHERE c.refund) AS refund
                       FROM returns_returnline b JOIN returns_return r ON r.id = b.of_id
                       JOIN orders_orderline l ON l.id = b.line_id JOIN orders_order o ON o.id = l.order_id
                       LEFT JOIN returns_returnedcopy c ON c.line_id = b.id
                       GROUP BY r.number, o.number, l.line, b.id ORDER BY b.id""",
    "return_events": """SELECT number::text AS return, version, status AS state FROM returns_returnevent
                        ORDER BY number, version, id""",
    "returned_copies": """SELECT c.copy_id AS copy, o.number::text, l.line, c.outcome FROM returns_returnedcopy c
                          JOIN returns_returnline b ON b.id = c.line_id JOIN orders_orderline l ON l.id = b.line_id
                          JOIN orders_order o ON o.id = l.order_id ORDER BY c.id""",
    "holds": """SELECT h.number::text, h.held_until < now() - interval '1 minute' AS overdue, l.book_id AS book, l.quantity
                FROM holds_hold h JOIN holds_holdline l ON l.hold_id = h.id WHERE h.state = 'held' ORDER BY l.id""",
    "books": """SELECT b.id, c.version, b.isbn13, b.title, b.price, b.retired,
                GREATEST(l.on_shelf - l.not_new - l.reserved - l.awaited, 0) AS free
                FROM catalogue_book b JOIN catalogue_bookchange c ON c.book_id = b.id
                LEFT JOIN stock_stocklevel l ON l.book_id = b.id ORDER BY b.id""",
}


@dataclass(frozen=True)
class Caught:
    """A mail as the catcher got it."""

    message_id: str
    to: str
    raw: str


@dataclass
class Evidence:
    shop: dict[str, list[Row]]
    store: dict[str, list[Row]]
    mailbox: list[Caught]  # in the order in which they came
    accepted: list[Accepted]
    plenty: frozenset[int] = frozenset()  # books that cannot run out
    most_resent: int = 0  # how often a sender may have been interrupted
    deadlocks: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    heard: list[Heard] | None = None  # by the partner who listens to webhooks, if there is one
    not_ours: int = 0  # deliveries whose signature was not good

    def by_number(self, side: str, table: str) -> dict[str, list[Row]]:
        grouped = defaultdict(list)
        for row in (self.shop if side == "shop" else self.store)[table]:
            grouped[row["number"]].append(row)
        return grouped

    @property
    def in_boxes(self) -> list[Row]:
        """The copies of orders that did not come back, each with its box."""
        return [row for row in self.store["allocations"] if not row["is_back"]]


def rows_of(connection: psycopg.Connection, queries: dict[str, str]) -> dict[str, list[Row]]:
    return {name: connection.execute(sql).fetchall() for name, sql in queries.items()}


def caught(url: str) -> list[Caught]:
    """This function will read all mails from the catcher's API (MailHog's), oldest first."""
    found, start = [], 0
    while True:
        asked = {"start": start, "limit": MAILS_PER_PAGE}
        page = requests.get(f"{url}/api/v2/messages", params=asked, timeout=30).json()
        found += page["items"]
        start += len(page["items"])
        if not page["items"] or start >= page["total"]:
            break
    return [_caught(item) for item in reversed(found)]


def _caught(item: Row) -> Caught:
    raw = item["Raw"]["Data"]
    headers = message_from_string(raw)
    return Caught(" ".join((headers["Message-ID"] or "").split()), headers["To"] or "", raw)


def deadlocks_in(log: Path) -> int:
    """The server's own counter starts anew when it is killed; its log does not."""
    return len(DEADLOCK.findall(log.read_text(errors="replace"))) if log.exists() else 0
