"""What a comparison of both services found, in words and in figures."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from shop.pages.wording import counted
from shop.storelink.models import Comparison

MOST_EXAMPLES = 10
Subject = Comparison.Subject


@dataclass
class Found:
    """One subject. `examples` are sentences on the first rows that differ."""

    subject: str
    compared: int = 0
    differing: int = 0
    repaired: int = 0
    examples: list[str] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0

    @property
    def left(self) -> int:
        return self.differing - self.repaired

    def note(self, sentence: str, *, repaired: bool = False) -> None:
        """This function will count one row that differs."""
        self.differing += 1
        self.repaired += repaired
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(sentence)

    def __str__(self) -> str:
        if self.error:
            return f"{Subject(self.subject).label}: not compared to the end. {self.error}"
        words = f"{Subject(self.subject).label}: {self.compared} compared, "
        if not self.differing:
            return f"{words}all equal"
        more = self.differing - len(self.examples)
        lines = [
            f"{words}{counted(self.differing, 'differs', 'differ')}, {self.repaired} repaired",
            *self.examples,
            *([f"and {more} more"] if more else []),
        ]
        return "\n  ".join(lines)


@dataclass
class Report:
    """What one reconciling came to.

    :ivar busy: another one is under way; nothing was done.
    :ivar unfinished: time ran out; the next one goes on from here.
    """

    repair: bool = False
    found: dict[str, Found] = field(default_factory=dict)
    busy: bool = False
    unfinished: bool = False
    error: str = ""

    @classmethod
    def of(cls, subjects: Iterable[str], *, repair: bool) -> "Report":
        return cls(repair=repair, found={str(subject): Found(str(subject)) for subject in subjects})

    @property
    def left(self) -> int:
        return sum(found.left for found in self.found.values())

    @property
    def is_clean(self) -> bool:
        """All was compared to the end, and nothing differs any more."""
        went_wrong = self.busy or self.unfinished or self.error or any(found.error for found in self.found.values())
        return not went_wrong and not self.left

    def as_json(self) -> dict:
        kept = {"repair": self.repair, "clean": self.is_clean, "left": self.left, "error": self.error}
        subjects = {name: asdict(found) | {"left": found.left} for name, found in self.found.items()}
        return kept | {"busy": self.busy, "unfinished": self.unfinished, "subjects": subjects}

    def __str__(self) -> str:
        if self.busy:
            return "Another comparison is under way; try again when it is done."
        lines = [str(found) for found in self.found.values()]
        if self.unfinished:
            lines.append("Time ran out; the next run goes on from here.")
        return "\n".join(lines + [self.error] * bool(self.error))
