"""docs/roles.md, written from the table."""

from shop.staff.roles import FIELDS, GIVES, LETTERS, MODELS, PAGES, RIGHTS, permissions

HEAD = """# Who may do what in the shop's admin

Written from the table in `services/shop/shop/staff/roles.py` by `scripts/manage shop roles > docs/roles.md`; do not edit it
here. The groups have exactly these permissions after every `migrate`. A superuser may do everything; nobody adds or
deletes rows by hand where it does not say so. A person may have several roles. The store's groups are
[its own](roles-store.md).
"""
SIGNS = {"view": "sees", "add": "adds", "change": "acts", "delete": "deletes"}


def document() -> str:
    """This function will write the table of roles as Markdown."""
    parts = [HEAD, _models(), _rights(), _pages(), _fields(), _gives()]
    return "\n".join(parts)


def _row(cells) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(head: str, rows: list[tuple[str, list[str]]]) -> str:
    names = [head, *LETTERS.values()]
    lines = [_row(names), _row(["---"] * len(names))]
    return "".join([*lines, *(_row([name, *cells]) for name, cells in rows)])


def _models() -> str:
    rows = [
        (
            f"`{model}`",
            [", ".join(SIGNS[verb] for verb, who in verbs.items() if letter in who) for letter in LETTERS],
        )
        for model, verbs in MODELS.items()
    ]
    told = (
        "“acts” is what the model's buttons do: send again, book money, give roles, decide on a review; a coupon is edited.\n"
        "Of books it is for programs, which write them through the shop's API into the store.\n"
    )
    return f"## Models\n\n{_table('model', rows)}\n{told}"


def _rights() -> str:
    rows = [(told, ["yes" if letter in who else "" for letter in LETTERS]) for who, told in RIGHTS.values()]
    return f"## Rights\n\n{_table('right', rows)}"


def _pages() -> str:
    holders = permissions()
    rows = [
        (f"`{page}`", ["yes" if group in holders[permission] else "" for group in LETTERS.values()])
        for page, permission in PAGES.items()
    ]
    return f"## Pages\n\n{_table('page', rows)}"


def _fields() -> str:
    holders, lines = permissions(), []
    for model, rules in FIELDS.items():
        for permission, (kind, names) in rules.items():
            listed = ", ".join(f"`{name}`" for name in names.split())
            words = f"see only {listed}" if kind == "only" else f"do not see {listed}"
            free = ", ".join(group for group in LETTERS.values() if group in holders[permission])
            lines.append(f"- `{model}`: all but {free} {words}.\n")
    return f"## Fields\n\n{''.join(lines)}"


def _gives() -> str:
    lines = [
        f"- {giver}: {', '.join(name for name in LETTERS.values() if name in who)}.\n" for giver, who in GIVES.items()
    ]
    told = "Nobody changes their own roles, or an account that holds more than they may give.\n"
    return f"## Who gives which roles\n\n{''.join(lines)}\n{told}"
