"""Finding books: a search, filters and their counts, answered from the index cards with a constant number of statements."""

from dataclasses import dataclass, field, replace
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.models import F, Sum

from shop.catalogue.headings import IN_STOCK, KINDS, Named, heading_id, kind_number
from shop.catalogue.models import UNCOUNTED
from shop.catalogue.wish import Wish
from shop.pages.paging import nearest_page

MOST_WORDS = 10
LEADERS = 24  # headings of a kind that a list tells of
MOST_CATEGORIES = 300
GUESSES = 4
WORTH_GUESSING = 4  # letters
STEPS_OVER = frozenset("a an and by for from in of on or the to with".split())  # if there are other words
IN, OUT = heading_id("stock", IN_STOCK), heading_id("stock", "out")

LOOK_UP = """
WITH typed AS (
    SELECT word, n FROM unnest(string_to_array(catalogue_fold(%(search)s), ' ')) WITH ORDINALITY AS said (word, n)
    WHERE n <= %(words)s
), said AS (SELECT catalogue_slug(%(search)s) AS slug)
SELECT (SELECT COALESCE(json_agg(json_build_array(word,
            EXISTS (SELECT FROM catalogue_word AS known WHERE known.word >= typed.word
                    AND known.word < typed.word || chr(1114111)),
            ARRAY(SELECT near FROM (
                SELECT near, (SELECT count(*) FROM (
                    SELECT FROM catalogue_indexcard WHERE words @@ quote_literal(near)::tsquery LIMIT 100) AS sample) AS books
                FROM catalogue_near(typed.word) AS near) AS guess
            WHERE char_length(typed.word) >= %(guess_from)s AND books > 0
            ORDER BY left(near, 1) = left(typed.word, 1) DESC, books DESC, near LIMIT %(guesses)s)
        ) ORDER BY n), '[]') FROM typed),
       (SELECT COALESCE(json_agg(json_build_array(id, kind, slug, label, books) ORDER BY books DESC, kind), '[]')
        FROM catalogue_heading WHERE id = ANY(%(ids)s::bigint[]) OR (books > 0 AND id IN (
            SELECT catalogue_heading_id(kind, slug) FROM said, unnest(%(places)s::text[]) AS kind)))
"""
COUNT = """
, counts AS MATERIALIZED (
    SELECT heading, heading & 7 AS kind, {counted} AS books
    FROM (SELECT unnest(headings) AS heading, misses FROM hit WHERE {at_most_one_miss}) AS each
    WHERE heading & 7 NOT IN ({not_counted}) GROUP BY heading
    {counted_before}
)"""
# The counts of the whole catalogue are kept up to date on the headings themselves.
COUNTED_BEFORE = f"""
    SELECT id AS heading, id & 7 AS kind, books - CASE id WHEN {IN} THEN n WHEN {OUT} THEN -n ELSE 0 END AS books
    FROM catalogue_heading, (SELECT count(*) AS n FROM sold_out) AS moved WHERE kind IN ({{kinds}})
"""
NOT_COUNTED = ", counts AS (SELECT 0::bigint AS heading, 0::bigint AS kind, 0 AS books WHERE false)"
ANSWER = """
, page AS (SELECT {total} AS books),
ordered AS MATERIALIZED (
    SELECT {hit}.book_id, row_number() OVER () AS n FROM (
        SELECT book_id FROM {hit} {where} ORDER BY {order} LIMIT %(limit)s
        OFFSET (SELECT LEAST(%(page)s - 1, GREATEST((books - 1) / %(limit)s, 0)) * %(limit)s FROM page)
    ) AS {hit}
), leader AS (
    SELECT heading, books FROM (
        SELECT heading, kind, books, row_number() OVER (PARTITION BY kind ORDER BY books DESC, heading) AS n FROM counts
        WHERE books > 0
    ) AS ranked WHERE n <= CASE kind WHEN 4 THEN %(categories)s ELSE %(leaders)s END OR heading = ANY(%(asked)s::bigint[])
)
SELECT (SELECT books FROM page), ARRAY(SELECT book_id FROM ordered ORDER BY n),
    (SELECT COALESCE(json_agg(json_build_array(known.kind, known.slug, known.label, leader.books)
                     ORDER BY leader.books DESC, known.slug), '[]')
     FROM leader JOIN catalogue_heading AS known ON known.id = leader.heading), {misses}
"""
ORDERS = {
    "newest": "book_id DESC",
    "title": "sort_title, book_id",
    "price": "price, book_id",
    "-price": "price DESC, book_id DESC",
    "series": "series_place NULLS LAST, sort_title, book_id",
    "relevance": "score DESC, book_id DESC",
}
SCORE = """
    ts_rank('{0.15, 0.5, 0.85, 1}', words, %(exact)s::tsquery)
    + CASE WHEN sort_title = %(phrase)s THEN 2 WHEN sort_title LIKE %(phrase)s || ' %%' THEN 0.3 ELSE 0 END
"""


