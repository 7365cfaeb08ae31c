"""The patterns that are stamped on the demo covers, one for each kind of book.

A motif is drawn once on a larger sheet, made smaller for clean edges, and kept; a mask is 600×900 pixels, 255 = foil.
"""

from collections.abc import Callable
from functools import lru_cache
from math import cos, pi, sin

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 600, 900
SCALE = 2
ZOOM = 1.6  # how much of the sheet's middle is enlarged: fewer, bolder figures
Pen = ImageDraw.ImageDraw


def _circle(pen: Pen, x: float, y: float, r: float, line: int = 3, fill: int | None = None) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), fill=fill, outline=255, width=line)


def _dot(pen: Pen, x: float, y: float, r: float) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), fill=255)


def _diamond(pen: Pen, x: float, y: float, rx: float, ry: float, solid: bool = True) -> None:
    corners = [(x, y - ry), (x + rx, y), (x, y + ry), (x - rx, y)]
    if solid:
        pen.polygon(corners, fill=255)
    else:
        pen.line([*corners, corners[0], corners[1]], fill=255, width=3, joint="curve")


def _star(pen: Pen, x: float, y: float, r: float, points: int = 8, waist: float = 0.38) -> None:
    corners = []
    for step in range(points * 2):
        reach = r if step % 2 == 0 else r * waist
        angle = pi * step / points - pi / 2
        corners.append((x + reach * cos(angle), y + reach * sin(angle)))
    pen.polygon(corners, fill=255)


def _leaf(pen: Pen, x: float, y: float, length: float, angle: float) -> None:
    """This function will draw a pointed leaf that grows from (x, y); ``angle`` in radians."""
    sides: tuple[list, list] = ([], [])
    for step in range(13):
        along = step / 12
        swell = sin(pi * along) ** 0.8 * length * 0.2
        for side, way in zip(sides, (1, -1), strict=True):
            dx, dy = along * length, way * swell
            side.append((x + dx * cos(angle) - dy * sin(angle), y + dx * sin(angle) + dy * cos(angle)))
    pen.polygon(sides[0] + sides[1][::-1], fill=255)


def _grid(step_x: float, step_y: float, *, staggered: bool = True):
    """This function will yield the centres of a grid over the whole sheet and a little beyond it."""
    # The sheet's middle is a centre, so that every pattern lies symmetrically.
    rows = int(HEIGHT * SCALE / step_y) // 2 + 2
    columns = int(WIDTH * SCALE / step_x) // 2 + 2
    for row in range(-rows, rows + 1):
        shift = step_x / 2 if staggered and row % 2 else 0
        for column in range(-columns, columns + 1):
            yield WIDTH * SCALE / 2 + column * step_x + shift, HEIGHT * SCALE / 2 + row * step_y


def scales(pen: Pen) -> None:
    for x, y in _grid(150, 37.5):
        for r in (75, 48, 21):
            _circle(pen, x, y, r, fill=0)


def lancets(pen: Pen) -> None:
    """Pointed windows, row above row."""
    w, h = 120, 240
    for x, y in _grid(w, h):
        for inset in (0, 16):
            half, top, foot = w / 2 - 8 - inset, y - h / 2 + 8 + inset * 1.6, y + h / 2 - 8 - inset
            spring = top + half * 1.5
            arch = [(x - half * cos(t), spring - (spring - top) * sin(t) ** 1.25) for t in _steps(0, pi / 2, 14)]
            right = [(2 * x - px, py) for px, py in reversed(arch)]
            pen.line([(x - half, foot), *arch, *right, (x + half, foot), (x - half, foot)], fill=255, width=3)
        _diamond(pen, x, y - 6, 9, 15)


def _steps(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * step / count for step in range(count + 1)]


def harlequin(pen: Pen) -> None:
    for x, y in _grid(120, 100):
        _diamond(pen, x, y, 60, 100, solid=False)
        _diamond(pen, x, y, 10, 17)


