"""Contributors in one cell: “B06: Jon Tolk; A12: Ada Okafor”, or in words, “translated by Jon Tolk”."""

import re
from functools import lru_cache

from store.catalogue.contributors import LONGEST_NAME, MOST_CONTRIBUTORS, ROLES
from store.importing.refusal import BadRow

AUTHOR = "A01"
BY_CODE = re.compile(r"([A-Z]\d\d)\s*:\s*(.+)", re.ASCII | re.DOTALL)
# Of roles with the same words the first; the longest words first, since “introduction” may go on with “and notes by”.
IN_WORDS = {words.rstrip(":"): role for role, words in reversed(ROLES.items())}
BY_WORDS = re.compile(
    rf"({'|'.join(sorted(map(re.escape, IN_WORDS), key=len, reverse=True))})[\s:]\s*(.+)", re.IGNORECASE | re.DOTALL
)
HOW = "write it like “B06: Jon Tolk; A12: Ada Okafor” or “translated by Jon Tolk; illustrated by Ada Okafor”."


@lru_cache(1_000)
def _read(text: str) -> tuple[tuple[str, str], ...]:
    found = [pair for part in text.split(";") if part.strip() for pair in _pairs(" ".join(part.split()))]
    if len(found) > MOST_CONTRIBUTORS:
        raise BadRow(f"More than {MOST_CONTRIBUTORS} contributors beside the authors.")
    if any(len(name) > LONGEST_NAME or "\x00" in name for name, _ in found):
        raise BadRow(f"A contributor's name is longer than {LONGEST_NAME} characters.")
    return tuple(found)


def contributors_of(text: str) -> list[dict[str, str]]:
    """Who made a book beside its authors, in their order. A code goes before one name, words before several with commas.

    :raises BadRow: for what names no role.
    """
    return [{"name": name, "role": role} for name, role in _read(text)]


def in_a_cell(contributors: list[dict[str, str]]) -> str:
    """What contributors_of() reads the same from."""
    return "; ".join(f"{one['role']}: {one['name']}" for one in contributors)


def _pairs(part: str) -> list[tuple[str, str]]:
    if by_code := BY_CODE.fullmatch(part):
        if by_code[1] == AUTHOR:
            raise BadRow("A01 is the role of authors, who have a column of their own.")
        return [(by_code[2], by_code[1])]
    if not (by_words := BY_WORDS.fullmatch(part)):
        raise BadRow(f"“{part[:40]}” names no role: {HOW}")
    names = dict.fromkeys(name.strip() for name in by_words[2].split(",") if name.strip())
    return [(name, IN_WORDS[by_words[1].lower()]) for name in names]
