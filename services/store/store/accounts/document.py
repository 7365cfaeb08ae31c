"""docs/roles-store.md, written from the table."""

from collections.abc import Callable, Iterable

from store.accounts.roles import API, FIELDS, LETTERS, MODELS, PAGES, RIGHTS, permissions

HEAD = """# Who may do what in the store

Written from the table in `services/store/store/accounts/roles.py` by `scripts/manage store roles > docs/roles-store.md`; do not
edit it here. The groups have exactly these permissions after every `migrate`; owners put people into them (*Users*), or
`ensure_user` does. A superuser may do everything. Nobody deletes anything of the warehouse. The shop's roles are
[its own](roles.md).
"""
SIGNS = {"view": "sees", "add": "adds", "change": "changes"}
Cell = Callable[[str], str]


def document() -> str:
    """This function will write the table of roles as Markdown."""
    return "\n".join([HEAD, _models(), _rights(), _pages(), _fields(), _doors()])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(head: str, rows: Iterable[tuple[str, Cell]]) -> str:
    """:param rows: each its first cell, and what stands below a group."""
    names = [head, *LETTERS.values()]
    cells = [[first, *(cell(group) for group in LETTERS.values())] for first, cell in rows]
    return "".join(_row(row) for row in (names, ["---"] * len(names), *cells))


def _has(permission: str, word: str = "yes") -> Cell:
    return lambda group: word if group in permissions().get(permission, ()) else ""


def _models() -> str:
    def cell(verbs: dict[str, str]) -> Cell:
        by_group = {group: letter for letter, group in LETTERS.items()}
        return lambda group: ", ".join(SIGNS[verb] for verb, who in verbs.items() if by_group[group] in who)

    told = "“changes” is what a model's buttons and actions do, too; of an order it means packing it.\n"
    return f"## Models\n\n{_table('model', ((f'`{model}`', cell(verbs)) for model, verbs in MODELS.items()))}\n{told}"


def _rights() -> str:
    rows = ((told, _has(right)) for right, (_, told) in RIGHTS.items())
    told = "What is to be collected on delivery everybody sees who packs: it stands on the parcel.\n"
    return f"## Rights\n\n{_table('right', rows)}\n{told}"


def _pages() -> str:
    def cell(see: str, act: str) -> Cell:
        return lambda group: ", ".join(filter(None, [_has(see, "looks")(group), _has(act, "acts")(group)]))

    rows = [(f"`{name}`", cell(page.see, page.act)) for name, page in PAGES.items()]
    for name, page in PAGES.items():
        rows += [(f"`{name}`, button `{button}`", _has(right, "acts")) for button, right in page.buttons.items()]
    return f"## Pages\n\nBeside those that the admin makes of each model.\n\n{_table('page', rows)}"


def _fields() -> str:
    lines = [
        f"- `{model}`: all but {', '.join(group for group in LETTERS.values() if _has(right)(group))} see only "
        f"{', '.join(f'`{name}`' for name in names.split())}.\n"
        for model, rules in FIELDS.items()
        for right, names in rules.items()
    ]
    told = "By all names that pages and the API have for them. The store knows no billing address and no customer's e-mail.\n"
    return f"## Fields\n\n{''.join(lines)}\n{told}"


def _doors() -> str:
    names = ["door", "scope of a service", *LETTERS.values()]
    rows = [
        [
            f"`{name}`",
            ", ".join(f"{method} `{scope}`" for method, scope in door.scopes.items()),
            *(_has(door.staff, "reads")(group) for group in LETTERS.values()),
        ]
        for name, door in API.items()
    ]
    told = (
        "Staff read with the session of the admin, and only what their pages would show them; nothing is written so.\n"
    )
    return f"## Doors of the API\n\n{''.join(_row(row) for row in (names, ['---'] * len(names), *rows))}\n{told}"
