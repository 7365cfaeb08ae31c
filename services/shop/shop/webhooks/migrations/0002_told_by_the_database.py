"""Events are written by the database, in the transaction of the change and whichever way it is made.

The triggers see all rows of a statement at once. Their first question is whether anybody listens, so that a shop without
partners pays for one look into a tiny table per statement. Whoever changes a book or an order holds its row locked, so
that within a subject later changes have higher ids. The clock is the database's.
"""

from django.db import migrations

TELL = """
-- Each of these to every endpoint that is active and wants this kind; the two arrays go in step.
CREATE FUNCTION webhooks_tell(kind text, subjects text[], told jsonb[]) RETURNS void LANGUAGE sql AS $$
    WITH event AS (
        INSERT INTO webhooks_event (number, kind, subject, data, at)
        SELECT gen_random_uuid(), webhooks_tell.kind, said.subject, said.data, statement_timestamp()
        FROM unnest(subjects, told) WITH ORDINALITY AS said (subject, data, place) ORDER BY place
        RETURNING id, subject, at
    )
    INSERT INTO webhooks_delivery (endpoint_id, event_id, key, state, attempts, next_at, last_error, created_at)
    SELECT endpoint.id, event.id, endpoint.id || ':' || event.subject, 'waiting', 0, event.at, '', event.at
    FROM event CROSS JOIN webhooks_endpoint AS endpoint
    WHERE endpoint.is_active AND CASE webhooks_tell.kind WHEN 'order.moved' THEN endpoint.wants_orders
        WHEN 'book.stock' THEN endpoint.wants_stock WHEN 'book.price' THEN endpoint.wants_prices END
    ORDER BY event.id, endpoint.id
$$;
"""

ORDERS = """
-- Number, state and lines: nothing that says who ordered.
CREATE FUNCTION webhooks_order_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM webhooks_endpoint WHERE is_active AND wants_orders) THEN
        PERFORM webhooks_tell('order.moved', array_agg('order:' || order_id ORDER BY id), array_agg(jsonb_build_object(
            'order', order_id, 'state', state, 'version', version, 'at', at, 'lines', (
                SELECT COALESCE(jsonb_agg(jsonb_build_object('product_id', line.book_id, 'isbn13', line.isbn13,
                    'quantity', line.quantity, 'packed', line.packed, 'shipped', line.shipped, 'short', line.short)
                    ORDER BY line.position), '[]')
                FROM orders_orderline AS line WHERE line.order_id = moved.order_id)) ORDER BY id))
        FROM moved HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_order_moved AFTER INSERT ON orders_orderevent REFERENCING NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_order_moved();
"""

STOCK = """
-- Of a book that is withdrawn nothing is available.
CREATE FUNCTION webhooks_stock_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM webhooks_endpoint WHERE is_active AND wants_stock) THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO changed FROM fresh WHERE retired_at IS NULL;
    ELSE
        SELECT array_agg(id) INTO changed FROM fresh JOIN stale USING (id)
        WHERE (fresh.retired_at IS NULL, CASE WHEN fresh.retired_at IS NULL THEN fresh.store_free END)
           IS DISTINCT FROM (stale.retired_at IS NULL, CASE WHEN stale.retired_at IS NULL THEN stale.store_free END);
    END IF;
    PERFORM webhooks_tell('book.stock', array_agg('book:' || id ORDER BY id), array_agg(jsonb_build_object(
        'product_id', id, 'isbn13', isbn13, 'on_sale', retired_at IS NULL,
        'available', CASE WHEN retired_at IS NULL THEN GREATEST(store_free, 0) ELSE 0 END) ORDER BY id))
    FROM fresh WHERE id = ANY(changed) HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_book_added AFTER INSERT ON catalogue_book REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_stock_changed();
CREATE TRIGGER webhooks_stock_changed AFTER UPDATE ON catalogue_book REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_stock_changed();
"""

PRICES = """
-- A book's card carries the price that is asked today (see catalogue/migrations/0005), so that the store's price and
-- discounts that begin and end are told alike.
CREATE FUNCTION webhooks_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM webhooks_endpoint WHERE is_active AND wants_prices) THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(book_id) INTO changed FROM fresh;
    ELSE
        SELECT array_agg(book_id) INTO changed FROM fresh JOIN stale USING (book_id) WHERE fresh.price <> stale.price;
    END IF;
    PERFORM webhooks_tell('book.price', array_agg('book:' || id ORDER BY id), array_agg(jsonb_build_object(
        'product_id', id, 'isbn13', isbn13, 'price', fresh.price::text, 'list_price', book.price::text,
        'currency', currency) ORDER BY id))
    FROM fresh JOIN catalogue_book AS book ON book.id = book_id WHERE book_id = ANY(changed) HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER webhooks_price_set AFTER INSERT ON catalogue_indexcard REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_price_changed();
CREATE TRIGGER webhooks_price_changed AFTER UPDATE ON catalogue_indexcard REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION webhooks_price_changed();
"""
GONE = """
DROP FUNCTION webhooks_order_moved CASCADE; DROP FUNCTION webhooks_stock_changed CASCADE;
DROP FUNCTION webhooks_price_changed CASCADE; DROP FUNCTION webhooks_tell;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
        ("catalogue", "0005_price_on_the_card"),
        ("orders", "0005_parcels"),
    ]

    operations = [migrations.RunSQL(TELL + ORDERS + STOCK + PRICES, GONE)]
