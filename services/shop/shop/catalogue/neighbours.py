"""What stands beside a book: its series, other editions, the same author's and the same category's books."""

from dataclasses import dataclass

from django.db import connection

from shop.catalogue import queries
from shop.catalogue.headings import Named
from shop.catalogue.models import Book

SERIES_AROUND = 5  # books of the series shown before and after
LONGEST_SERIES = 400
SHELF = 6

BESIDE = """
WITH this AS (
    SELECT id, catalogue_sort_title(catalogue_fold(title)) AS sort_title, catalogue_slug(publisher) AS publisher,
        catalogue_slug(series) AS series, ARRAY(SELECT catalogue_slug(name) FROM unnest(authors) AS name) AS authors,
        ARRAY(SELECT (SELECT string_agg(catalogue_slug(label), '/' ORDER BY depth)
                      FROM jsonb_array_elements_text(path) WITH ORDINALITY AS level (label, depth))
              FROM jsonb_array_elements(categories) AS path) AS paths
    FROM catalogue_book WHERE id = %(book)s
), key AS (
    SELECT ARRAY[catalogue_heading_id('series', NULLIF(series, ''))] AS series,
        ARRAY[catalogue_heading_id('author', NULLIF(authors[1], ''))] AS author,
        ARRAY[catalogue_heading_id('category', NULLIF(paths[1], ''))] AS category FROM this
)
SELECT publisher, series, authors, paths,
    ARRAY(SELECT book_id FROM catalogue_indexcard, key WHERE headings @> key.series
          ORDER BY series_place NULLS LAST, catalogue_indexcard.sort_title, book_id LIMIT %(longest)s),
    ARRAY(SELECT book_id FROM catalogue_indexcard AS card, key WHERE headings @> key.author
          AND card.sort_title = this.sort_title AND book_id <> this.id ORDER BY book_id DESC LIMIT %(shelf)s),
    ARRAY(SELECT book_id FROM catalogue_indexcard AS card, key WHERE headings @> key.author
          AND card.sort_title <> this.sort_title ORDER BY book_id DESC LIMIT 3 * %(shelf)s + %(longest)s),
    ARRAY(SELECT book_id FROM catalogue_indexcard, key WHERE headings @> key.category AND book_id < this.id
          ORDER BY book_id DESC LIMIT 3 * %(shelf)s)
    || ARRAY(SELECT book_id FROM catalogue_indexcard, key WHERE headings @> key.category AND book_id > this.id
          ORDER BY book_id DESC LIMIT 3 * %(shelf)s)
FROM this
"""


@dataclass(frozen=True)
class Beside:
    publisher: Named | None
    series: Named | None
    authors: list[Named]
    paths: list[list[Named]]  # each from the root of the tree of categories
    strip: list[Book]  # the series around this book, in its order, with the book itself
    next_in_series: Book | None
    editions: list[Book]
    same_author: list[Book]
    same_category: list[Book]
    seen: list[Book]


def beside(book: Book, *, seen: list[int]) -> Beside:
    """This function will find the neighbours of a book, and the books seen before, with two statements."""
    with connection.cursor() as cursor:
        cursor.execute(BESIDE, {"book": book.pk, "longest": LONGEST_SERIES, "shelf": SHELF})
        publisher, series, authors, paths, in_series, editions, by_author, in_category = cursor.fetchone()
    strip, following = _around(book.pk, in_series)
    shown = {book.pk, *strip, *editions}
    same_author = [key for key in by_author if key not in shown][:SHELF]
    same_category = [key for key in in_category if key not in shown | set(same_author)][:SHELF]
    known = {each.pk: each for each in queries.books_by_keys([*shown, *same_author, *same_category, *seen])}

    def read(keys: list[int]) -> list[Book]:
        return [known[key] for key in keys if key in known]

    return Beside(
        publisher=Named("publisher", publisher, book.publisher) if publisher else None,
        series=Named("series", series, book.series) if series else None,
        authors=[Named("author", slug, name) for slug, name in zip(authors, book.authors) if slug],
        paths=[_path(slugs, labels) for slugs, labels in zip(paths, book.categories) if slugs],
        strip=read(strip) if len(strip) > 1 else [],
        next_in_series=known.get(following) if following else None,
        editions=read(editions),
        same_author=read(same_author),
        same_category=read(same_category),
        seen=[each for each in read(seen) if each.pk != book.pk][:SHELF],
    )


def _around(key: int, in_series: list[int]) -> tuple[list[int], int | None]:
    """The books of the series shown, and the one to read next."""
    if key not in in_series:
        return in_series[: 2 * SERIES_AROUND], None
    place = in_series.index(key)
    first = max(0, place - SERIES_AROUND)
    return in_series[first : place + SERIES_AROUND + 1], next(iter(in_series[place + 1 :]), None)


def _path(slugs: str, labels: list[str]) -> list[Named]:
    parts = slugs.split("/")
    return [Named("category", "/".join(parts[: depth + 1]), label) for depth, label in enumerate(labels)]
