"""Changes of single rows of returns, and of what came of them; see tampering.py."""

OF_RETURNS = {
    "returns_differ: gone from the store": (
        "store",
        "DELETE FROM returns_return WHERE id = (SELECT min(id) FROM returns_return)",
    ),
    "returns_differ: gone from the shop": (
        "shop",
        "DELETE FROM returns_return WHERE number = (SELECT min(number::text)::uuid FROM returns_return)",
    ),
    "returns_differ: a state": ("shop", "UPDATE returns_return SET state = 'on_the_way' WHERE state = 'closed'"),
    "returns_differ: a version": ("shop", "UPDATE returns_return SET version = version - 1 WHERE state = 'closed'"),
    "returns_differ: the reason": ("shop", "UPDATE returns_return SET reason = 'Why not.'"),
    "returns_differ: how many copies": ("shop", "UPDATE returns_returnline SET restocked = restocked + 1"),
    "returns_differ: an event": (
        "shop",
        "DELETE FROM returns_returnevent WHERE id = (SELECT min(id) FROM returns_returnevent)",
    ),
    "returns_differ: nobody goes on with it": (
        "store",
        "UPDATE returns_return SET state = 'approved' WHERE state = 'closed'",
    ),
    "returned_too_often: more than was sent": ("store", "UPDATE returns_returnline SET quantity = quantity + 99"),
    "returned_too_often: one copy twice": (
        "store",
        """INSERT INTO returns_returnedcopy SELECT (json_populate_record(c, '{"id": 999999}')).*
           FROM returns_returnedcopy c WHERE outcome <> '' LIMIT 1""",
    ),
    "returned_too_often: one that was never sent": (
        "store",
        """UPDATE returns_returnedcopy SET copy_id = (SELECT max(id) FROM stock_bookitem)
           WHERE id = (SELECT min(id) FROM returns_returnedcopy)""",
    ),
    "stock_wrong: put back on the shelf without a line of the ledger": (
        "store",
        "DELETE FROM stock_ledgerline WHERE from_state = 'returned' AND to_state = 'available'",
    ),
    "stock_wrong: nobody has looked at what is on the shelf": (
        "store",
        """UPDATE returns_returnedcopy SET outcome = '' WHERE id =
           (SELECT min(id) FROM returns_returnedcopy WHERE outcome = 'restocked')""",
    ),
    "money_wrong: of a copy that came back": (
        "store",
        """UPDATE returns_returnedcopy SET refund = false WHERE id = (SELECT min(c.id) FROM returns_returnedcopy c
           JOIN returns_returnline b ON b.id = c.line_id JOIN returns_return r ON r.id = b.of_id
           JOIN orders_order o ON o.id = r.order_id WHERE c.refund AND o.payment = 'prepaid')""",
    ),
    "money_wrong: to be paid back by hand": ("shop", "UPDATE returns_return SET by_hand = 0 WHERE by_hand > 0"),
    "money_wrong: nobody is called to pay back by hand": (
        "shop",
        "UPDATE orders_order SET attention = '' WHERE number IN (SELECT order_id FROM returns_return WHERE by_hand > 0)",
    ),
    "mails_missing: of a return that was asked for": (
        "shop",
        "DELETE FROM notifications_mail WHERE event = (SELECT min(event) FROM notifications_mail WHERE kind = 'return_asked')",
    ),
    "mails_missing: of a new state of a return": (
        "shop",
        "DELETE FROM notifications_mail WHERE kind = 'return_closed'",
    ),
    "mails_missing: of money for a return": (
        "shop",
        """UPDATE notifications_mail SET text = replace(text, 'goes back', 'does not go back')
           WHERE kind IN ('return_closed', 'payment_returned')""",
    ),
    "mails_doubled: two for one version of a return": (
        "shop",
        """INSERT INTO notifications_mail SELECT (json_populate_record(m,
           json_build_object('id', 999999, 'event', m.event || ':again', 'message_id', '<again@x>'))).*
           FROM notifications_mail m WHERE event LIKE 'return:%' ORDER BY id LIMIT 1""",
    ),
    "mails_doubled: for a return that made no move": (
        "store",
        "UPDATE returns_returnevent SET status = 'on_the_way' WHERE status = 'closed'",
    ),
    "mails_doubled: two for the money of a return": (
        "shop",
        """INSERT INTO notifications_mail SELECT (json_populate_record(m,
           json_build_object('id', 999999, 'event', r.key, 'message_id', '<again@x>'))).*
           FROM notifications_mail m, payments_refund r
           WHERE m.kind = 'return_closed' AND m.text LIKE '%goes back to you for return%'
           AND r.key LIKE '%:r' || left(replace(split_part(m.event, ':', 2), '-', ''), 12) || '-' || split_part(m.event, ':', 3)
           LIMIT 1""",
    ),
}
