"""New books cost less: one index fewer, and their rows of the feed without a look at what is known to be new."""

from django.db import migrations, models

import store.catalogue.isbn

ADDED = """
CREATE OR REPLACE FUNCTION catalogue_books_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalogue_bookchange AS known (book_id, xid, version, deleted)
    SELECT id, pg_current_xact_id(), 1, false FROM new_rows ORDER BY id
    ON CONFLICT (book_id) DO UPDATE SET xid = excluded.xid, version = known.version + 1, deleted = false;
    RETURN NULL;
END $$;
"""
AS_IT_WAS = """
CREATE OR REPLACE FUNCTION catalogue_books_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalogue_note_changes(array_agg(changed.id)) FROM (SELECT id FROM new_rows) AS changed(id);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_format")]

    operations = [
        migrations.AlterField(
            "book",
            "isbn13",
            models.CharField(
                "ISBN-13",
                max_length=13,
                validators=[store.catalogue.isbn.validate_isbn13],
            ),
        ),
        migrations.AddConstraint("book", models.UniqueConstraint(fields=("isbn13",), name="book_isbn13_once")),
        migrations.RunSQL(ADDED, AS_IT_WAS),
    ]
