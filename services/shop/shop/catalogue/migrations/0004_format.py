"""Books have a format, and stand under it as a heading. No card is written anew: a book has a format once the store tells it.

Headings carry their kind in three bits. The format is the eighth kind, and eight is 0 there.
"""

from django.db import migrations, models

HEADING_ID = """
CREATE OR REPLACE FUNCTION catalogue_heading_id(kind text, slug text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (('x' || left(md5(kind || ':' || slug), 16))::bit(64)::bigint >> 3 << 3) | (array_position(
        ARRAY['author', 'publisher', 'series', 'category', 'language', 'price', 'stock', 'format'], kind) % 8)
$$;
"""

FILE_BOOKS = r"""
-- Write, renew or take out the cards of these books.
CREATE OR REPLACE FUNCTION catalogue_file_books(books bigint[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    WITH folded AS MATERIALIZED (  -- everything said of a book in one call, which costs more than its letters
        SELECT id, authors, publisher, series, series_number, language, format, price, store_free > 0 AS in_stock, shelves,
            string_to_array(catalogue_fold(concat_ws(E' \x02 ', catalogue_unmarked(title), catalogue_unmarked(subtitle),
                catalogue_unmarked(publisher), catalogue_unmarked(series), writers, COALESCE(shelves, ''))), E'\x02') AS part
        FROM catalogue_book, LATERAL (
            SELECT COALESCE(string_agg(catalogue_unmarked(name), E' \x01 ' ORDER BY n), '') AS writers
            FROM unnest(authors) WITH ORDINALITY AS author (name, n)
        ) AS signed, LATERAL (
            SELECT string_agg((SELECT string_agg(catalogue_unmarked(label), E' \x03 ' ORDER BY n)
                               FROM jsonb_array_elements_text(path) WITH ORDINALITY AS level (label, n)),
                              E' \x01 ' ORDER BY m) AS shelves
            FROM jsonb_array_elements(categories) WITH ORDINALITY AS way (path, m)
        ) AS written
        WHERE id = ANY(catalogue_file_books.books) AND retired_at IS NULL
    ), card AS MATERIALIZED (
        SELECT id, price, under.*, catalogue_sort_title(trim(part[1])) AS sort_title,
            CASE WHEN series_number <> '' THEN substring(series_number FROM '\d{1,6}(?:\.\d{1,2})?')::numeric END
                AS series_place,
            setweight(to_tsvector('simple', part[1]), 'A') || setweight(to_tsvector('simple', part[5]), 'B')
            || setweight(to_tsvector('simple', part[4] || part[2]), 'C')
            || setweight(to_tsvector('simple', concat_ws('', part[3], part[6])), 'D') AS words
        FROM folded, LATERAL (
            SELECT array_agg(DISTINCT heading) AS headings, array_agg(heading) AS ids, array_agg(kind) AS kinds,
                   array_agg(slug) AS slugs, array_agg(label) AS labels
            FROM (
                SELECT kind, slug, label, catalogue_heading_id(kind, slug) AS heading FROM (
                    SELECT 'author' AS kind, replace(trim(name), ' ', '-') AS slug, label
                    FROM unnest(string_to_array(part[5], E'\x01'), authors) AS author (name, label)
                    UNION ALL VALUES ('publisher', replace(trim(part[3]), ' ', '-'), publisher),
                        ('series', replace(trim(part[4]), ' ', '-'), series), ('language', lower(language), language),
                        ('format', replace(lower(format), ' ', '-'), format),
                        ('price', catalogue_price_band(price), ''),
                        ('stock', CASE WHEN in_stock THEN 'in' ELSE 'out' END, '')
                    UNION ALL SELECT 'category', replace(regexp_replace(trim(array_to_string(
                        (string_to_array(names, E'\x03'))[:depth::int], '/')), ' */ *', '/', 'g'), ' ', '-'), trim(label)
                    FROM unnest(string_to_array(part[6], E'\x01'), string_to_array(shelves, E' \x01 '))
                        AS way (names, labels),
                        LATERAL unnest(string_to_array(labels, E' \x03 ')) WITH ORDINALITY AS level (label, depth)
                ) AS named WHERE slug <> '' AND label IS NOT NULL OFFSET 0
            ) AS numbered
        ) AS under
    ), counted AS (
        INSERT INTO catalogue_heading AS known (id, kind, slug, label, books)
        SELECT heading, COALESCE(max(kind), ''), COALESCE(max(slug), ''), COALESCE(max(label), ''), sum(n)
        FROM (
            SELECT heading, NULL AS kind, NULL AS slug, NULL AS label, 1 AS n FROM card, unnest(headings) AS heading
            UNION ALL SELECT named.*, 0 FROM card, unnest(card.ids, kinds, slugs, labels) AS named
            UNION ALL SELECT heading, NULL, NULL, NULL, -1
                FROM catalogue_indexcard AS was, unnest(was.headings) AS heading
                WHERE book_id = ANY(catalogue_file_books.books)
        ) AS move GROUP BY heading
        HAVING sum(n) <> 0 OR max(label) <> (SELECT was.label FROM catalogue_heading AS was WHERE was.id = heading)
        ORDER BY heading
        ON CONFLICT (id) DO UPDATE SET books = known.books + excluded.books,
            label = CASE WHEN excluded.label = '' THEN known.label ELSE excluded.label END
    ), learned AS (
        INSERT INTO catalogue_word (word)
        SELECT lexeme FROM (SELECT DISTINCT lexeme FROM card, unnest(tsvector_to_array(words)) AS lexeme) AS used
        WHERE (SELECT word FROM catalogue_word AS known WHERE known.word = lexeme) IS NULL ORDER BY lexeme
        ON CONFLICT DO NOTHING
    )
    INSERT INTO catalogue_indexcard (book_id, words, headings, sort_title, price, series_place)
    SELECT id, words, headings, sort_title, price, series_place FROM card ORDER BY id
    ON CONFLICT (book_id) DO UPDATE SET words = excluded.words, headings = excluded.headings,
        sort_title = excluded.sort_title, price = excluded.price, series_place = excluded.series_place;
    DELETE FROM catalogue_indexcard WHERE book_id = ANY(catalogue_file_books.books)
        AND NOT EXISTS (SELECT FROM catalogue_book WHERE id = book_id AND retired_at IS NULL);
END $$;
"""

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
               fresh.language, fresh.format, fresh.price, fresh.categories, fresh.store_free > 0, fresh.retired_at IS NULL)
           IS DISTINCT FROM
              (stale.title, stale.subtitle, stale.authors, stale.publisher, stale.series, stale.series_number,
               stale.language, stale.format, stale.price, stale.categories, stale.store_free > 0, stale.retired_at IS NULL);
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
    dependencies = [("catalogue", "0003_file_later")]

    operations = [
        migrations.AddField(
            model_name="book",
            name="format",
            field=models.CharField(
                blank=True, db_default="", default="", help_text="Such as paperback.", max_length=30
            ),
        ),
        migrations.RunSQL(HEADING_ID + FILE_BOOKS + BOOK_WRITTEN, migrations.RunSQL.noop),
    ]
