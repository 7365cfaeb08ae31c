"""Bars as SVG, drawn here: no script, no style in the page. Words and figures stand beside them, for every reader."""

from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120  # units of the drawing, which is stretched to its place
GAP = 0.25  # of a bar's place


@dataclass(frozen=True)
class Bar:
    label: str
    value: float
    said: str
    x: float = 0
    width: float = 0
    height: float = 0

    @property
    def y(self) -> float:
        return round(HEIGHT - self.height, 2)


@dataclass(frozen=True)
class Chart:
    """:ivar told: what the chart shows, in a sentence, for those who do not see it."""

    slug: str
    title: str
    told: str
    columns: tuple[str, str]
    bars: list[Bar]
    highest: str = ""

    width, height = WIDTH, HEIGHT

    @property
    def first(self) -> Bar:
        return self.bars[0]

    @property
    def last(self) -> Bar:
        return self.bars[-1]


def upright(values: list[tuple[str, float, str]]) -> list[Bar]:
    """This function will set bars beside each other. :param values: label, value, and the value in words."""
    most = max((value for _, value, _ in values), default=0) or 1
    place = WIDTH / max(len(values), 1)
    return [
        Bar(
            label,
            value,
            said,
            x=round(place * (n + GAP / 2), 2),
            width=round(place * (1 - GAP), 2),
            height=round(HEIGHT * value / most, 2),
        )
        for n, (label, value, said) in enumerate(values)
    ]


def lying(values: list[tuple[str, float, str]]) -> list[Bar]:
    """This function will make bars of which each has a line of its own; `width` is in hundredths of the longest."""
    most = max((value for _, value, _ in values), default=0) or 1
    return [Bar(label, value, said, width=round(100 * value / most, 2)) for label, value, said in values]
