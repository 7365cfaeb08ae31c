"""Is everything at rest? Only then a verdict means something."""

import time
from collections.abc import Callable

import psycopg

from prove.packers import CHOOSE, LEAVE, fate_of
from prove.sending_back import ends_as, told_in
from prove.system import System

POLL_S = 0.5
QUIET_POLLS = 3
AT_REST_AS = {LEAVE: "received", CHOOSE: "packing"}

OPEN_IN_SHOP = """
    SELECT (SELECT count(*) FROM outbox_outboxmessage WHERE state = 'waiting') AS messages,
           (SELECT count(*) FROM notifications_mail WHERE state = 'waiting') AS mails,
           (SELECT count(*) FROM orders_order WHERE state IN ('awaiting_payment', 'cancel_requested')) AS "open orders",
           (SELECT count(*) FROM payments_payment WHERE state IN ('created', 'pending', 'authorised')
                   OR state = 'captured' AND settled_at IS NULL) AS payments,
           (SELECT count(*) FROM payments_refund WHERE state = 'waiting') AS refunds,
           (SELECT count(*) FROM webhooks_delivery WHERE state = 'waiting') AS webhooks,
           (SELECT count(*) FROM storelink_feed WHERE last_error <> '') AS "feeds that failed",
           (SELECT count(*) FROM test_bank_banknotice) AS notices,
           (SELECT count(*) FROM test_bank_charge WHERE number NOT IN (SELECT charge FROM payments_payment))
           + (SELECT count(*) FROM test_bank_session s WHERE s.state = 'authorised'
                     AND NOT EXISTS (SELECT 1 FROM test_bank_charge c WHERE c.session_id = s.number))
           AS "unknown to the shop"
"""
OVER_IN_SHOP = "SELECT number::text FROM orders_order WHERE state IN ('expired', 'cancelled')"
HELD_IN_STORE = "SELECT number::text, held_until <= now() AS overdue FROM holds_hold WHERE state = 'held'"
BOOKS_IN_SHOP = "SELECT id, version FROM catalogue_book"
BOOKS_IN_STORE = "SELECT book_id AS id, version FROM catalogue_bookchange"
HEARD_IN_SHOP = "SELECT number::text, store_version AS version FROM orders_order"
ORDERS_IN_STORE = "SELECT number::text, version, state FROM orders_order"
RETURNS_IN_SHOP = "SELECT number::text, version FROM returns_return"
RETURNS_IN_STORE = "SELECT number::text, version, state, words FROM returns_return"


def wait_for_rest(system: System, within_s: float, on_poll: Callable[[], None]) -> str:
    """This function will wait until nothing moves any more.

    :param within_s: how long the same things may be under way before we stop waiting.
    :returns: what is still under way; "" at rest.
    """

    def look() -> str:
        on_poll()
        return under_way(system)

    return _what_stays(look, within_s)


def under_way(system: System) -> str:
    """This function will say in a few words what still moves; "" if nothing does."""
    try:
        with system.db_shop.connect() as shop, system.db_store.connect() as store:
            rows = shop.execute(OPEN_IN_SHOP).fetchone()
            counts = {name: number for name, number in rows.items() if number}
            heard = {row["number"]: row["version"] for row in shop.execute(HEARD_IN_SHOP)}
            orders = store.execute(ORDERS_IN_STORE).fetchall()
            known = {row["number"]: row["version"] for row in shop.execute(RETURNS_IN_SHOP)}
            returns = store.execute(RETURNS_IN_STORE).fetchall()
            over = {row["number"] for row in shop.execute(OVER_IN_SHOP)}
            held = sum(row["overdue"] or row["number"] in over for row in store.execute(HELD_IN_STORE))
    except psycopg.OperationalError as error:
        return f"a database is away: {error}"
    to_pack = sum(row["state"] in ("received", "packing", "part_sent") and not _may_stay(row) for row in orders)
    unheard = sum(heard.get(row["number"]) != row["version"] for row in orders)
    counts |= {"to pack": to_pack, "statuses": unheard, "holds": held, "books": _books_to_come(system)}
    counts |= {
        "returns at the desk": sum(row["state"] != ends_as(told_in(row["words"])) for row in returns),
        "returns to hear of": sum(known.get(row["number"]) != row["version"] for row in returns),
    }
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number)


def _may_stay(row: dict) -> bool:
    return AT_REST_AS.get(fate_of(row["number"])) == row["state"]


def _books_to_come(system: System) -> int:
    try:
        with system.db_shop.connect() as shop, system.db_store.connect() as store:
            ours = {row["id"]: row["version"] for row in shop.execute(BOOKS_IN_SHOP)}
            theirs = {row["id"]: row["version"] for row in store.execute(BOOKS_IN_STORE)}
    except psycopg.OperationalError:
        return 1
    return sum(ours.get(book) != version for book, version in theirs.items())


def _what_stays(look: Callable[[], str], within_s: float) -> str:
    """What was seen last, once it was nothing at several looks in a row, or the same for too long."""
    seen, since, in_a_row = look(), time.monotonic(), 0
    while True:
        in_a_row = 0 if seen else in_a_row + 1
        if in_a_row == QUIET_POLLS or time.monotonic() - since > within_s:
            return seen
        time.sleep(POLL_S)
        before, seen = seen, look()
        if seen != before:
            since = time.monotonic()
