"""Changes of single rows, each named for the check that must notice it: a database and a statement."""

from prove.tampering_returns import OF_RETURNS

KEPT = """(SELECT p.key FROM payments_payment p JOIN orders_order o ON o.number = p.order_id
           WHERE o.state = 'shipped' AND p.captured > p.refunded LIMIT 1)"""
PAID_FOR_PLENTY = """(SELECT p.order_id FROM payments_payment p WHERE p.captured > 0 AND NOT EXISTS (
    SELECT 1 FROM orders_orderline l JOIN catalogue_book b ON b.id = l.book_id
    WHERE l.order_id = p.order_id AND b.title LIKE 'A scarce %') LIMIT 1)"""
SENT_ORDER = "(SELECT number FROM orders_order WHERE state = 'shipped' LIMIT 1)"
DISPATCHED = "(SELECT id FROM orders_order WHERE state = 'dispatched' ORDER BY id LIMIT 1)"
TAMPERING = {
    "lost: gone from the store": ("store", f"DELETE FROM orders_order WHERE id = {DISPATCHED}"),
    "lost: gone from the shop": ("shop", f"DELETE FROM orders_order WHERE number = {SENT_ORDER}"),
    "lost: paid and given up": (
        "shop",
        f"UPDATE orders_order SET state = 'expired' WHERE number = {PAID_FOR_PLENTY}",
    ),
    "doubled: twice in the store": (
        "store",
        """ALTER TABLE orders_order DROP CONSTRAINT orders_order_number_key;
           INSERT INTO orders_order SELECT (json_populate_record(o, '{"id": 999999}')).* FROM orders_order o LIMIT 1""",
    ),
    "strangers: not from the shop": (
        "store",
        """INSERT INTO orders_order SELECT (json_populate_record(o,
           '{"id": 999999, "number": "00000000-0000-4000-8000-000000000000"}')).* FROM orders_order o LIMIT 1""",
    ),
    "altered: another price": ("store", "UPDATE orders_orderline SET unit_price = unit_price + 1 WHERE id = 1"),
    "altered: another total": ("shop", f"UPDATE orders_order SET total = 0 WHERE number = {SENT_ORDER}"),
    "altered: a coupon that nobody had": (
        "shop",
        "UPDATE orders_order SET coupon_code = '' WHERE number = (SELECT number FROM orders_order WHERE discount > 0 LIMIT 1)",
    ),
    "altered: more taken off": (
        "shop",
        """UPDATE orders_order SET discount = discount + 1, delivery = delivery + 1 WHERE number =
           (SELECT number FROM orders_order WHERE discount > 0 LIMIT 1)""",
    ),
    "altered: a line's part of the coupon": (
        "shop",
        "UPDATE orders_orderline SET discount = discount - 0.01 WHERE id = (SELECT max(id) FROM orders_orderline WHERE discount > 0)",
    ),
    "altered: no discount": (
        "shop",
        "UPDATE orders_orderline SET list_price = unit_price WHERE list_price > unit_price",
    ),
    "oversold: more promised than there": (
        "store",
        """ALTER TABLE stock_stocklevel DROP CONSTRAINT no_more_promised_than_on_the_shelf;
           UPDATE stock_stocklevel SET reserved = on_shelf + 1 WHERE book_id = 1""",
    ),
    "oversold: one copy in two boxes": (
        "store",
        """DROP INDEX copy_in_one_order_only;
           INSERT INTO orders_allocation SELECT (json_populate_record(a, '{"id": 999999}')).*
           FROM orders_allocation a WHERE released_at IS NULL LIMIT 1""",
    ),
    "stock_wrong: a level": ("store", "UPDATE stock_stocklevel SET on_shelf = on_shelf + 1 WHERE book_id = 1"),
    "stock_wrong: a promise": ("store", "UPDATE stock_stocklevel SET reserved = reserved + 1 WHERE book_id = 1"),
    "stock_wrong: a copy": ("store", "UPDATE stock_bookitem SET state = 'missing' WHERE id = 1"),
    "stock_wrong: a ledger line": (
        "store",
        "DELETE FROM stock_ledgerline WHERE id = (SELECT max(id) FROM stock_ledgerline)",
    ),
    "stock_wrong: a box": ("store", "UPDATE orders_allocation SET released_at = now() WHERE released_at IS NULL"),
    "holds_left: past its end": (
        "store",
        """INSERT INTO holds_hold (id, number, client, state, made_at, held_until)
           VALUES (999999, gen_random_uuid(), 'shop', 'held', now(), now() - interval '1 hour');
           INSERT INTO holds_holdline (hold_id, line, book_id, quantity) VALUES (999999, 1, 1, 1)""",
    ),
    "holds_left: of an order that has come": (
        "store",
        """INSERT INTO holds_hold (id, number, client, state, made_at, held_until)
           SELECT 999999, number, 'shop', 'held', now(), now() + interval '1 hour' FROM orders_order LIMIT 1;
           INSERT INTO holds_holdline (hold_id, line, book_id, quantity) VALUES (999999, 1, 1, 1)""",
    ),
    "money_wrong: less kept than was sent": (
        "shop",
        f"UPDATE payments_payment SET refunded = refunded + 1 WHERE key = {KEPT}",
    ),
    "money_wrong: kept for an order that is over": (
        "shop",
        """WITH gone AS (DELETE FROM payments_refund WHERE id = (SELECT min(id) FROM payments_refund) RETURNING *),
                back AS (DELETE FROM test_bank_return WHERE key IN (SELECT key FROM gone) RETURNING *),
                bank AS (UPDATE test_bank_charge SET returned = 0 WHERE number IN (SELECT charge_id FROM back))
           UPDATE payments_payment SET refunded = 0 WHERE key IN (SELECT payment_id FROM gone)""",
    ),
    "money_wrong: a charge of which the shop knows nothing": (
        "shop",
        """INSERT INTO test_bank_charge SELECT (json_populate_record(c, '{"number": "ch_again"}')).*
           FROM test_bank_charge c LIMIT 1""",
    ),
    "money_wrong: a charge that the bank never made": (
        "shop",
        "DELETE FROM test_bank_charge WHERE number = (SELECT min(number) FROM test_bank_charge)",
    ),
    "money_wrong: another amount was charged": (
        "shop",
        """UPDATE test_bank_charge SET amount = amount + 1
           WHERE number = (SELECT min(number) FROM test_bank_charge)""",
    ),
    "money_wrong: given back twice": (
        "shop",
        """INSERT INTO test_bank_return SELECT (json_populate_record(r, '{"key": "again"}')).*
           FROM test_bank_return r LIMIT 1""",
    ),
    "money_wrong: never given back": (
        "shop",
        "DELETE FROM test_bank_return WHERE key = (SELECT min(key) FROM test_bank_return)",
    ),
    "money_wrong: given back without a refund": (
        "shop",
        "DELETE FROM payments_refund WHERE id = (SELECT min(id) FROM payments_refund)",
    ),
    "money_open: an order that still waits": (
        "shop",
        "UPDATE orders_order SET state = 'awaiting_payment' WHERE state = 'expired'",
    ),
    "money_open: a payment that still waits": (
        "shop",
        f"UPDATE payments_payment SET state = 'pending' WHERE key = {KEPT}",
    ),
    "money_open: money without a purpose": (
        "shop",
        f"UPDATE payments_payment SET settled_at = NULL WHERE key = {KEPT}",
    ),
    "money_open: a refund under way": (
        "shop",
        "UPDATE payments_refund SET state = 'waiting' WHERE id = (SELECT min(id) FROM payments_refund)",
    ),
    "money_open: money kept aside by the bank": (
        "shop",
        """UPDATE test_bank_session SET state = 'authorised'
           WHERE number NOT IN (SELECT session_id FROM test_bank_charge)""",
    ),
    "money_open: a notice not taken": (
        "shop",
        """INSERT INTO test_bank_banknotice (number, session_id, post_at)
           SELECT 'no_1', number, now() FROM test_bank_session LIMIT 1""",
    ),
    "status_differs: a word": ("shop", f"UPDATE orders_order SET state = 'packing' WHERE number = {SENT_ORDER}"),
    "status_differs: a version": (
        "shop",
        f"UPDATE orders_order SET store_version = store_version - 1 WHERE number = {SENT_ORDER}",
    ),
    "counters_differ: the shop's": ("shop", f"UPDATE orders_orderline SET shipped = 0 WHERE order_id = {SENT_ORDER}"),
    "counters_differ: the parcel's": (
        "store",
        f"""DELETE FROM orders_allocation WHERE line_id IN
            (SELECT id FROM orders_orderline WHERE order_id = {DISPATCHED})""",
    ),
    "counters_differ: a parcel of which the shop knows nothing": (
        "shop",
        f"DELETE FROM orders_parcel WHERE order_id = {SENT_ORDER}",
    ),
    "counters_differ: what is in a parcel": (
        "shop",
        f"""UPDATE orders_parcel SET contents = '{{"1": 98}}' WHERE order_id = {SENT_ORDER}""",
    ),
    "stock_wrong: a parcel's state": (
        "store",
        f"UPDATE orders_parcel SET state = 'sealed' WHERE order_id = {DISPATCHED}",
    ),
    "stock_wrong: a copy in a parcel of another order": (
        "store",
        """UPDATE orders_allocation SET parcel_id = (SELECT max(id) FROM orders_parcel WHERE state = 'dispatched')
           WHERE released_at IS NULL""",
    ),
    "mails_missing: of a parcel": (
        "store",
        f"""INSERT INTO orders_parcel SELECT (json_populate_record(p, '{{"id": 999999, "number": 99}}')).*
            FROM orders_parcel p WHERE order_id = {DISPATCHED} LIMIT 1""",
    ),
    "mails_doubled: of a parcel": (
        "store",
        f"UPDATE orders_parcel SET state = 'void' WHERE order_id = {DISPATCHED}",
    ),
    "mails_missing: of a parcel that is lost": (
        "store",
        f"""UPDATE orders_orderevent SET parcels = replace(parcels::text, '"dispatched"', '"lost"')::jsonb
            WHERE status = 'dispatched' AND order_id = {DISPATCHED}""",
    ),
    "mails_missing: of a parcel's code": (
        "store",
        f"""INSERT INTO orders_orderevent SELECT (json_populate_record(e, json_build_object('id', 999999,
            'version', e.version + 90, 'parcels', regexp_replace(e.parcels::text, '"tracking": "[^"]*"', '"tracking": "1Z"')
            ::jsonb))).* FROM orders_orderevent e WHERE status = 'dispatched' AND order_id = {DISPATCHED} LIMIT 1""",
    ),
    "mails_doubled: of a parcel's code": (
        "shop",
        """INSERT INTO notifications_mail SELECT (json_populate_record(m,
           '{"id": 999999, "event": "parcel:1:1:twice", "kind": "parcel_code"}')).*
           FROM notifications_mail m WHERE kind = 'order_shipped' LIMIT 1""",
    ),
    "events_missing: in the store": (
        "store",
        f"DELETE FROM orders_orderevent WHERE version = 2 AND order_id = {DISPATCHED}",
    ),
    "events_missing: in the shop": (
        "shop",
        f"DELETE FROM orders_orderevent WHERE version = 2 AND order_id = {SENT_ORDER}",
    ),
    "mails_missing: never written": (
        "shop",
        "DELETE FROM notifications_mail WHERE id = (SELECT max(id) FROM notifications_mail)",
    ),
    "mails_missing: of money that goes back": (
        "shop",
        """DELETE FROM notifications_mail
           WHERE event = (SELECT min(event) FROM notifications_mail WHERE event LIKE 'refund:%')""",
    ),
    "mails_missing: a letter that is silent about money": (
        "shop",
        f"""INSERT INTO payments_refund SELECT (json_populate_record(r,
            json_build_object('id', 999999, 'payment_id', {KEPT}, 'key', 'refund:' || {KEPT} || ':v2-1'))).*
            FROM payments_refund r LIMIT 1""",
    ),
    "mails_missing: kept back though nobody chose so": (
        "shop",
        f"UPDATE notifications_mail SET state = 'not wanted' WHERE kind = 'order_received' AND key = {SENT_ORDER}::text",
    ),
    "mails_missing: kept back though it tells of what is needed": (
        "shop",
        "UPDATE notifications_mail SET stop_url = '' WHERE state = 'not wanted'",
    ),
    "mails_doubled: sent to somebody who had not wanted it": (
        "shop",
        """INSERT INTO notifications_choice (address, topic, wanted, at)
           SELECT m."to", 'packing', false, m.created_at FROM notifications_mail m
           WHERE m.kind = 'order_packing' AND m.state = 'sent' AND m.stop_url <> '' LIMIT 1""",
    ),
    "mails_doubled: of money that nobody gives back": (
        "shop",
        "DELETE FROM payments_refund WHERE key IN (SELECT event FROM notifications_mail)",
    ),
    "mails_doubled: two for one event": (
        "shop",
        """INSERT INTO notifications_mail SELECT (json_populate_record(m,
           json_build_object('id', 999999, 'event', m.event || ':again', 'message_id', '<again@x>'))).*
           FROM notifications_mail m WHERE event LIKE 'order:%' ORDER BY id LIMIT 1""",
    ),
    "mails_doubled: for nothing": (
        "shop",
        f"DELETE FROM orders_orderevent WHERE version = 3 AND order_id = {SENT_ORDER}",
    ),
    "books_differ: a number": ("shop", "UPDATE catalogue_book SET store_free = store_free + 1 WHERE id = 1"),
    "books_differ: a book": ("shop", "DELETE FROM catalogue_book WHERE id = 1"),
    "unsent: a message": ("shop", f"UPDATE outbox_outboxmessage SET state = 'waiting' WHERE key = {SENT_ORDER}::text"),
    "unsent: a mail": ("shop", f"UPDATE notifications_mail SET state = 'refused' WHERE key = {SENT_ORDER}::text"),
    "unsent: a row set aside": (
        "shop",
        """INSERT INTO storelink_setaside (feed, key, reason, body, first_at, last_at)
           VALUES ('books', '1', 'bad', '{}', now(), now())""",
    ),
    "unsent: a feed": ("shop", "UPDATE storelink_feed SET stopped_because = 'too many' WHERE name = 'books'"),
    **OF_RETURNS,
}
