"""How shop and store wake the worker: one tiny message after a commit.

A ring is only a hint. The rows in the services' databases are the truth and the worker's timetable finds them
anyway, so a lost ring costs seconds and never data.
"""

from worker_bell.bell import Bell
from worker_bell.dead_letters import BrokerAway, DeadLetter, DeadLetters
from worker_bell.topics import DEAD_LETTERS, Door, Topic

__all__ = ["DEAD_LETTERS", "Bell", "BrokerAway", "DeadLetter", "DeadLetters", "Door", "Topic"]
