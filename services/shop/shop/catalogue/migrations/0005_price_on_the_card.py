"""A card carries the price that is asked today, so that lists sort and filter by what they show.

When a discount comes into force, ends or changes, its books are left for filing (see shop.catalogue.filing): the triggers
below see every way in which one is written.
"""

from importlib import import_module

from django.db import migrations

FILE_BOOKS = import_module("shop.catalogue.migrations.0004_format").FILE_BOOKS
PIECES = {
    "    WITH folded AS MATERIALIZED (": """
    WITH running AS MATERIALIZED (  -- as Discount.objects.running()
        SELECT id, percent, every_book FROM coupons_discount
        WHERE is_active AND (starts_at IS NULL OR starts_at <= statement_timestamp())
          AND (ends_at IS NULL OR ends_at > statement_timestamp())
    ), folded AS MATERIALIZED (""",
    "format, price, store_free > 0 AS in_stock": """format, store_free > 0 AS in_stock,
            COALESCE((SELECT round(price * (100 - max(percent)) / 100, 2) FROM running WHERE every_book OR EXISTS (
                SELECT FROM coupons_discount_books AS named
                WHERE named.discount_id = running.id AND named.book_id = catalogue_book.id)), price) AS price""",
}
for old, new in PIECES.items():
    assert FILE_BOOKS.count(old) == 1, old
    FILE_BOOKS = FILE_BOOKS.replace(old, new)

TRIGGERS = """
CREATE FUNCTION catalogue_discount_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
    everywhere boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(id), bool_or(fresh.every_book OR stale.every_book) INTO changed, everywhere
        FROM fresh JOIN stale USING (id)
        WHERE (fresh.in_force, fresh.percent, fresh.every_book)
           IS DISTINCT FROM (stale.in_force, stale.percent, stale.every_book);
    ELSE
        SELECT array_agg(id), bool_or(every_book) INTO changed, everywhere FROM stale;
    END IF;
    INSERT INTO catalogue_unfiled
        SELECT id FROM catalogue_book WHERE everywhere AND retired_at IS NULL
        UNION SELECT book_id FROM coupons_discount_books WHERE discount_id = ANY(changed)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER catalogue_discount_changed AFTER UPDATE ON coupons_discount REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_discount_written();
CREATE TRIGGER catalogue_discount_gone AFTER DELETE ON coupons_discount REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_discount_written();

CREATE FUNCTION catalogue_discounted_books_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalogue_unfiled SELECT DISTINCT book_id FROM written ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER catalogue_discounted_book_added AFTER INSERT ON coupons_discount_books REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_discounted_books_written();
CREATE TRIGGER catalogue_discounted_book_gone AFTER DELETE ON coupons_discount_books REFERENCING OLD TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_discounted_books_written();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0004_format"), ("coupons", "0002_in_force")]

    operations = [
        migrations.RunSQL(
            FILE_BOOKS + TRIGGERS,
            "DROP FUNCTION catalogue_discount_written CASCADE; DROP FUNCTION catalogue_discounted_books_written CASCADE;",
        )
    ]
