"""Sparing people the wait for a store that is not there."""

import threading
from collections import deque


class Breaker:
    """After so many failures within a time nothing is asked for a while. Times are seconds of a clock that only rises."""

    def __init__(self, failures: int = 5, within_s: float = 30.0, rest_s: float = 10.0):
        self._within_s, self._rest_s = within_s, rest_s
        self._failed_at: deque[float] = deque(maxlen=failures)
        self._rests_until = float("-inf")
        self._lock = threading.Lock()

    def lets_through(self, now: float) -> bool:
        with self._lock:
            return now >= self._rests_until

    def failed(self, now: float) -> None:
        with self._lock:
            self._failed_at.append(now)
            if len(self._failed_at) == self._failed_at.maxlen and now - self._failed_at[0] <= self._within_s:
                self._rests_until = now + self._rest_s

    def worked(self) -> None:
        with self._lock:
            self._failed_at.clear()
            self._rests_until = float("-inf")
