"""The store's part of docs/story.md, written from the table."""

from store.story.table import ALL, KINDS, Audience


def document() -> str:
    """This function will write the table as Markdown."""
    head = ["kind", "what it is", *Audience]
    rows = [head, ["---"] * len(head)]
    for kind, row in KINDS.items():
        cells = [_cell(getattr(row, audience)) for audience in Audience]
        rows.append([f"`{kind}`", row.label, *cells])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(parts: str) -> str:
    return "everything" if parts == ALL else ", ".join(parts.split())
