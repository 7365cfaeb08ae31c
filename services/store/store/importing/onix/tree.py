"""A record's elements, as far as we know them, while they come in."""

from collections.abc import Callable, Sequence

from store.importing.onix.tags import REFERENCE_NAMES, local_name

LONGEST_RECORD = 500_000  # characters that are kept of a record
MOST_ELEMENTS = 20_000
DEEPEST = 60
BREAKS = frozenset("p br li div ul ol h1 h2 h3 h4 h5 h6 dt dd tr blockquote".split())


class TooDeep(Exception):
    """Elements stand in each other deeper than any record of ONIX."""


class Element:
    """One element: its text, and its parts by their reference names in the order of the file."""

    __slots__ = ("pieces", "parts")

    def __init__(self):
        self.pieces: list[str] = []
        self.parts: dict[str, list[Element]] | None = None

    @property
    def raw_text(self) -> str:
        return "".join(self.pieces).strip()

    def all(self, *path: str) -> "Sequence[Element]":
        """Every element below that this path of names leads to."""
        found = self.parts.get(path[0], ()) if self.parts else ()
        for name in path[1:]:
            found = [part for element in found if element.parts for part in element.parts.get(name, ())]
        return found

    def text(self, *path: str) -> str:
        """The text of the first element the path leads to, on one line; empty if there is none."""
        found = self.all(*path)
        return " ".join("".join(found[0].pieces).split()) if found else ""

    def has(self, *path: str) -> bool:
        return bool(self.all(*path))


class Builder:
    """Makes an Element of the events within one record. Memory stays bounded whatever the record holds.

    Its methods are expat's handlers while the record lasts: a call saved here is a hundred a record.
    """

    def __init__(self, when_built: Callable[[], None]):
        """:param when_built: called at the record's own end."""
        self.root = Element()
        self.fault = ""
        self._when_built = when_built
        self._open = [self.root]
        self._skipping = 0  # elements open that we do not know
        self._in_text = 0  # XHTML within a Text
        self._characters = self._elements = 0

    def start(self, name: str, _attributes: list[str]) -> None:
        if self._skipping:
            self._skipping += 1
            self._require_flat(self._skipping)
        elif self._in_text:
            self._in_text += 1
            self._require_flat(self._in_text)
            self._break(name)
        elif known := known_name(name):
            element = Element()
            above = self._open[-1]
            if above.parts is None:
                above.parts = {}
            above.parts.setdefault(known, []).append(element)
            self._open.append(element)
            self._in_text = known == "Text"
            self._elements += 1
            self._require_flat(len(self._open))
            self._too_large(self._elements > MOST_ELEMENTS)
        else:
            self._skipping = 1

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif self._in_text > 1:
            self._in_text -= 1
            self._break(name)
        else:
            self._in_text = 0
            self._open.pop()
            if not self._open:
                self._when_built()

    def characters(self, text: str) -> None:
        if not self._skipping:
            self._characters += len(text)
            if self._characters > LONGEST_RECORD:
                self._too_large(True)
            else:
                self._open[-1].pieces.append(text)

    def _require_flat(self, depth: int) -> None:
        if depth > DEEPEST:
            raise TooDeep

    def _break(self, name: str) -> None:
        if name.rpartition("}")[2].lower() in BREAKS:
            self._open[-1].pieces.append("\n")

    def _too_large(self, is_so: bool) -> None:
        if not is_so:
            return
        if not self.fault:
            self.fault = (
                f"The record is too large: more than {LONGEST_RECORD:,} characters or {MOST_ELEMENTS:,} elements."
            )
        self.root.parts = None
        self._open = [Element() for _ in self._open]
        self._elements = 0


_names: dict[str, str] = {}


def known_name(name: str) -> str:
    """The reference name of an element; empty for one that is skipped."""
    if (known := _names.get(name)) is None:
        known = REFERENCE_NAMES.get(local_name(name), "")
        if len(_names) < 2_000:  # a file may make up names for ever
            _names[name] = known
    return known
