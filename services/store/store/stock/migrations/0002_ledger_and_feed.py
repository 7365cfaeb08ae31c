"""The ledger only grows; a changed number of free copies is a change of the book; barcodes are counted up."""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION stock_ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger only grows: its lines are neither changed nor deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stock_ledger_only_grows BEFORE UPDATE OR DELETE ON stock_ledgerline
    FOR EACH STATEMENT EXECUTE FUNCTION stock_ledger_only_grows();
"""

TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_note_changes(array_agg(changed.id)) FROM ({changed}) AS changed(id);
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON stock_stocklevel {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
FREE_CHANGED = """
    SELECT book_id FROM new_rows n JOIN old_rows o USING (book_id)
    WHERE n.on_shelf - n.reserved <> o.on_shelf - o.reserved
"""
TRIGGERS = [
    (
        "stock_levels_added",
        "INSERT",
        "REFERENCING NEW TABLE AS new_rows",
        "SELECT book_id FROM new_rows WHERE on_shelf <> reserved",
    ),
    ("stock_levels_changed", "UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows", FREE_CHANGED),
    (
        "stock_levels_removed",
        "DELETE",
        "REFERENCING OLD TABLE AS old_rows",
        "SELECT book_id FROM old_rows WHERE on_shelf <> reserved",
    ),
    ("stock_levels_truncated", "TRUNCATE", "", "SELECT id FROM catalogue_book"),
]


def _create(name: str, event: str, tables: str, changed: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        TRIGGER.format(name=name, event=event, tables=tables, changed=changed),
        f"DROP TRIGGER {name} ON stock_stocklevel; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [("stock", "0001_initial"), ("catalogue", "0002_feed_of_books")]

    operations = [
        migrations.RunSQL(
            APPEND_ONLY,
            "DROP TRIGGER stock_ledger_only_grows ON stock_ledgerline; DROP FUNCTION stock_ledger_only_grows();",
        ),
        *(_create(*trigger) for trigger in TRIGGERS),
        migrations.RunSQL("CREATE SEQUENCE stock_barcode;", "DROP SEQUENCE stock_barcode;"),
    ]
