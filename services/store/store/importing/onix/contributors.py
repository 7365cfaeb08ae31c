"""Who made a book: its authors, and the others with their roles (code list 17)."""

import re

from store.importing.onix.tree import Element
from store.importing.rows import MOST_AUTHORS, BadRow

# Whose names stand on the title page as the authors': the first of these kinds that the record has. Translators, and who
# wrote the foreword, never do.
AUTHORS = (
    frozenset({"A01", "A02"}),
    frozenset("A03 A04 A05 A06 A07 A08 A09 A14 A31 A38 A45".split()),
    frozenset("B01 B10 B11 B12 B13 B21 C01 C02".split()),
    frozenset("A12 A13 A35 B03 B05".split()),
)
AUTHOR = "A01"
Contributors = list[dict[str, str]]


def contributors_of(record: Element) -> tuple[list[str] | None, Contributors | None]:
    """The authors, and everybody in a role other than the author's; None for what the record is silent about.

    :raises BadRow:
    """
    elements = sorted(record.all("DescriptiveDetail", "Contributor"), key=_place)
    named = [(name, [role.raw_text for role in e.all("ContributorRole")]) for e in elements if (name := _name(e))]
    if not named:
        return None, None
    if len(named) > MOST_AUTHORS or any(len(name) > 200 for name, _ in named):
        raise BadRow(f"More than {MOST_AUTHORS} contributors, or a name of more than 200 characters.")
    others = [{"name": name, "role": role} for name, roles in named for role in roles if _is_kept(role)]
    for kind in AUTHORS:
        if authors := list(dict.fromkeys(name for name, roles in named if kind & set(roles))):
            return authors, others
    return None, others


def _is_kept(role: str) -> bool:
    return role != AUTHOR and bool(re.fullmatch(r"[A-Z]\d\d", role, re.ASCII))


def _place(contributor: Element) -> int:
    number = contributor.text("SequenceNumber")
    return int(number) if re.fullmatch(r"\d{1,6}", number, re.ASCII) else 10**6


def _name(contributor: Element) -> str:
    if name := contributor.text("PersonName") or contributor.text("CorporateName"):
        return name
    parts = [contributor.text(part) for part in ("NamesBeforeKey", "PrefixToKey", "KeyNames", "SuffixToKey")]
    if any(parts):
        return " ".join(part for part in parts if part)
    family, _, first = contributor.text("PersonNameInverted").partition(",")
    return f"{first.strip()} {family.strip()}".strip()
