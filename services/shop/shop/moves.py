"""Tables of legal moves: one for each machine, from which docs/order-lifecycle.md is written (see scripts/lifecycle)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import TextChoices


class Move(NamedTuple):
    """One legal move. Without a source it is a beginning; `when` goes on the sentence that `by` begins."""

    source: TextChoices | None
    target: TextChoices
    by: str
    when: str


def legal(states: type[TextChoices], table: Iterable[Move]) -> dict[TextChoices | None, frozenset]:
    """This function will return where each state may lead, the states without a way out included."""
    moves = list(table)
    return {source: frozenset(move.target for move in moves if move.source == source) for source in (None, *states)}


def _silent(move: Move) -> str:
    return ""


@dataclass(frozen=True)
class Machine:
    """What the documentation tells of one machine.

    :ivar letter: which letter a move brings about; an empty text for none.
    """

    name: str
    title: str
    states: type[TextChoices]
    table: tuple[Move, ...]
    letter: Callable[[Move], str] = _silent

    def as_told(self) -> dict:
        return {
            "name": self.name,
            "title": self.title,
            "states": {state.value: str(state.label) for state in self.states},
            "moves": [
                {
                    "source": move.source and move.source.value,
                    "target": move.target.value,
                    "by": move.by,
                    "when": move.when,
                    "letter": self.letter(move),
                }
                for move in self.table
            ],
        }
