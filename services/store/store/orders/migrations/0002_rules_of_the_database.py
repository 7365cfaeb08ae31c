"""No copy of another book in a line, and no event that changes once it was told."""

from django.db import migrations

ONE_BOOK = """
ALTER TABLE orders_allocation
    ADD CONSTRAINT allocation_line_is_of_the_book FOREIGN KEY (line_id, book_id) REFERENCES orders_orderline (id, book_id),
    ADD CONSTRAINT allocation_copy_is_of_the_book FOREIGN KEY (copy_id, book_id) REFERENCES stock_bookitem (id, book_id);
"""
ONE_BOOK_REVERSED = """
ALTER TABLE orders_allocation
    DROP CONSTRAINT allocation_line_is_of_the_book,
    DROP CONSTRAINT allocation_copy_is_of_the_book;
"""
# The transaction's number alone may change: a restored database numbers its events anew.
APPEND_ONLY = """
CREATE FUNCTION orders_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.xid := NEW.xid;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Events of orders are neither changed nor deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER orders_events_only_grow BEFORE UPDATE OR DELETE ON orders_orderevent
    FOR EACH ROW EXECUTE FUNCTION orders_events_only_grow();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("stock", "0002_ledger_and_feed")]

    operations = [
        migrations.RunSQL(ONE_BOOK, ONE_BOOK_REVERSED),
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER orders_events_only_grow ON orders_orderevent; DROP FUNCTION orders_events_only_grow();",
        ),
    ]
