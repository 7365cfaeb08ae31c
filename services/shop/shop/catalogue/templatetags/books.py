from django import template

from shop.catalogue.availability import Hearing
from shop.catalogue.covers import drawn_cover
from shop.catalogue.models import Book

register = template.Library()

# Room the picture is given before it has come, so that nothing jumps: width and height in CSS pixels.
SIZES = {"small": (80, 120), "medium": (200, 300), "large": (400, 600)}


@register.inclusion_tag("catalogue/_cover.html")
def cover(book: Book, size: str = "medium", eager: bool = False) -> dict:
    """This function will show a book's picture, or draw a cover if it has none. Both are decoration: no alt text."""
    width, height = SIZES[size]
    picture = getattr(book, f"cover_{size}")
    drawn = None if picture else drawn_cover(book)
    return {"picture": picture, "drawn": drawn, "box": size, "width": width, "height": height, "eager": eager}


@register.filter
def availability(book: Book, hearing: Hearing) -> str:
    return hearing.of(book)
