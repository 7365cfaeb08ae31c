"""A machine's states and moves as a picture: boxes on a grid, and a curve for each move."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 150, 44  # of a box
ACROSS, DOWN = 214, 122  # from one box to the next
MARGIN, LEGEND = 34, 46
COLOURS = {
    "customer": "#1f5fa8",
    "shop": "#6b4c9a",
    "bank": "#1f5fa8",
    "warehouse": "#1d6f42",
    "packer": "#1d6f42",
    "staff": "#8a5a00",
    "store": "#8a5a00",
}
INK, PAPER, BOX, LAST = "#26221d", "#ffffff", "#f6f3ee", "#e9e2d6"


@dataclass(frozen=True)
class Plan:
    """Where the boxes of one machine stand, by hand, and how curves go that would run through a box.

    :ivar at: state to (column, row); halves are allowed.
    :ivar by_way: (source, target) to the sides where the curve leaves and arrives, such as "bt" (bottom, top).
    """

    at: dict[str, tuple[float, float]]
    by_way: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Curve:
    source: str
    target: str
    colour: str
    sides: str


NORMAL = {"t": (0, -1), "b": (0, 1), "l": (-1, 0), "r": (1, 0)}


def draw(machine: dict, plan: Plan) -> str:
    """This function will draw a machine as `manage.py moves` tells it.

    :raises KeyError: for a state without a place.
    """
    curves = [_curve(move, plan) for move in machine["moves"] if move["source"]]
    ports = _ports(curves, plan)
    ends = {state for state in machine["states"] if not any(curve.source == state for curve in curves)}
    begins = {move["target"]: move["by"] for move in machine["moves"] if not move["source"]}
    entered = {(curve.source, curve.target)[end] for curve in curves for end in (0, 1) if curve.sides[end] == "l"}
    actors = list(dict.fromkeys(move["by"] for move in machine["moves"]))
    columns = max(x for x, _ in plan.at.values())
    rows = max(y for _, y in plan.at.values())
    width = round(2 * MARGIN + columns * ACROSS + WIDTH) + 40
    height = round(2 * MARGIN + rows * DOWN + HEIGHT) + LEGEND
    body = [
        *(_path(curve, *ports[curve]) for curve in curves),
        *(_begin(state, COLOURS[by], state not in entered, plan) for state, by in begins.items()),
        *(_box(state, label, state in ends, plan) for state, label in machine["states"].items()),
        _legend(actors, height),
    ]
    return _paper(machine["title"], width, height, sorted({COLOURS[actor] for actor in actors}), body)


def _curve(move: dict, plan: Plan) -> Curve:
    source, target = move["source"], move["target"]
    sides = plan.by_way.get((source, target)) or _sides(plan.at[source], plan.at[target])
    return Curve(source, target, COLOURS[move["by"]], sides)


def _sides(here: tuple[float, float], there: tuple[float, float]) -> str:
    across, down = there[0] - here[0], there[1] - here[1]
    if down == 0:
        if abs(across) > 1:
            return "tt"
        return "rl" if across > 0 else "lr"
    return "bt" if down > 0 else "tb"


def _ports(curves: Iterable[Curve], plan: Plan) -> dict[Curve, tuple[tuple[float, float], tuple[float, float]]]:
    """Spread the ends of the curves over the sides of the boxes, so that none cross at a box."""
    at_side = defaultdict(list)
    for curve in curves:
        for end, (box, other) in enumerate(((curve.source, curve.target), (curve.target, curve.source))):
            along = 0 if curve.sides[end] in "tb" else 1
            toward = plan.at[other][along] - plan.at[box][along]
            away = plan.at[other][1 - along] - plan.at[box][1 - along]
            twin = curve.source < curve.target  # the way there and the way back keep their sides
            at_side[box, curve.sides[end]].append((toward, abs(away), twin, end, curve))
    found: dict[Curve, dict[int, tuple[float, float]]] = defaultdict(dict)
    for (box, side), ends in at_side.items():
        ends.sort(key=lambda each: (each[0], -each[1] if each[0] >= 0 else each[1], each[2], each[3]))
        for place, (*_, end, curve) in enumerate(ends, start=1):
            found[curve][end] = _port(plan.at[box], side, place / (len(ends) + 1))
    return {curve: (ends[0], ends[1]) for curve, ends in found.items()}


def _corner(at: tuple[float, float]) -> tuple[float, float]:
    return MARGIN + 40 + at[0] * ACROSS, MARGIN + at[1] * DOWN


def _port(at: tuple[float, float], side: str, share: float) -> tuple[float, float]:
    x, y = _corner(at)
    if side in "tb":
        return x + WIDTH * share, y + (HEIGHT if side == "b" else 0)
    return x + (WIDTH if side == "r" else 0), y + HEIGHT * share


def _path(curve: Curve, start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    (out_x, out_y), (back_x, back_y) = (_pull(curve.sides, end, x2 - x1, y2 - y1) for end in (0, 1))
    points = (
        f"M{x1:.0f},{y1:.0f} C{x1 + out_x:.0f},{y1 + out_y:.0f} {x2 + back_x:.0f},{y2 + back_y:.0f} {x2:.0f},{y2:.0f}"
    )
    return (
        f'<path d="{points}" fill="none" stroke="{curve.colour}" stroke-width="1.6" '
        f'marker-end="url(#to-{curve.colour[1:]})"><title>{curve.source} to {curve.target}</title></path>'
    )


def _pull(sides: str, end: int, across: float, down: float) -> tuple[float, float]:
    """How far, and where to, the curve is drawn out of a box before it turns."""
    far = abs(across) if sides[end] in "lr" else abs(down)
    if sides[0] == sides[1]:  # over the boxes between
        far = 26 + abs(across) * 0.09
    else:
        far = max(22, far * (0.5 if NORMAL[sides[0]][0] == -NORMAL[sides[1]][0] else 0.75))
    return NORMAL[sides[end]][0] * far, NORMAL[sides[end]][1] * far


def _begin(state: str, colour: str, is_free: bool, plan: Plan) -> str:
    """From the left, or from above where a curve comes in from the left."""
    x, y = _port(plan.at[state], "l", 0.5) if is_free else _port(plan.at[state], "t", 0.12)
    from_x, from_y = (x - 34, y) if is_free else (x, y - 34)
    return (
        f'<circle cx="{from_x:.0f}" cy="{from_y:.0f}" r="5" fill="{colour}"/>'
        f'<path d="M{from_x:.0f},{from_y:.0f} L{x:.0f},{y:.0f}" stroke="{colour}" stroke-width="1.6" '
        f'marker-end="url(#to-{colour[1:]})"/>'
    )


def _box(state: str, label: str, is_last: bool, plan: Plan) -> str:
    x, y = _corner(plan.at[state])
    name = escape(state.replace("_", " "))
    return (
        f'<g><title>{escape(label)}</title><rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="9" '
        f'fill="{LAST if is_last else BOX}" stroke="{INK}" stroke-width="{1 if is_last else 1.4}"/>'
        f'<text x="{x + WIDTH / 2:.0f}" y="{y + HEIGHT / 2 + 5:.0f}" text-anchor="middle">{name}</text></g>'
    )


def _legend(actors: list[str], height: int) -> str:
    parts, x, y = [], MARGIN + 40, height - 22
    groups: dict[str, list[str]] = defaultdict(list)
    for actor in actors:
        groups[COLOURS[actor]].append(actor)
    for colour, names in groups.items():
        told = " or ".join(names)
        parts.append(
            f'<path d="M{x},{y - 5} h26" stroke="{colour}" stroke-width="1.6" marker-end="url(#to-{colour[1:]})"/>'
            f'<text x="{x + 36}" y="{y}" class="small">{told}</text>'
        )
        x += 62 + len(told) * 8
    return "".join(parts)


def _paper(title: str, width: int, height: int, colours: list[str], body: list[str]) -> str:
    heads = "".join(
        f'<marker id="to-{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0.8 L10,5 L0,9.2 z" fill="{colour}"/></marker>'
        for colour in colours
    )
    style = f"text{{font:15px 'Helvetica Neue',Arial,sans-serif;fill:{INK}}}.small{{font-size:13px}}"
    lines = "\n".join(body)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="The moves of: {escape(title)}">\n<style>{style}</style>\n<defs>{heads}</defs>\n'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>\n{lines}\n</svg>\n'
    )
