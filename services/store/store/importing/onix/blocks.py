"""Read many records of ONIX at once: expat builds them without calling us for every tag.

The parser is armed as in `reading`, and what comes out is the same. What is odd is left to be read event by event: one
record larger than a block, an encoding in which tags cannot be searched for, XML that is broken.
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from store.importing.onix.tree import BREAKS, LONGEST_RECORD, MOST_ELEMENTS, known_name

BLOCK_BYTES = 256 * 1024
assert BLOCK_BYTES < LONGEST_RECORD  # so that no record of a block is too large
LONGEST_BEGINNING_BYTES = 64 * 1024
DEEP = 20  # deeper than records of ONIX are
ROOT = re.compile(rb"<(ONIX[Mm]essage)[\s>]")
ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
LIKE_ASCII = (b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252")
OPENING = re.compile(rb"<[Pp]roduct(?=[\s>])")
CLOSING = re.compile(rb"</[Pp]roduct\s*>")
NOT_SO_PLAIN = (ExpatError, ElementTree.ParseError, DefusedXmlException, UnicodeError, LookupError, ValueError)


class Odd(Exception):
    """Here each event has to be looked at."""


class Block(NamedTuple):
    """:ivar records: each with the byte where it begins.
    :ivar ends: the byte where reading goes on.
    """

    records: "list[tuple[int, Node]]"
    ends: int


class Blocks:
    """The blocks of one file."""

    def __init__(self, file: IO[bytes], before: bytes):
        """:param before: what stands before the first record."""
        named, roots = ENCODING.match(before), ROOT.findall(before)
        encoding = named[1].lower() if named else b"utf-8"
        self._is_searchable = encoding in LIKE_ASCII and bool(roots) and len(before) <= LONGEST_BEGINNING_BYTES
        self._file, self._before = file, before
        self._after = b"</" + roots[-1] + b">" if roots else b""

    def at(self, position: int) -> Block:
        """The records from a byte on, where one begins or has just ended.

        :raises Odd: also if there is no whole one.
        """
        if not self._is_searchable:
            raise Odd
        self._file.seek(position)
        raw = self._file.read(BLOCK_BYTES)
        ends = max((found.end() for found in CLOSING.finditer(raw)), default=0)
        raw = raw[:ends]
        starts = [position + found.start() for found in OPENING.finditer(raw)]
        try:
            root = _built(self._before + raw + self._after)
        except NOT_SO_PLAIN:
            raise Odd from None
        found = []
        for node in root:
            if known_name(node.tag) == "Product":
                _name(node, 1)
                found.append(node)
            else:
                _require_flat(node, 1)
        # As many as begin: so no beginning stood in a comment, and each is where we saw it.
        if not ends or len(found) != len(starts):
            raise Odd
        _require_small(raw, found)
        return Block([(start, Node(node)) for start, node in zip(starts, found)], position + ends)


def _built(raw: bytes) -> ElementTree.Element:
    armed = DefusedXMLParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    expat, builder = armed.parser, ElementTree.TreeBuilder()
    expat.ordered_attributes = False
    expat.StartElementHandler, expat.EndElementHandler = builder.start, builder.end
    expat.CharacterDataHandler = builder.data
    expat.Parse(raw, True)
    # The parser refers to itself. What it built must not stay until the garbage is collected.
    expat.StartElementHandler = expat.EndElementHandler = expat.CharacterDataHandler = None
    return builder.close()


def _require_small(raw: bytes, records: list[ElementTree.Element]) -> None:
    if raw.count(b"<") > MOST_ELEMENTS and any(sum(1 for _ in node.iter()) > MOST_ELEMENTS for node in records):
        raise Odd


def _name(node: ElementTree.Element, depth: int) -> None:
    """Give what is below its reference names, which are searched for without calling us; empty ones are skipped then."""
    if depth > DEEP:
        raise Odd
    for child in node:
        known = child.tag = known_name(child.tag)
        if len(child):
            if known and known != "Text":
                _name(child, depth + 1)
            else:
                _require_flat(child, depth + 1)


def _require_flat(node: ElementTree.Element, depth: int) -> None:
    if depth > DEEP:
        raise Odd
    for child in node:
        if len(child):
            _require_flat(child, depth + 1)


class Node:
    """A built element, with what `tree.Element` can be asked."""

    __slots__ = ("_node",)

    def __init__(self, node: ElementTree.Element):
        self._node = node

    @property
    def raw_text(self) -> str:
        return _text_of(self._node).strip()

    def all(self, *path: str) -> "list[Node]":
        found = self._node.findall(path[0])
        for name in path[1:]:
            found = [part for node in found for part in node.findall(name)]
        return list(map(Node, found))

    def text(self, *path: str) -> str:
        found = _first(self._node, path)
        return "" if found is None else " ".join(_text_of(found).split())

    def has(self, *path: str) -> bool:
        return _first(self._node, path) is not None


def _first(node: ElementTree.Element, path: tuple[str, ...]) -> ElementTree.Element | None:
    if len(path) == 1:
        return node.find(path[0])
    return next((found for part in node.findall(path[0]) if (found := _first(part, path[1:])) is not None), None)


def _text_of(node: ElementTree.Element) -> str:
    """As `tree.Builder` collects it: what is skipped has no text, what follows it does."""
    if not len(node):
        return node.text or ""
    if node.tag == "Text":
        return "".join(_words(node))
    return "".join([node.text or "", *(child.tail or "" for child in node)])


def _words(node: ElementTree.Element) -> Iterator[str]:
    yield node.text or ""
    for child in node:
        broken = "\n" if child.tag.rpartition("}")[2].lower() in BREAKS else ""
        yield broken
        yield from _words(child)
        yield broken + (child.tail or "")
