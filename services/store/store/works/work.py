"""What the store does beside its pages and doors, in steps of seconds by a worker: imports, pictures, tidying up.

Each kind is a function of a clock and of how long it may take: `work_on(clock, run_for=…) -> Work`. Rows say what is to do and
how far it is, so a step that is killed is done again by whoever comes next; `turn.the_turn` sees that one at a time does.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

Clock = Callable[[], datetime]


class Work(NamedTuple):
    """What came of a step.

    :ivar unfinished: whether there is more to do at once.
    """

    said: str
    unfinished: bool = False

    def __str__(self) -> str:
        return self.said
