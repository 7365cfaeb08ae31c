"""Keep one row per book in the feed: set-based, so that a COPY of 100,000 books costs one further statement."""

from django.db import migrations

# Rows are taken in the order of their books' ids: two writers of the same books wait for each other, never in a ring.
NOTE_CHANGES = """
CREATE FUNCTION catalogue_note_changes(book_ids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO catalogue_bookchange AS known (book_id, xid, version, deleted)
    SELECT changed.id, pg_current_xact_id(), 1, book.id IS NULL
    FROM (SELECT DISTINCT id FROM unnest(book_ids) AS id) AS changed
    LEFT JOIN catalogue_book AS book ON book.id = changed.id
    ORDER BY changed.id
    ON CONFLICT (book_id) DO UPDATE
    SET xid = excluded.xid, version = known.version + 1, deleted = excluded.deleted;
$$;
"""

TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_note_changes(array_agg(changed.id)) FROM ({changed}) AS changed(id);
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""
BOTH = "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"
NEW = "REFERENCING NEW TABLE AS new_rows"
OLD = "REFERENCING OLD TABLE AS old_rows"
BOOKS_OF_MOVED_CATEGORIES = """
    WITH RECURSIVE moved AS (
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE (n.name, n.parent_id) IS DISTINCT FROM (o.name, o.parent_id)
        UNION
        SELECT child.id FROM catalogue_category child JOIN moved ON child.parent_id = moved.id
    )
    SELECT placed.book_id FROM catalogue_book_categories placed JOIN moved ON placed.category_id = moved.id
"""
BOOKS = "catalogue_book"
PLACES = "catalogue_book_categories"
TRIGGERS = [
    ("catalogue_books_added", "INSERT", BOOKS, NEW, "SELECT id FROM new_rows"),
    (
        "catalogue_books_changed",
        "UPDATE",
        BOOKS,
        BOTH,
        "SELECT n.id FROM new_rows n JOIN old_rows o USING (id) WHERE n.* IS DISTINCT FROM o.*",
    ),
    ("catalogue_books_removed", "DELETE", BOOKS, OLD, "SELECT id FROM old_rows"),
    ("catalogue_books_truncated", "TRUNCATE", BOOKS, "", "SELECT book_id FROM catalogue_bookchange WHERE NOT deleted"),
    ("catalogue_books_placed", "INSERT", PLACES, NEW, "SELECT book_id FROM new_rows"),
    (
        "catalogue_books_moved",
        "UPDATE",
        PLACES,
        BOTH,
        "SELECT book_id FROM new_rows UNION SELECT book_id FROM old_rows",
    ),
    ("catalogue_books_unplaced", "DELETE", PLACES, OLD, "SELECT book_id FROM old_rows"),
    ("catalogue_categories_moved", "UPDATE", "catalogue_category", BOTH, BOOKS_OF_MOVED_CATEGORIES),
]


def _create(name: str, event: str, table: str, tables: str, changed: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        TRIGGER.format(name=name, event=event, table=table, tables=tables, changed=changed),
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial"), ("feed", "0001_initial")]

    operations = [
        migrations.RunSQL(NOTE_CHANGES, "DROP FUNCTION catalogue_note_changes(bigint[]);"),
        *(_create(*trigger) for trigger in TRIGGERS),
    ]