def sprigs(pen: Pen) -> None:
    for n, (x, y) in enumerate(_grid(168, 130)):
        lean = 0.22 if n % 2 else -0.22
        pen.line([(x, y + 56), (x + lean * 40, y - 40)], fill=255, width=3)
        for step, reach in ((40, 40), (14, 38), (-12, 32)):
            for way in (-1, 1):
                _leaf(pen, x + lean * (40 - step) / 2.4, y + step, reach, -pi / 2 + way * 0.95 + lean)
        _leaf(pen, x + lean * 36, y - 32, 34, -pi / 2 + lean)


def meander(pen: Pen) -> None:
    """Bands of Greek key, with a fine line between them."""
    unit, band = 16, 152
    key = [(0, 5), (0, 0), (5, 0), (5, 4), (2, 4), (2, 2), (3, 2)]
    start = WIDTH * SCALE / 2 - unit * 6.5 * 8 - unit * 2.5
    for row in range(-6, 7):
        top = HEIGHT * SCALE / 2 + row * band - unit * 2.5
        for turn in range(17):
            left = start + turn * unit * 6.5
            pen.line([(left + x * unit, top + y * unit) for x, y in key], fill=255, width=5)
            pen.line([(left, top + unit * 5), (left + unit * 6.5, top + unit * 5)], fill=255, width=5)
        pen.line([(0, top + unit * 7.25), (WIDTH * SCALE, top + unit * 7.25)], fill=255, width=2)


def rosettes(pen: Pen) -> None:
    """Equal circles, each through the centres of its neighbours."""
    for x, y in _grid(104, 90):
        _circle(pen, x, y, 60, line=3)
        _dot(pen, x, y, 5)


def orbits(pen: Pen) -> None:
    for x, y in _grid(240, 208):
        for ring, r in enumerate((30, 58, 86, 114)):
            _circle(pen, x, y, r, line=2)
            angle = ring * 2.1 + (x + y * 3) % 7
            _dot(pen, x + r * cos(angle), y + r * sin(angle), 8)
        _dot(pen, x, y, 11)


def stars(pen: Pen) -> None:
    for n, (x, y) in enumerate(_grid(130, 92)):
        if n % 3 == 0:
            _star(pen, x, y, 30, points=5, waist=0.42)
        elif n % 3 == 1:
            _dot(pen, x, y, 6)
        else:
            _star(pen, x, y, 17, points=4, waist=0.3)


