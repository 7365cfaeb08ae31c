"""Typographic covers for the demo's classics: cloth, foil, one motif, good type.

The same book always gets the same picture, byte for byte with the same Pillow.
"""

import random
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from zlib import crc32

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from . import motifs
from .lettering import ITALIC, ROMAN, Block, fit, font, typeset
from .motifs import HEIGHT, WIDTH

Colour = tuple[int, int, int]
TITLE_SIZES = range(88, 26, -2)
AUTHOR_SIZES = range(29, 15, -1)
SUBTITLE_SIZES = range(30, 21, -1)
TRACKING = 0.12  # of the size, between capitals
MARGIN = 64
HINGE = 38  # where the board bends, from the spine
QUALITY = 60
SMOOTHING = 3


@dataclass(frozen=True)
class Binding:
    cloth: Colour
    foil: Colour


def _binding(cloth: str, foil: str) -> Binding:
    red_green_blue = [tuple(bytes.fromhex(colour)) for colour in (cloth, foil)]
    return Binding(*red_green_blue)


BINDINGS = (
    _binding("651f26", "e8cd97"),  # oxblood, gold
    _binding("1e4437", "ead9ad"),  # bottle green, pale gold
    _binding("1d2f4f", "ecdcb6"),  # navy, pale gold
    _binding("472847", "efd6c4"),  # aubergine, shell
    _binding("70432a", "f5e6c8"),  # tobacco, cream
    _binding("3c4853", "eee3cd"),  # slate, bone
    _binding("1d515c", "f2e0b8"),  # teal, straw
    _binding("c79a45", "2c1c10"),  # ochre, bistre
    _binding("9cab94", "1c2a23"),  # sage, pine
    _binding("ddd2ba", "5c1d1f"),  # linen, oxblood
    _binding("cf9c92", "3a171e"),  # old rose, wine
    _binding("aac4c3", "18303c"),  # duck egg, ink
    _binding("262322", "d9b671"),  # black, old gold
)


@dataclass(frozen=True)
class Wording:
    title: Block
    subtitle: Block | None
    author: Block


def draw_cover(*, isbn13: str, title: str, subtitle: str = "", authors: list[str], category: tuple[str, ...]) -> bytes:
    """This function will answer a JPEG of 600×900 pixels.

    The cloth follows from the ISBN, the arrangement from the authors, the motif from ``category`` (a path from its root).
    """
    binding = BINDINGS[crc32(isbn13.encode()) % len(BINDINGS)]
    arrangement = ARRANGEMENTS[crc32(", ".join(authors).encode()) % len(ARRANGEMENTS)]
    foil = Image.new("L", (WIDTH, HEIGHT), 0)
    words = (typeset(text) for text in (title, subtitle, " & ".join(authors)))
    arrangement(foil, motifs.mask(motifs.of_category(category)), *words)
    cover = _cloth(binding).copy()
    cover.paste(_foil(binding), mask=foil)
    out = BytesIO()
    cover.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


@lru_cache(maxsize=len(BINDINGS))
def _cloth(binding: Binding) -> Image.Image:
    cloth = Image.new("RGB", (WIDTH, HEIGHT), binding.cloth)
    lighter = tuple(min(255, part + 9) for part in binding.cloth)
    darker = tuple(max(0, part - 30) for part in binding.cloth)
    cloth.paste(lighter, mask=_threads())
    cloth.paste(darker, mask=_shade())
    return cloth


@lru_cache(maxsize=len(BINDINGS))
def _foil(binding: Binding) -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), binding.foil)  # Pillow pastes a picture twice as fast as a colour


@lru_cache(maxsize=1)
def _threads() -> Image.Image:
    """A linen weave: uneven threads across and down, soft enough to stay small when packed."""
    chance = random.Random(1450)
    across = Image.new("L", (1, HEIGHT))
    across.putdata([chance.randrange(40, 216) for _ in range(HEIGHT)])
    down = Image.new("L", (WIDTH, 1))
    down.putdata([chance.randrange(40, 216) for _ in range(WIDTH)])
    woven = ImageChops.multiply(across.resize((WIDTH, HEIGHT)), down.resize((WIDTH, HEIGHT)))
    return woven.filter(ImageFilter.GaussianBlur(0.8))


@lru_cache(maxsize=1)
def _shade() -> Image.Image:
    """The bend of the board along the spine, and a little less light at the edges."""
    shade = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(shade)
    pen.rectangle((0, 0, HINGE - 10, HEIGHT), fill=70)
    pen.rectangle((HINGE - 6, 0, HINGE + 4, HEIGHT), fill=255)
    shade = shade.filter(ImageFilter.GaussianBlur(4))
    ImageDraw.Draw(shade).rectangle((0, 0, WIDTH - 1, HEIGHT - 1), outline=160, width=2)
    return shade


