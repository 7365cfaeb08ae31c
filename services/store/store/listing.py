"""What the template of the admin's lists asks of Python."""

from collections.abc import Iterator, Sequence

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()
OPENED = len("<td")


@register.filter
def with_labels(cells: Sequence[SafeString], headers: Sequence[dict]) -> Iterator[SafeString]:
    """The cells of a row, each with its column's name: on a phone a row is a card, and nobody sees the columns."""
    for cell, header in zip(cells, headers, strict=True):
        if "action-checkbox" in header["class_attrib"]:
            yield cell
        else:
            said, rest = capfirst(header["text"]), mark_safe(cell[OPENED:])
            yield format_html('{} data-label="{}"{}', mark_safe(cell[:OPENED]), said, rest)
