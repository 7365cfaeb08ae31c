"""Read an ONIX 3 message record by record in bounded memory, from its start or from any record of it.

The XML is parsed by expat as defusedxml arms it: no entity may be declared and nothing outside is read.
"""

from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from store.importing.onix.blocks import BLOCK_BYTES, Blocks, Odd
from store.importing.onix.tags import ROOTS, local_name
from store.importing.onix.tree import DEEPEST, Builder, Element, TooDeep
from store.importing.refusal import FileRefused

CHUNK_BYTES = 64 * 1024
LONGEST_TAG_BYTES = 512 * 1024


class Product(NamedTuple):
    """A record: where it begins in the file, and what is in it or what is wrong with it."""

    start: int
    record: Element
    fault: str = ""


def products(file: IO[bytes], *, after: int = 0) -> Iterator[Product]:
    """Yield the records of a message.

    :param after: leave out the records up to and with the one that begins at this byte.
    :raises FileRefused: for what is no ONIX 3 message, or not a whole one.
    """
    message = _Message()
    before = message.before_the_first(file)
    blocks = Blocks(file, before)
    position = after or len(before)
    while True:
        try:
            block = blocks.at(position)
        except Odd:
            product = None
            for product in message.one_by_one(file, before, position):
                if product.start > after or not after:
                    yield product
                if product.start >= position + BLOCK_BYTES:
                    break
            if product is None or product.start < position + BLOCK_BYTES:
                return
            position, after = product.start, product.start
        else:
            yield from (Product(start, record) for start, record in block.records if start > after or not after)
            position = block.ends


def header(file: IO[bytes]) -> Element:
    """What the message says of itself before its first record.

    :raises FileRefused: for what is no ONIX 3 message.
    """
    message = _Message()
    message.before_the_first(file)
    return message.header.root


class _Message:
    def __init__(self):
        self.header = Builder(self._header_built)
        self.first_start = 0
        self._begin(offset=0)

    def _begin(self, *, offset: int) -> None:
        """A parser for the file's bytes; those fed to it first are followed by the ones from `offset` on."""
        parser = DefusedXMLParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
        self._expat = parser.parser
        self._listen(None)
        self._offset, self._depth, self._fed = offset, 0, 0
        self._finished: list[Product] = []
        self._product_start = 0

    def before_the_first(self, file: IO[bytes]) -> bytes:
        """What stands before the first record."""
        file.seek(0)
        while not self.first_start:
            chunk = file.read(CHUNK_BYTES)
            self._feed(chunk, final=not chunk)
        file.seek(0)
        return file.read(self.first_start)

    def one_by_one(self, file: IO[bytes], before: bytes, position: int) -> Iterator[Product]:
        """What stands before the first record, and then the records from a byte on."""
        self._begin(offset=position - len(before))
        self._feed(before)
        file.seek(position)
        while chunk := file.read(CHUNK_BYTES):
            self._feed(chunk)
            yield from self._taken()
        self._feed(b"", final=True)
        yield from self._taken()

    def _taken(self) -> Iterator[Product]:
        finished, self._finished = self._finished, []
        yield from finished

    def _feed(self, chunk: bytes, *, final: bool = False) -> None:
        try:
            self._expat.Parse(chunk, final)
        except DefusedXmlException:
            raise FileRefused("The file declares entities or points outside itself. Such XML is not read.") from None
        except (ExpatError, ParseError) as error:
            raise FileRefused(_broken(error)) from None
        except TooDeep:
            raise FileRefused(f"Elements stand in each other more than {DEEPEST} deep.") from None
        except (UnicodeError, LookupError):
            raise FileRefused("The file's encoding is not the one it names.") from None
        self._fed += len(chunk)
        if self._fed - self._expat.CurrentByteIndex > LONGEST_TAG_BYTES and not final:
            raise FileRefused(f"A tag is longer than {LONGEST_TAG_BYTES:,} bytes.")
        if final and not self.first_start:
            raise FileRefused("The message holds no product.")

    def _start(self, name: str, attributes: list[str]) -> None:
        self._depth += 1
        if self._depth == 1:
            _require_onix_3(name, dict(zip(attributes[::2], attributes[1::2])))
        elif self._depth == 2 and local_name(name) in ("Product", "product"):
            self._product_start = self._expat.CurrentByteIndex + self._offset
            self.first_start = self.first_start or self._product_start
            self._listen(Builder(self._product_built))
        elif self._depth == 2 and local_name(name) in ("Header", "header"):
            self.header = Builder(self._header_built)
            self._listen(self.header)
        elif self._depth > DEEPEST:
            raise TooDeep

    def _end(self, name: str) -> None:
        self._depth -= 1

    def _listen(self, builder: Builder | None) -> None:
        """Let the builder hear what follows, or nobody but us."""
        self._builder = builder
        self._expat.StartElementHandler = builder.start if builder else self._start
        self._expat.EndElementHandler = builder.end if builder else self._end
        self._expat.CharacterDataHandler = builder.characters if builder else None

    def _product_built(self) -> None:
        self._finished.append(Product(self._product_start, self._builder.root, self._builder.fault))
        self._header_built()

    def _header_built(self) -> None:
        self._depth -= 1
        self._listen(None)


def _require_onix_3(name: str, attributes: dict[str, str]) -> None:
    if local_name(name) not in ROOTS:
        raise FileRefused(f"This is XML, but no ONIX 3 message: it begins with <{name.rpartition('}')[2][:40]}>.")
    release = attributes.get("release", "")
    if not release.startswith("3."):
        told = f"ONIX {release[:10]}" if release else "an ONIX message that names no release"
        raise FileRefused(f"This is {told}; ONIX 3.0 and 3.1 are read. Ask the sender for one of these.")


def _broken(error: Exception) -> str:
    line = getattr(error, "lineno", None) or getattr(error, "position", (0,))[0]
    reason = str(error).partition(":")[0]
    if "no element found" in reason or "unclosed" in reason:
        return f"The file ends in the middle (after line {line}): it is not whole. Fetch it anew."
    return f"The XML is broken or in another encoding than it says: {reason}, line {line}."