def herringbone(pen: Pen) -> None:
    step, rise, gap = 96, 64, 36
    for column in range(-1, WIDTH * SCALE // step + 2):
        x = WIDTH * SCALE / 2 % step + column * step
        for y in range(-rise * 2, HEIGHT * SCALE + rise * 2, gap):
            way = rise if column % 2 else -rise
            pen.line([(x + 9, y + way / 2), (x + step - 9, y - way / 2)], fill=255, width=4)


def trellis(pen: Pen) -> None:
    """A lattice of curves with a small flower in each opening."""
    for x, y in _grid(140, 120):
        for way in (-1, 1):
            curve = [(x + way * 70 * (1 - cos(t)) / 2, y - 120 + 120 * t / pi) for t in _steps(0, pi, 16)]
            pen.line(curve, fill=255, width=3)
            pen.line([(px, 2 * y - py) for px, py in curve], fill=255, width=3)
        for petal in range(5):
            angle = 2 * pi * petal / 5 - pi / 2
            _dot(pen, x + 15 * cos(angle), y + 15 * sin(angle), 9)


def wallpaper(pen: Pen) -> None:
    """Upright stripes with lozenges between them."""
    for x, y in _grid(100, 110):
        _diamond(pen, x, y, 11, 26)
        for dy in (-40, 40):
            _dot(pen, x, y + dy, 4)
    for x, _ in _grid(50, HEIGHT * SCALE * 4, staggered=False):
        pen.line([(x + 25, 0), (x + 25, HEIGHT * SCALE)], fill=255, width=2)


def chevrons(pen: Pen) -> None:
    span = 120
    for y in range(-span, HEIGHT * SCALE + span * 2, 46):
        points = [
            (WIDTH * SCALE / 2 + column * span / 2, y + (span / 2 if column % 2 else 0)) for column in range(-11, 12)
        ]
        pen.line(points, fill=255, width=5 if (y // 46) % 3 == 0 else 2)


def waves(pen: Pen) -> None:
    for row, y in enumerate(range(-40, HEIGHT * SCALE + 60, 40)):
        line = [
            (x, y + 13 * sin(x / 62 + row * 0.5) + 9 * sin(x / 173 - row * 0.35))
            for x in range(-8, WIDTH * SCALE + 16, 8)
        ]
        pen.line(line, fill=255, width=3, joint="curve")


def hemp(pen: Pen) -> None:
    """The six-pointed hemp leaf of old textiles."""
    side = 160
    rise = side * 3**0.5 / 2
    for x, y in _grid(side, rise):
        corners = [(x + side * cos(pi / 3 * k), y + side * sin(pi / 3 * k)) for k in range(3)]
        for a, b in zip(corners, corners[1:], strict=False):
            centre = ((x + a[0] + b[0]) / 3, (y + a[1] + b[1]) / 3)
            for corner in ((x, y), a, b):
                pen.line([corner, centre], fill=255, width=3)
            pen.line([(x, y), a, b], fill=255, width=3)


def rays(pen: Pen) -> None:
    """Small suns."""
    for x, y in _grid(170, 148):
        _dot(pen, x, y, 17)
        for ray in range(16):
            angle = 2 * pi * ray / 16
            far = 66 if ray % 2 == 0 else 46
            pen.line(
                [(x + 27 * cos(angle), y + 27 * sin(angle)), (x + far * cos(angle), y + far * sin(angle))],
                fill=255,
                width=4,
            )


def weave(pen: Pen) -> None:
    """Basket work: three threads across, three down."""
    cell = 96
    for n_row, y in enumerate(range(-cell // 2, HEIGHT * SCALE + cell, cell)):
        for n_column, x in enumerate(range(-cell // 2, WIDTH * SCALE + cell, cell)):
            for thread in (20, 42, 64):
                if (n_row + n_column) % 2:
                    pen.line([(x + 8, y + thread), (x + cell - 8, y + thread)], fill=255, width=4)
                else:
                    pen.line([(x + thread, y + 8), (x + thread, y + cell - 8)], fill=255, width=4)


# The longest path that starts a category decides.
BY_CATEGORY: dict[str, Callable[[Pen], None]] = {
    "Fiction": wallpaper,
    "Fiction / Adventure": chevrons,
    "Fiction / The sea": scales,
    "Fiction / Gothic and ghosts": lancets,
    "Fiction / Historical": weave,
    "Fiction / War": chevrons,
    "Fiction / Love and marriage": trellis,
    "Fiction / Science fiction": orbits,
    "Fiction / Fantasy": stars,
    "Fiction / Inner life": waves,
    "Fiction / Growing up": sprigs,
    "Fiction / Humour and satire": harlequin,
    "Crime": herringbone,
    "Poetry": sprigs,
    "Poetry / Epic": meander,
    "Drama": harlequin,
    "Drama / Tragedy": scales,
    "Drama / Comedy": harlequin,
    "Philosophy": rosettes,
    "Philosophy / Wisdom of the East": hemp,
    "Religion": rosettes,
    "Myth and legend": rays,
    "History": weave,
    "History / Ancient": meander,
    "Lives": wallpaper,
    "Science": orbits,
    "Science / Natural history": sprigs,
    "Society": rosettes,
    "Essays and letters": weave,
    "Travel": waves,
    "Home": trellis,
    "Children": stars,
    "Children / Animals": sprigs,
}


def of_category(path: tuple[str, ...]) -> Callable[[Pen], None]:
    """This function will answer the motif of a category such as ("Poetry", "Epic")."""
    for length in range(len(path), 0, -1):
        if motif := BY_CATEGORY.get(" / ".join(path[:length])):
            return motif
    return wallpaper


@lru_cache(maxsize=32)
def mask(motif: Callable[[Pen], None]) -> Image.Image:
    """This function will answer the motif as a mask of the whole cover; treat it as read-only."""
    sheet = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 0)
    motif(ImageDraw.Draw(sheet))
    half_width, half_height = WIDTH * SCALE / ZOOM / 2, HEIGHT * SCALE / ZOOM / 2
    x, y = sheet.width / 2, sheet.height / 2
    middle = (x - half_width, y - half_height, x + half_width, y + half_height)
    return sheet.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box=middle)
