from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shop.catalogue import cards
from shop.catalogue.availability import Hearing
from shop.catalogue.covers import drawn_cover
from shop.catalogue.facets import Choice
from shop.catalogue.models import Book

register = template.Library()

# Room the picture is given before it has come, so that nothing jumps: width and height in CSS pixels.
SIZES = {"small": (80, 120), "medium": (200, 300), "large": (400, 600)}


@register.simple_tag(takes_context=True)
def card(context, book: Book, level: int = 2, with_button: bool = False) -> str:
    """This function will show a book in a list; the buttons belong to the form around the list."""
    is_wished = with_button and book.pk in context["wished"]
    return cards.card(book, level=level, with_button=with_button, is_wished=is_wished)


@register.inclusion_tag("catalogue/_cover.html")
def cover(book: Book, size: str = "medium", eager: bool = False) -> dict:
    """This function will show a book's picture, or draw a cover if it has none. Both are decoration: no alt text."""
    width, height = SIZES[size]
    picture = getattr(book, f"cover_{size}")
    drawn = None if picture else drawn_cover(book)
    return {"picture": picture, "drawn": drawn, "box": size, "width": width, "height": height, "eager": eager}


CHOICE = (
    '<li class="choice-{}"><a href="{}" rel="nofollow"{}><span class="choice-name">{}{}</span> '
    '<span class="choice-books">{}<span class="visually-hidden"> book{}</span></span></a></li>'
)
CHOSEN = (
    format_html(' aria-current="{}"', "true"),
    format_html('<span class="visually-hidden">{}</span>', " (chosen; take it away)"),
)


@register.simple_tag
def choices(of: Iterable[Choice]) -> SafeString:
    """This function will show the choices of a filter. A list has more than a hundred, too many for a template of their own."""
    return format_html_join("", CHOICE, map(_choice, of))


def _choice(choice: Choice) -> tuple:
    here, told = CHOSEN if choice.is_chosen else ("", "")
    return choice.level, choice.address, here, choice.label, told, choice.books, "" if choice.books == 1 else "s"


@register.filter
def availability(book: Book, hearing: Hearing) -> str:
    return hearing.of(book)
