"""The shop's part of docs/story.md, written from the table."""

from shop.story.table import ALL, KINDS, OF_THE_STORE, Audience


def document() -> str:
    """This function will write the table as Markdown."""
    head = ["kind", "what it is", *Audience, "short history"]
    rows = [head, ["---"] * len(head)]
    for kind, row in [*((f"`{kind}`", row) for kind, row in KINDS.items()), ("", OF_THE_STORE)]:
        cells = [_cell(getattr(row, audience)) for audience in Audience]
        rows.append([kind, row.label, *cells, "yes" if row.is_calm else ""])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(parts: str) -> str:
    return "everything" if parts == ALL else ", ".join(parts.split())
