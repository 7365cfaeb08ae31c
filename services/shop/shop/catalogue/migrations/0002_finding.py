"""What finding a book needs: a card for each book on sale, the headings it stands under, and the words it is found by.

The database keeps them itself, by triggers that see all rows of a statement at once: however a book is written, its
card is right when the statement ends, and a shop that reads never sees one without the other.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

FOLD = r"""
-- Text as it is compared: small letters without accents, words parted by one space, "J. R. R." as one word. The marks
-- \x01 to \x03 come through, so that one call can fold many texts.
CREATE FUNCTION catalogue_fold(said text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE folded text COLLATE "C" := ' ' || lower(said COLLATE "C") || ' ';
BEGIN
    IF octet_length(folded) <> char_length(folded) THEN
        folded := lower(regexp_replace(normalize(folded, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE pg_c_utf8);
        folded := translate(folded, 'øłđıħŧ’‘ʼ', 'oldiht''''''');
        folded := replace(replace(replace(replace(folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
        folded := regexp_replace(replace(folded, '''s ', 's '), '[^[:alnum:]\x01-\x03 ]' COLLATE pg_c_utf8, ' ', 'g');
    ELSE
        folded := regexp_replace(replace(folded, '''s ', 's '), '[^a-z0-9\x01-\x03 ]', ' ', 'g');
    END IF;
    WHILE strpos(folded, '  ') > 0 LOOP
        folded := replace(replace(folded, '    ', ' '), '  ', ' ');
    END LOOP;
    IF folded ~ ' [^ ] [^ ] ' THEN
        folded := regexp_replace(folded, '\m(\w) (?=\w )', '\1', 'g');
    END IF;
    RETURN trim(folded);
END $$;
CREATE FUNCTION catalogue_unmarked(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT translate(said, E'\x01\x02\x03', '   ')
$$;
CREATE FUNCTION catalogue_slug(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT replace(catalogue_fold(catalogue_unmarked(said)), ' ', '-')
$$;
-- The same number in every database and in shop.catalogue.headings; its last three bits are the kind.
CREATE FUNCTION catalogue_heading_id(kind text, slug text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (('x' || left(md5(kind || ':' || slug), 16))::bit(64)::bigint >> 3 << 3) | array_position(
        ARRAY['author', 'publisher', 'series', 'category', 'language', 'price', 'stock'], kind)
$$;
CREATE FUNCTION catalogue_price_band(price numeric) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN price < 5 THEN '0' WHEN price < 10 THEN '5' WHEN price < 15 THEN '10' WHEN price < 20 THEN '15'
                WHEN price < 30 THEN '20' WHEN price < 50 THEN '30' ELSE '50' END
$$;
-- The trade files "The Hobbit" under H.
CREATE FUNCTION catalogue_sort_title(title text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN title LIKE 'the _%' THEN substr(title, 5) WHEN title LIKE 'a _%' THEN substr(title, 3)
                WHEN title LIKE 'an _%' THEN substr(title, 4) ELSE title END
$$;
"""

FILE_BOOKS = r"""
-- Write, renew or take out the cards of these books.
CREATE FUNCTION catalogue_file_books(books bigint[]) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    WITH folded AS MATERIALIZED (  -- everything said of a book in one call, which costs more than its letters
        SELECT id, authors, publisher, series, series_number, language, price, store_free > 0 AS in_stock, shelves,
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

-- A change of the stock alone, the most frequent one, writes no card unless it was the first or the last copy.
CREATE FUNCTION catalogue_book_written() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE books bigint[];
BEGIN
    IF TG_OP = 'INSERT' THEN
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
    END IF;
    IF books IS NOT NULL THEN
        PERFORM catalogue_file_books(books);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER catalogue_book_added AFTER INSERT ON catalogue_book REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_book_written();
CREATE TRIGGER catalogue_book_changed AFTER UPDATE ON catalogue_book REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_book_written();
CREATE TRIGGER catalogue_book_gone AFTER DELETE ON catalogue_book REFERENCING OLD TABLE AS stale
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_book_written();
CREATE TRIGGER catalogue_emptied AFTER TRUNCATE ON catalogue_book
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_book_written();
"""

NEAR = r"""
-- The known words that are one slip away: a letter wrong, missing or too many, or two neighbours changed over. One slip
-- leaves one half of a word as it was, so that each pattern reads a small piece of one of the two indexes.
CREATE FUNCTION catalogue_near(typed text) RETURNS SETOF text LANGUAGE sql STABLE STRICT AS $$
    WITH spot AS (SELECT n, left(typed, n - 1) AS before, substr(typed, n) AS after
                  FROM generate_series(1, char_length(typed) + 1) AS n),
    wrong AS (SELECT n, before || '_' || substr(after, 2) AS pattern FROM spot WHERE after <> ''
              UNION ALL SELECT n, before || '_' || after FROM spot)
    SELECT word::text FROM catalogue_word WHERE word IN (
        SELECT before || substr(after, 2) FROM spot WHERE after <> ''
        UNION ALL SELECT before || substr(after, 2, 1) || left(after, 1) || substr(after, 3) FROM spot
        WHERE char_length(after) > 1) AND word <> typed
    UNION SELECT near.word FROM wrong, LATERAL (
        SELECT word::text FROM catalogue_word WHERE word >= left(pattern, n - 1)
        AND word < left(pattern, n - 1) || chr(1114111) AND word LIKE pattern) AS near
    WHERE n > char_length(typed) / 2 AND near.word <> typed
    UNION SELECT near.word FROM wrong, LATERAL (
        SELECT word::text FROM catalogue_word WHERE reverse(word) >= reverse(substr(pattern, n + 1))
        AND reverse(word) < reverse(substr(pattern, n + 1)) || chr(1114111) AND word LIKE pattern) AS near
    WHERE n <= char_length(typed) / 2 AND near.word <> typed
$$;
"""

FILE_ALL = """
SELECT catalogue_file_books(array_agg(id))
FROM (SELECT id, row_number() OVER (ORDER BY id) / 1000 AS drawer FROM catalogue_book) AS book GROUP BY drawer
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Heading",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("slug", models.TextField(db_collation="C")),
                ("label", models.TextField()),
                ("books", models.IntegerField(help_text="Books on sale that stand under it.")),
            ],
            options={
                "indexes": [
                    models.Index(models.F("kind"), models.OrderBy(models.F("books"), descending=True), name="heading_top")
                ]
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[("word", models.TextField(db_collation="C", primary_key=True, serialize=False))],
            options={
                "indexes": [models.Index(django.db.models.functions.text.Reverse("word"), name="word_from_its_end")]
            },
        ),
        migrations.CreateModel(
            name="IndexCard",
            fields=[
                (
                    "book",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="card",
                        serialize=False,
                        to="catalogue.book",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("headings", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("sort_title", models.TextField(db_collation="C")),
                ("price", models.DecimalField(decimal_places=2, max_digits=10)),
                ("series_place", models.DecimalField(decimal_places=2, max_digits=8, null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["words"], name="card_words"),
                    django.contrib.postgres.indexes.GinIndex(fields=["headings"], name="card_headings"),
                    models.Index(fields=["sort_title", "book"], name="card_by_title"),
                    models.Index(fields=["price", "book"], name="card_by_price"),
                ]
            },
        ),
        migrations.RemoveIndex(model_name="book", name="book_by_title"),
        migrations.RunSQL(
            FOLD + FILE_BOOKS + NEAR,
            "DROP FUNCTION catalogue_book_written CASCADE; DROP FUNCTION catalogue_file_books, catalogue_near, "
            "catalogue_sort_title, catalogue_price_band, catalogue_heading_id, catalogue_slug, "
            "catalogue_unmarked, catalogue_fold;",
        ),
        migrations.RunSQL(FILE_ALL, migrations.RunSQL.noop),
    ]
