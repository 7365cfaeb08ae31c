"""New books can be written first and filed later, for a whole catalogue that comes at once.

A card costs several times what its book does. With `bookshop.file_later` on, the trigger notes which new books have no
card yet, and shop.catalogue.filing writes the cards in its own time. Changes of known books are filed at once as before.
"""

import django.db.models.deletion
from django.db import migrations, models

BOOK_WRITTEN = """
CREATE OR REPLACE FUNCTION catalogue_book_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE books bigint[];
BEGIN
    IF TG_OP = 'INSERT' AND current_setting('bookshop.file_later', true) = 'on' THEN
        INSERT INTO catalogue_unfiled SELECT id FROM fresh WHERE retired_at IS NULL ON CONFLICT DO NOTHING;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO books FROM fresh WHERE retired_at IS NULL;
    ELSIF TG_OP = 'UPDATE' THEN
        SELECT array_agg(id) INTO books FROM fresh JOIN stale USING (id)
        WHERE (fresh.title, fresh.subtitle, fresh.authors, fresh.publisher, fresh.series, fresh.series_number,
               fresh.language, fresh.price, fresh.categories, fresh.store_free > 0, fresh.retired_at IS NULL)
           IS DISTINCT FROM
              (stale.title, stale.subtitle, stale.authors, stale.publisher, stale.series, stale.series_number,
               stale.language, stale.price, stale.categories, stale.store_free > 0, stale.retired_at IS NULL);
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(id) INTO books FROM stale;
    ELSE  -- not TRUNCATE: the statement at hand may be emptying these tables itself
        DELETE FROM catalogue_indexcard;
        DELETE FROM catalogue_heading;
        DELETE FROM catalogue_word;
        DELETE FROM catalogue_unfiled;
    END IF;
    IF books IS NOT NULL THEN
        PERFORM catalogue_file_books(books);
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_finding")]

    operations = [
        migrations.CreateModel(
            name="Unfiled",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="catalogue.book",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(BOOK_WRITTEN, migrations.RunSQL.noop),
    ]
