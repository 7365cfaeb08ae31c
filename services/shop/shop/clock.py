"""The kind of clock that the doors hand in: time is an argument, never read inside."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
