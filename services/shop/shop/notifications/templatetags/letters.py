"""What a letter says, as HTML."""

import re

from django import template
from django.conf import settings
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# What ends an address in escaped text: a space, a tag, or a character that was escaped; not the full stop of its sentence.
REST = r"(?:/(?:(?!&(?:quot|#x27|lt|gt);)[^\s<>])*)?(?<![.,;:!?)])(?![\w-]|[.:@][\w@])"


@register.filter
def with_links(text: str) -> SafeString:
    """This function will make paragraphs of plain text, and links of the shop's own addresses in it.

    Only these: what a customer has written in a name or a note must not become a link to elsewhere.
    """
    ours = re.compile(re.escape(escape(settings.PUBLIC_URL)) + REST)
    return mark_safe(ours.sub(r'<a href="\g<0>" style="color:#26453d;">\g<0></a>', linebreaks(text, autoescape=True)))
