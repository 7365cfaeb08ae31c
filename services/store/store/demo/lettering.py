"""Setting type: fitting a title into a box with well balanced lines."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
ROMAN = "EBGaramond-Medium.ttf"
ITALIC = "EBGaramond-Italic.ttf"
LEADING = 1.1
# A line that ends with one of these reads badly, so it costs as much as a visible lack of balance.
WEAK_ENDINGS = frozenset("a an and at by for from in of on or the to with de la le du von der".split())
WEAK_COST = 0.2
LINE_COST = 0.08  # each further line must let the type grow by this share
MOST_WORDS = 16


@dataclass(frozen=True)
class Block:
    """Lines of one size, ready to be drawn; sizes in pixels."""

    lines: tuple[str, ...]
    size: int

    @property
    def leading(self) -> int:
        return round(self.size * LEADING)

    @property
    def height(self) -> int:
        return self.leading * len(self.lines)


@lru_cache(maxsize=256)
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout, because the other one depends on a library that not every machine has.
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


def typeset(text: str) -> str:
    """This function will give ``text`` the apostrophes and dots that printers use."""
    text = re.sub(r"(^|[\s(])'(?!Tis)", r"\1‘", text)
    return text.replace("'", "’").replace("...", "…")


def fit(text: str, *, width: int, height: int, sizes: range, name: str = ROMAN, most_lines: int = 6) -> Block:
    """This function will set ``text`` inside ``width`` by ``height`` pixels, large, and in few and even lines.

    ``sizes`` fall. When nothing fits, the text is set in the smallest and cut off with an ellipsis.
    """
    words = text.split()
    best, best_score = None, 0.0
    for count in range(1, min(len(words), most_lines) + 1):
        lines = _balanced(words, count, name, sizes[0])
        block = _largest(lines, width, height, sizes, name)
        score = block.size * _beauty(lines) if block else 0
        if score > best_score:
            best, best_score = block, score
    return best or _cut(words, width, height, sizes[-1], name)


def _largest(lines: tuple[str, ...], width: int, height: int, sizes: range, name: str) -> Block | None:
    widest = max(_width(line, name, sizes[0]) for line in lines)
    for size in sizes:
        block = Block(lines, size)
        if widest * size / sizes[0] > width or block.height > height:
            continue
        # Letters are rounded to pixels, so widths do not follow the size exactly: measure before saying yes.
        if all(_width(line, name, size) <= width for line in lines):
            return block
    return None


def _beauty(lines: tuple[str, ...]) -> float:
    weak = sum(line.split()[-1].lower() in WEAK_ENDINGS for line in lines[:-1])
    return (1 - LINE_COST) ** (len(lines) - 1) * (1 - WEAK_COST) ** weak


def _balanced(words: list[str], count: int, name: str, size: int) -> tuple[str, ...]:
    """This function will break ``words`` into ``count`` lines of the most even lengths."""
    # Past this many words the number of ways explodes, and no title of a book has them.
    if count == 1 or len(words) > MOST_WORDS:
        return (" ".join(words),)
    ways = combinations(range(1, len(words)), count - 1)
    return min((_split(words, way) for way in ways), key=lambda lines: _cost(lines, name, size))


def _split(words: list[str], cuts: tuple[int, ...]) -> tuple[str, ...]:
    edges = (0, *cuts, len(words))
    return tuple(" ".join(words[a:b]) for a, b in zip(edges, edges[1:], strict=False))


def _cost(lines: tuple[str, ...], name: str, size: int) -> float:
    widths = [_width(line, name, size) for line in lines]
    weak = sum(line.split()[-1].lower() in WEAK_ENDINGS for line in lines[:-1])
    return max(widths) * (1 + WEAK_COST) ** weak - min(widths) * 0.15


@lru_cache(maxsize=4096)
def _width(line: str, name: str, size: int) -> float:
    return font(name, size).getlength(line)


def _cut(words: list[str], width: int, height: int, size: int, name: str) -> Block:
    face = font(name, size)
    lines: list[str] = []
    for word in words:
        while face.getlength(word) > width:
            word = word[: max(1, len(word) * 4 // 5 - 1)] + "…"
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    room = max(1, height // round(size * LEADING))
    if len(lines) > room:
        lines = lines[:room]
        while face.getlength(lines[-1] + "…") > width:
            lines[-1] = lines[-1][:-1]
        lines[-1] = lines[-1].rstrip(" ,;:") + "…"
    return Block(tuple(lines), size)
