"""Chance that repeats itself: the same on every machine and with every version of Python."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Numbers that follow from a name and a key, such as ("book", 17)."""

    def __init__(self, name: str, key: int | str):
        self._state = int.from_bytes(blake2b(f"{name}:{key}".encode(), digest_size=8).digest(), "big")

    def below(self, end: int) -> int:
        """This function will answer a whole number from 0 up to, but not including, ``end``."""
        # SplitMix64 (Steele, Lea, Flood 2014).
        self._state = (self._state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return (mixed ^ (mixed >> 31)) % end

    def between(self, first: int, last: int) -> int:
        return first + self.below(last - first + 1)

    def of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def weighted(self, weights: Mapping[T, int]) -> T:
        ticket = self.below(sum(weights.values()))
        for choice, weight in weights.items():
            ticket -= weight
            if ticket < 0:
                return choice
        raise ValueError("Weights must be positive.")
