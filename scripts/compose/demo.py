"""Fill an empty store with books, then print the card: demo.py [card [--json]]. Outside demo mode nothing is filled."""

import json
import os
import sys
from pathlib import Path

SECRETS = Path("/run/bookshop/demo")
TOKEN = Path("/run/bookshop/service-token/token")
LOGINS = {
    "customer": ("alice@bookshop.example", "shop: buys books"),
    "packer": ("dan@bookshop.example", "store: packs orders"),
    "keeper": ("kim@bookshop.example", "store: keeps the stock"),
    "owner": ("olga@bookshop.example", "shop and store: owns both"),
    "office": ("fay@bookshop.example", "shop's admin: works in the office"),
    "dispatcher": ("dirk@bookshop.example", "shop's admin: dispatches"),
    "agent": ("carol@bookshop.example", "shop's admin: answers customers"),
}
NO_DEMO = """\
Demo mode is off: no accounts, no books and no mail page were made.
The first account of the staff: see "Production" in docs/operations.md.
"""


def card() -> dict:
    """This function will answer the addresses and log-ins in the same shape as the card of `make demo`."""
    logins = {
        name: {"email": email, "password": (SECRETS / f"{name}-password").read_text()}
        for name, (email, _) in LOGINS.items()
    }
    urls = {part: {"url": os.environ[f"{part.upper()}_PUBLIC_URL"]} for part in ("shop", "store", "mail")}
    return {**urls, "logins": logins, "service_token": TOKEN.read_text().strip()}


def printed(card: dict) -> str:
    rule = "─" * 76
    lines = [rule, f"  Bookshop   {card['shop']['url']}", f"  Warehouse  {card['store']['url']}"]
    lines += [f"  Mail       {card['mail']['url']}", ""]
    for name, (email, what) in LOGINS.items():
        lines.append(f"  {email:<24} {card['logins'][name]['password']:<22} {what}")
    lines += ["", "  This card again: docker compose run --rm --no-deps demo card", rule]
    return "\n".join(lines)


def fill() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("populate_db", "--books", "300")


def main(arguments: list[str]) -> None:
    if os.environ.get("DEMO") != "1":
        print(NO_DEMO, end="")
        return
    if not arguments:
        fill()
    print(json.dumps(card(), indent=2) if "--json" in arguments else printed(card()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
