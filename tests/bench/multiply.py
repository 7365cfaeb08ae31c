"""Tables as large as after years, made set-based out of rows that the system itself has written."""

import psycopg
from psycopg import sql

CLONES = """
    CREATE TEMP TABLE clone AS
    SELECT row_number() OVER () AS n, original.number AS old, gen_random_uuid() AS new
    FROM generate_series(1, %(times)s) AS turn, unnest(%(numbers)s::uuid[]) AS original(number)
    ORDER BY turn LIMIT %(how_many)s
"""
# A row is copied by its names: a column that is added later is copied as well. Where the original's number stands, in
# whatever column, the copy has its own.
COPY = """
    INSERT INTO {table} ({columns})
    SELECT {values} FROM clone JOIN {table} original ON {mine}
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::{table}, replace(to_jsonb(original)::text, clone.old::text, clone.new::text)::jsonb || {but}
    ) AS copied
    ORDER BY clone.n, {order}
"""
SHOP = [
    ("orders_order", "original.number = clone.old", "jsonb_build_object('checkout_key', gen_random_uuid())"),
    ("orders_orderline", "original.order_id = clone.old", "'{}'"),
    ("orders_orderevent", "original.order_id = clone.old", "'{}'"),
    ("storelink_storeevent", "original.order_id = clone.old", "'{}'"),
    ("outbox_outboxmessage", "original.key = clone.old::text", "'{}'"),
    ("notifications_mail", "original.key = clone.old::text", """'{"text": "", "html": ""}'"""),
]
# Rows of the store name the order by its id: the clone's is found by its number.
OF_CLONE = "jsonb_build_object('order_id', (SELECT id FROM orders_order WHERE number = clone.new))"
IN_STORE = "original.order_id = (SELECT id FROM orders_order WHERE number = clone.old)"
STORE = [
    ("orders_order", "original.number = clone.old", "'{}'"),
    ("orders_orderline", IN_STORE, OF_CLONE),
    ("orders_orderevent", IN_STORE, OF_CLONE),
]
HOLDS = [
    ("holds_hold", "original.number = clone.old", "jsonb_build_object('held_until', now() + interval '1 day')"),
    (
        "holds_holdline",
        "original.hold_id = (SELECT id FROM holds_hold WHERE number = clone.old)",
        "jsonb_build_object('hold_id', (SELECT id FROM holds_hold WHERE number = clone.new))",
    ),
]
COUNT_RESERVED = """
    UPDATE stock_stocklevel level SET on_shelf = on_shelf + held.number, reserved = reserved + held.number
    FROM (SELECT line.book_id, sum(line.quantity) AS number FROM clone JOIN holds_hold hold ON hold.number = clone.new
          JOIN holds_holdline line ON line.hold_id = hold.id GROUP BY line.book_id) held
    WHERE level.book_id = held.book_id
"""
MADE_BY_THE_DATABASE = ("id", "xid")


def multiply_closed(postgres, numbers: list[str], how_many: int) -> None:
    """This function will add so many copies of closed orders to both databases, with all that the shop keeps of them."""
    with psycopg.connect(postgres.url("shop")) as shop, psycopg.connect(postgres.url("store")) as store:
        clones = _name_clones(shop, numbers, how_many)
        _copy_all(shop, SHOP)
        _take_over(store, clones)
        _copy_all(store, STORE)
    _settle(postgres)


def multiply_waiting(postgres, numbers: list[str], how_many: int) -> list[str]:
    """This function will add so many copies of orders that wait for the store, and of their holds; it answers their numbers."""
    with psycopg.connect(postgres.url("shop")) as shop, psycopg.connect(postgres.url("store")) as store:
        clones = _name_clones(shop, numbers, how_many)
        _take_over(store, clones)
        _copy_all(store, HOLDS)
        store.execute(COUNT_RESERVED)
        _copy_all(shop, SHOP)
    _settle(postgres)
    return [str(new) for _, _, new in clones]


def _name_clones(shop: psycopg.Connection, numbers: list[str], how_many: int) -> list[tuple]:
    times = how_many // len(numbers) + 1
    shop.execute(CLONES, {"numbers": numbers, "times": times, "how_many": how_many})
    shop.execute("ANALYZE clone")
    return shop.execute("SELECT n, old, new FROM clone").fetchall()


def _take_over(store: psycopg.Connection, clones: list[tuple]) -> None:
    store.execute("CREATE TEMP TABLE clone (n bigint, old uuid, new uuid)")
    with store.cursor().copy("COPY clone FROM STDIN") as copy:
        for row in clones:
            copy.write_row(row)
    store.execute("ANALYZE clone")


def _copy_all(connection: psycopg.Connection, tables: list[tuple[str, str, str]]) -> None:
    for table, mine, but in tables:
        found = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        ).fetchall()
        columns = [name for (name,) in found if name not in MADE_BY_THE_DATABASE]
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        values = sql.SQL(", ").join(sql.Identifier("copied", name) for name in columns)
        order = sql.SQL("original.id" if "id" in {name for (name,) in found} else "clone.new")
        copy = sql.SQL(COPY).format(
            table=sql.Identifier(table), columns=names, values=values, order=order, mine=sql.SQL(mine), but=sql.SQL(but)
        )
        connection.execute(copy)


def _settle(postgres) -> None:
    for database in ("shop", "store"):
        with psycopg.connect(postgres.url(database), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