def _panel(foil: Image.Image, motif: Image.Image, title: str, subtitle: str, author: str) -> None:
    """The motif all over the board, and a framed label on it."""
    words = _wording(title, subtitle, author, width=344, title_height=330)
    height = _height(words) + 150
    left, right, top = MARGIN + HINGE // 2 + 16, WIDTH - MARGIN + HINGE // 2 - 16, 150
    foil.paste(motif.point(lambda level: level * 46 // 100), (0, 0))
    pen = ImageDraw.Draw(foil)
    pen.rectangle((0, 0, HINGE + 8, HEIGHT), fill=0)
    pen.rectangle((left, top, right, top + height), fill=0, outline=255, width=4)
    pen.rectangle((left + 11, top + 11, right - 11, top + height - 11), outline=255, width=1)
    _write(pen, words, centre=(left + right) // 2, top=top + 68)


def _medallion(foil: Image.Image, motif: Image.Image, title: str, subtitle: str, author: str) -> None:
    """A framed board with the title above a round field of the motif, the author below."""
    left, right = HINGE + 34, WIDTH - 34
    centre = (left + right) // 2
    pen = ImageDraw.Draw(foil)
    for inset, line in ((0, 5), (12, 1)):
        pen.rectangle((left + inset, 34 + inset, right - inset, HEIGHT - 34 - inset), outline=255, width=line)
    _corners(pen, left + 12, right - 12)
    words = _wording(title, subtitle, author, width=right - left - 92, title_height=300)
    heading = words.title.height + (words.subtitle.height + 14 if words.subtitle else 0)
    _centred(pen, words.title, centre, 100, ROMAN)
    if words.subtitle:
        _centred(pen, words.subtitle, centre, 100 + words.title.height + 14, ITALIC)
    author_top = HEIGHT - 98 - words.author.height
    middle = (100 + heading + author_top) // 2
    # With the longest titles and three authors there is room for a small field only, never for none.
    radius = max(24, min(168, (author_top - 100 - heading) // 2 - 34))
    _round_field(foil, motif, centre, middle, radius)
    _tracked(pen, words.author, centre, author_top)


def _band(foil: Image.Image, motif: Image.Image, title: str, subtitle: str, author: str) -> None:
    """The motif in the upper part of the board, title and author under it."""
    words = _wording(title, subtitle, author, width=WIDTH - HINGE - 2 * 52, title_height=300)
    text = _height(words)
    foot = min(470, HEIGHT - 130 - text)
    foil.paste(motif.crop((HINGE + 10, 0, WIDTH, foot)).point(lambda level: level * 4 // 5), (HINGE + 10, 0))
    pen = ImageDraw.Draw(foil)
    for y, line in ((foot, 5), (foot + 12, 1)):
        pen.rectangle((HINGE + 10, y, WIDTH, y + line), fill=255)
    centre = (HINGE + 10 + WIDTH) // 2
    _write(pen, words, centre=centre, top=foot + 14 + (HEIGHT - foot - 14 - text) // 2)


ARRANGEMENTS = (_panel, _medallion, _band)


def _wording(title: str, subtitle: str, author: str, *, width: int, title_height: int) -> Wording:
    main = fit(title, width=width, height=title_height, sizes=TITLE_SIZES)
    small = None
    if subtitle:
        small = fit(subtitle, width=width, height=76, sizes=SUBTITLE_SIZES, name=ITALIC, most_lines=2)
    # The capitals are spaced out when drawn, so they are fitted into that much less.
    signature = fit(author.upper(), width=round(width * 0.82), height=76, sizes=AUTHOR_SIZES, most_lines=2)
    return Wording(main, small, signature)


def _height(words: Wording) -> int:
    return words.title.height + (words.subtitle.height + 14 if words.subtitle else 0) + 84 + words.author.height


def _write(pen: ImageDraw.ImageDraw, words: Wording, *, centre: int, top: int) -> None:
    top = _centred(pen, words.title, centre, top, ROMAN)
    if words.subtitle:
        top = _centred(pen, words.subtitle, centre, top + 14, ITALIC)
    _rule(pen, centre, top + 44)
    _tracked(pen, words.author, centre, top + 84)


def _centred(pen: ImageDraw.ImageDraw, block: Block, centre: int, top: int, name: str) -> int:
    face = font(name, block.size)
    for line in block.lines:
        pen.text((centre - face.getlength(line) / 2, top), line, font=face, fill=255)
        top += block.leading
    return top


def _tracked(pen: ImageDraw.ImageDraw, block: Block, centre: int, top: int) -> None:
    face = font(ROMAN, block.size)
    space = block.size * TRACKING
    for line in block.lines:
        x = centre - (sum(face.getlength(letter) for letter in line) + space * (len(line) - 1)) / 2
        for letter in line:
            pen.text((x, top), letter, font=face, fill=255)
            x += face.getlength(letter) + space
        top += block.leading


def _rule(pen: ImageDraw.ImageDraw, centre: int, y: int) -> None:
    for way in (-1, 1):
        pen.line([(centre + way * 16, y), (centre + way * 74, y)], fill=255, width=2)
    pen.polygon([(centre, y - 8), (centre + 6, y), (centre, y + 8), (centre - 6, y)], fill=255)


def _corners(pen: ImageDraw.ImageDraw, left: int, right: int) -> None:
    for x, way_x in ((left, 1), (right, -1)):
        for y, way_y in ((46, 1), (HEIGHT - 46, -1)):
            for reach in (16, 26):
                points = [(x, y + way_y * reach), (x + way_x * reach, y + way_y * reach), (x + way_x * reach, y)]
                pen.line(points, fill=255, width=1)


def _round_field(foil: Image.Image, motif: Image.Image, x: int, y: int, radius: int) -> None:
    left, top = WIDTH // 2 - radius, HEIGHT // 2 - radius
    field = motif.crop((left, top, left + 2 * radius, top + 2 * radius))
    foil.paste(field, (x - radius, y - radius), _ring(radius, radius))
    for grow, line in ((2, 4), (10, 1)):
        reach = radius + grow
        foil.paste(255, (x - reach, y - reach, x + reach, y + reach), _ring(reach, line))


@lru_cache(maxsize=512)
def _ring(radius: int, line: int) -> Image.Image:
    """A mask of a circle's outline, ``line`` pixels wide inwards; drawn larger, since Pillow's own edges are rough."""
    side = radius * 2 * SMOOTHING
    big = Image.new("L", (side, side), 0)
    ImageDraw.Draw(big).ellipse((0, 0, side - 1, side - 1), outline=255, width=line * SMOOTHING)
    return big.reduce(SMOOTHING)
