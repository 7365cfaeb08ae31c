"""A record's elements, as far as we know them, while they come in."""

from collections.abc import Iterator

from store.importing.onix.tags import REFERENCE_NAMES, local_name

LONGEST_RECORD = 500_000  # characters that are kept of a record
MOST_ELEMENTS = 20_000
BREAKS = frozenset("p br li div ul ol h1 h2 h3 h4 h5 h6 dt dd tr blockquote".split())


class Element:
    """One element: its text, and its parts by their reference names in the order of the file."""

    __slots__ = ("pieces", "parts")

    def __init__(self):
        self.pieces: list[str] = []
        self.parts: dict[str, list[Element]] = {}

    @property
    def raw_text(self) -> str:
        return "".join(self.pieces).strip()

    def all(self, *path: str) -> Iterator["Element"]:
        """Every element below that this path of names leads to."""
        found = self.parts.get(path[0], ())
        if len(path) == 1:
            yield from found
        else:
            for element in found:
                yield from element.all(*path[1:])

    def text(self, *path: str) -> str:
        """The text of the first element the path leads to, on one line; empty if there is none."""
        for element in self.all(*path):
            return " ".join("".join(element.pieces).split())
        return ""

    def has(self, *path: str) -> bool:
        return next(self.all(*path), None) is not None


class Builder:
    """Makes an Element of the events within one record. Memory stays bounded whatever the record holds."""

    def __init__(self):
        self.root = Element()
        self.fault = ""
        self._open = [self.root]
        self._skipping = 0  # elements open that we do not know
        self._in_text = 0  # XHTML within a Text
        self._characters = self._elements = 0

    def start(self, name: str) -> None:
        self._elements += 1
        if self._skipping or self._elements > MOST_ELEMENTS:
            self._skipping += 1
            self._too_large(self._elements > MOST_ELEMENTS)
        elif self._in_text:
            self._in_text += 1
            self._break(name)
        elif known := _known(name):
            element = Element()
            self._open[-1].parts.setdefault(known, []).append(element)
            self._open.append(element)
            self._in_text = known == "Text"
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

    def characters(self, text: str) -> None:
        if self._skipping:
            return
        self._characters += len(text)
        self._too_large(self._characters > LONGEST_RECORD)
        if not self.fault:
            self._open[-1].pieces.append(text)

    def _break(self, name: str) -> None:
        if name.rpartition("}")[2].lower() in BREAKS:
            self._open[-1].pieces.append("\n")

    def _too_large(self, is_so: bool) -> None:
        if is_so and not self.fault:
            self.fault = (
                f"The record is too large: more than {LONGEST_RECORD:,} characters or {MOST_ELEMENTS:,} elements."
            )
            self.root.parts, self._open = {}, [Element() for _ in self._open]


_names: dict[str, str] = {}


def _known(name: str) -> str:
    if (known := _names.get(name)) is None:
        known = REFERENCE_NAMES.get(local_name(name), "")
        if len(_names) < 2_000:  # a file may make up names for ever
            _names[name] = known
    return known