@dataclass(frozen=True)
class Word:
    """A word as typed and folded, whether any book's word begins with it, and the likeliest words one slip away."""

    typed: str
    known: bool
    near: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The page of books asked for, by their keys, and what is to be said of all books found."""

    wish: Wish
    books: int = 0
    number: int = 1
    ids: list[int] = field(default_factory=list)
    facets: list[Named] = field(default_factory=list)
    chosen: list[Named] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)  # authors, series … whose name is just what was typed
    words: tuple[Word, ...] = ()
    guessed: tuple[Word, ...] = ()  # words for which others were taken
    without: dict[str, int] = field(default_factory=dict)  # kind → books if that filter were dropped


def find(wish: Wish, *, counting: bool = True) -> Found:
    """This function will find books; where a word finds nothing, those that are one slip away from it are tried.

    :param counting: whether it is to be counted how many books stand under each heading (`facets`).
    """
    words, chosen, named = _look_up(wish)
    wish = wish.keeping({heading.id for heading in chosen})
    chosen = [
        heading for heading in chosen if heading.kind != "price"
    ]  # a band without books is no heading, but is chosen
    chosen += [Named(kind, slug, "") for kind, slug in wish.filters if kind == "price"]
    chosen += [Named("stock", IN_STOCK, "")] if wish.in_stock else []
    guessed = tuple(word for word in words if not word.known and word.near)
    found = _hits(wish, words, guessed, counting)
    if not (found.books or found.without or wish.place) and all(word.known or word.near for word in words):
        # Each word is known, but no book has them all.
        others = tuple(word for word in words if word.near)
        second = _hits(wish, words, others, counting) if others != guessed else found
        if second.books or second.without:
            found, guessed = second, others
    return replace(found, chosen=chosen, named=named, words=words, guessed=guessed if found.books else ())


def _look_up(wish: Wish) -> tuple[tuple[Word, ...], list[Named], list[Named]]:
    """What the words and headings in the URL are, with one statement, or none if there are none."""
    asked = [heading_id(kind, slug) for kind, slug in wish.filters]
    if not (wish.search or asked):
        return (), [], []
    params = {
        "search": wish.search,
        "ids": asked,
        "places": ["author", "publisher", "series", "category"] if wish.search else [],
        "words": MOST_WORDS,
        "guesses": GUESSES,
        "guess_from": WORTH_GUESSING,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, params)
        words, headings = cursor.fetchone()
    named = [(key, Named(*rest)) for key, *rest in headings]
    return (
        tuple(Word(word, known, tuple(near)) for word, known, near in words if word),
        [heading for key, heading in named if key in asked],
        [heading for key, heading in named if key not in asked and heading != wish.place],
    )


def _hits(wish: Wish, words: tuple[Word, ...], guessed: tuple[Word, ...], counting: bool) -> Found:
    if wish.search and not words:
        return Found(wish)  # signs alone, such as "%"
    asked = wish.ids()
    params = {
        "limit": wish.size,
        "page": nearest_page(wish.page, 10**9),
        "leaders": LEADERS,
        "categories": MOST_CATEGORIES,
        "asked": [key for keys in asked.values() for key in keys],
        "place": [wish.place.id] if wish.place else [],
        **_query(words, guessed),
    }
    sold_out, sold_params = _sold_out()
    statement = _statement(wish, asked, params, counting)
    with connection.cursor() as cursor:
        cursor.execute(*_joined(statement, params, sold_out, sold_params))
        books, ids, facets, misses = cursor.fetchone()
    number = min(params["page"], max(1, -(-books // wish.size)))
    without = {kind: n for kind, n in zip(asked, misses or []) if n and not books}
    return Found(wish, books, number, ids, [Named(*facet) for facet in facets], without=without)


def _query(words: tuple[Word, ...], guessed: tuple[Word, ...]) -> dict[str, str]:
    """The words as Postgres takes them: all must be there, each as the beginning of a word or as a guess."""
    telling = [word for word in words if word.typed not in STEPS_OVER] or words
    meant = {word: word.near if word in guessed else (word.typed,) for word in words}
    wanted = []
    for word in telling:
        ways = [f"'{near}'" for near in word.near] if word in guessed else []
        ways += [f"'{word.typed}':*"] if word.known or not ways else []
        wanted.append(f"({' | '.join(ways)})")
    phrase = [meant[word][0] for word in words]
    return {
        "query": " & ".join(wanted),
        "exact": " | ".join(f"'{each}'" for word in telling for each in meant[word]),
        "phrase": " ".join(phrase[1:] if phrase[:1] in (["the"], ["a"], ["an"]) and phrase[1:] else phrase),
    }


def _statement(wish: Wish, asked: dict[str, list[int]], params: dict, counting: bool) -> str:
    if not (wish.search or wish.place or asked):
        return _of_all_books(wish, counting)
    conditions, missed, kinds = [], [], list(asked)
    if wish.search:
        conditions.append("words @@ %(query)s::tsquery")
    if wish.place:
        conditions.append("headings @> %(place)s::bigint[]")
    for place, kind in enumerate(kinds):
        params[f"asked_{kind}"] = asked[kind]
        has = f"headings && %(asked_{kind})s::bigint[]" + (" AND sold_out.book IS NULL" if kind == "stock" else "")
        missed.append(f"CASE WHEN {has} THEN 0 ELSE {1 << place} END")
    # The only filter: what its own kind would count without it is known, and other books need not be looked at.
    lone = kinds[0] if len(kinds) == 1 and not conditions else None
    if lone:
        conditions.append(f"headings && %(asked_{lone})s::bigint[]")
    hit = f"""
