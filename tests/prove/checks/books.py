"""Books: the shop shows what the store has."""

from collections.abc import Iterator

from prove.checks.evidence import Evidence
from prove.checks.violation import Violation


def differ(evidence: Evidence) -> Iterator[Violation]:
    shop = {book["id"]: book for book in evidence.shop["books"]}
    store = {book["id"]: book for book in evidence.store["books"]}
    for book in sorted(set(shop) | set(store)):
        ours, theirs = shop.get(book), store.get(book)
        if ours is None or theirs is None:
            yield Violation(f"Book {book} is only in the {'store' if ours is None else 'shop'}.")
        elif different := [name for name in theirs if ours[name] != theirs[name]]:
            told = ", ".join(f"{name} {ours[name]} in the shop, {theirs[name]} in the store" for name in different)
            yield Violation(f"Book {book}: {told}.")
