"""Invented books without end, for when the classics are not enough: book number n is always the same book.

Titles, authors and houses are made up from the lists in ``words.py``; each description says that the book is invented.
Numbers are ISBN-13 in 978-69, a range that the International ISBN Agency has given to nobody: the classics stand at
978-69-9000000 and above, these books below.
"""

import re
from collections.abc import Iterator

from . import words
from .classics import DemoBook
from .draw import Draw

ISBN_PREFIX = "97869"
MOST_BOOKS = 9_000_000
SHELFMATES = 5  # so many books in a row may be one series
WRITERS = 400_000
FIRST_YEAR, LAST_YEAR = 1926, 2026
SMALL_WORDS = frozenset("a an and at by for from in of on over the to with".split())
ELISIONS = {
    "en": (re.compile(r"\b([Aa]) (?=[aeiou])"), r"\1n "),
    "fr": (re.compile(r"\b([Dd])e (?=[AEIOU])"), r"\1’"),
}
NO_ELISION = (re.compile(r"(?!)"), "")


def synthetic(number: int) -> Iterator[DemoBook]:
    """This function will yield the first ``number`` invented books, one at a time.

    :raises ValueError: above nine million, where the numbers end.
    """
    if number > MOST_BOOKS:
        raise ValueError(f"There are numbers for {MOST_BOOKS:,} invented books only.")
    return (book(index) for index in range(number))


def book(index: int) -> DemoBook:
    """This function will answer the invented book of this index, counted from 0."""
    draw = Draw("book", index)
    shelf = _Series(index // SHELFMATES)
    place_in_series = index % SHELFMATES + 1
    in_series = place_in_series <= shelf.length
    writers = (shelf.writer,) if in_series else _writers(draw)
    language = shelf.language if in_series else draw.weighted(words.LANGUAGES)
    kind = shelf.kind if in_series else draw.of(words.KINDS[language])
    wording = _Wording(draw, language)
    year = (shelf.year + place_in_series) if in_series else draw.between(FIRST_YEAR, LAST_YEAR)
    return DemoBook(
        isbn13=isbn13(index),
        title=wording.title(kind.titles),
        subtitle=wording.sentence(kind.subtitles) if kind.subtitles and draw.below(3) == 0 else "",
        authors=writers,
        first_published=min(year, LAST_YEAR),
        language=language,
        series=shelf.name if in_series else "",
        series_number=str(place_in_series) if in_series else "",
        categories=_categories(kind, draw),
        description=f"{wording.sentence(kind.descriptions)} {words.INVENTED[language]}",
        publisher=draw.of(words.HOUSES),
    )


def isbn13(index: int) -> str:
    """This function will number a demo book; the last of the 13 digits checks the others."""
    body = f"{ISBN_PREFIX}{index:07d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-total % 10)


class _Series:
    """What the books of one series share. ``length`` is 0 where the neighbours on the shelf have nothing in common."""

    def __init__(self, number: int):
        draw = Draw("series", number)
        self.length = draw.between(2, SHELFMATES) if draw.below(5) == 0 else 0
        if self.length:
            self.language = draw.weighted(words.LANGUAGES)
            self.kind = draw.of([kind for kind in words.KINDS[self.language] if kind.in_series])
            self.name = _Wording(draw, self.language).title(words.SERIES[self.language])
            self.writer = writer(draw.below(WRITERS))
            self.year = draw.between(FIRST_YEAR, LAST_YEAR - SHELFMATES)


def _writers(draw: Draw) -> tuple[str, ...]:
    number = 2 if draw.below(12) == 0 else 1
    # The same writer twice on one book would look silly; a set would lose the order.
    return tuple(dict.fromkeys(writer(draw.below(WRITERS)) for _ in range(number)))


def writer(number: int) -> str:
    """This function will answer the name of an invented writer, always the same for the same number."""
    draw = Draw("writer", number)
    given = draw.of(words.GIVEN_STARTS) + draw.of(words.GIVEN_ENDS)
    family = draw.of(words.FAMILY_STARTS) + draw.of(words.FAMILY_MIDDLES) + draw.of(words.FAMILY_ENDS)
    initial = f" {draw.of('ABCDEFGHJKLMNOPRSTVW')}." if draw.below(6) == 0 else ""
    return f"{given}{initial} {family}"


def _categories(kind: words.Kind, draw: Draw) -> tuple[tuple[str, ...], ...]:
    paths = [kind.category]
    if draw.below(4) == 0 and kind.also:
        paths.append(draw.of(kind.also))
    return tuple(tuple(path.split(" / ")) for path in paths)


class _Wording:
    """The words of one book: its title and its description speak of the same place, person and thing."""

    def __init__(self, draw: Draw, language: str):
        self._draw, self._language = draw, language
        self._chosen: dict[str, str] = {}

    def title(self, patterns: tuple[str, ...]) -> str:
        text = self.sentence(patterns)
        if self._language != "en":
            return text
        inner = " ".join(word if word in SMALL_WORDS else word[0].upper() + word[1:] for word in text.split())
        return inner[0].upper() + inner[1:]

    def sentence(self, patterns: tuple[str, ...]) -> str:
        """This function will pick a pattern, and replace each ``{name}`` in it by a word of that list."""
        text = re.sub(r"\{(\w+)\}", lambda found: self._word(found[1]), self._draw.of(patterns))
        wrong, right = ELISIONS.get(self._language, NO_ELISION)
        text = wrong.sub(right, text)
        return text[0].upper() + text[1:]

    def _word(self, name: str) -> str:
        if name not in self._chosen:
            self._chosen[name] = self._draw.of(words.LISTS[self._language][name])
        return self._chosen[name]
