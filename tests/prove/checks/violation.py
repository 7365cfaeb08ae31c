from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """Something that must not be. `order` is the number of the order whose story will be told, if there is one."""

    sentence: str
    order: str = ""