, hit AS MATERIALIZED (
    SELECT book_id, sort_title, price, series_place, {SCORE if wish.order == "relevance" else "0"} AS score,
        {" + ".join(missed) or "0"} AS misses,
        CASE WHEN sold_out.book IS NULL THEN headings ELSE array_replace(headings, {IN}, {OUT}) END AS headings
    FROM catalogue_indexcard LEFT JOIN sold_out ON sold_out.book = book_id
    WHERE {" AND ".join(conditions) or "true"}
)"""
    counted = "count(*) FILTER (WHERE misses = 0)"
    if kinds:
        cases = (
            f"WHEN {kind_number(kind)} THEN count(*) FILTER (WHERE misses IN (0, {1 << place}))"
            for place, kind in enumerate(kinds)
        )
        counted = f"CASE heading & 7 {' '.join(cases)} ELSE {counted} END"
    bits = ", ".join(str(1 << place) for place in range(len(kinds)))
    alone = ", ".join(f"(SELECT count(*) FROM hit WHERE misses = {1 << place})" for place in range(len(kinds)))
    count = COUNT.format(
        counted=counted,
        at_most_one_miss=f"misses IN (0{', ' + bits if bits else ''})",
        not_counted=", ".join(str(kind_number(kind)) for kind in ("series", lone) if kind),
        counted_before="UNION ALL" + COUNTED_BEFORE.format(kinds=f"'{lone}'") if lone else "",
    )
    answer = ANSWER.format(
        hit="hit",
        where="WHERE misses = 0",
        order=ORDERS[wish.order],
        total="(SELECT count(*) FROM hit WHERE misses = 0)",
        misses=f"ARRAY[{alone}]::bigint[]",
    )
    return hit + (count if counting else NOT_COUNTED) + answer


def _of_all_books(wish: Wish, counting: bool) -> str:
    counted = COUNTED_BEFORE.format(kinds=", ".join(f"'{kind}'" for kind in KINDS if kind != "series"))
    total = f"(SELECT COALESCE(sum(books), 0)::int FROM catalogue_heading WHERE id IN ({IN}, {OUT}))"
    return (f", counts AS MATERIALIZED ({counted})" if counting else NOT_COUNTED) + ANSWER.format(
        hit="catalogue_indexcard", where="", order=ORDERS[wish.order], total=total, misses="NULL::int[]"
    )


@cache  # writing it takes longer than asking it
def _sold_out() -> tuple[str, tuple]:
    """Books that the store told copies of, all sold here since. See BookQuerySet.with_available()."""
    lines = apps.get_model("orders", "OrderLine").objects.filter(
        order__state__in=UNCOUNTED, order__held=False, book__retired_at=None, book__store_free__gt=0
    )
    sold = lines.order_by().values("book").annotate(n=Sum("quantity")).filter(n__gte=F("book__store_free"))
    return sold.values("book").query.sql_with_params()


def _joined(statement: str, params: dict, sold_out: str, sold_params: tuple) -> tuple[str, dict]:
    """One statement with names for all parameters."""
    names = {f"sold_{place}": value for place, value in enumerate(sold_params)}
    sold_out = sold_out % tuple(f"%({name})s" for name in names)
    return f"WITH sold_out (book) AS MATERIALIZED ({sold_out}) {statement}", params | names
