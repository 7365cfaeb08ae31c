"""Texts for readers, out of the three ways ONIX writes them: plain, HTML as text, XHTML."""

import re
from html import unescape
from html.parser import HTMLParser

from store.importing.onix.tree import BREAKS, Element

MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,500}>")


class _Words(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in ("script", "style")
        self.pieces.append("\n" if tag in BREAKS else "")

    def handle_endtag(self, tag):
        self._silent -= tag in ("script", "style") and self._silent > 0
        self.pieces.append("\n" if tag in BREAKS else "")

    def handle_data(self, data):
        if not self._silent:
            self.pieces.append(data)


def plain(element: Element) -> str:
    """This function will answer the text with a blank line between paragraphs and no markup."""
    text = element.raw_text
    if MARKUP.search(text):
        words = _Words()
        words.feed(text)
        words.close()
        text = "".join(words.pieces)
    else:
        text = unescape(text)
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return "\n\n".join(line for line in lines if line)
