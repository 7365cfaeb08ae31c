"""The digests of the fake store, made as the contract words them; see store_client.digests."""

import hashlib
import json

RANGE = 1_000


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def row_digest(row: list) -> str:
    """Postgres writes a JSON array of plain values with a comma and a blank between them, as Python does."""
    return md5(json.dumps(row, ensure_ascii=False))


def book_digest(row: dict) -> str:
    names = "id isbn13 title subtitle authors publisher series series_number language format first_published description price"
    picture = row["picture"]["sha256"] if row["picture"] else ""
    return row_digest([*(row[name] for name in names.split()), row["currency"], row["categories"], picture])


def book_ranges(store, first: int, number: int) -> dict:
    on_sale = {row["id"]: row for row in _book_rows(store) if not row.get("deleted") and not row["retired"]}
    end, found = first + number * RANGE, []
    for start in range(first, end, RANGE):
        rows = [on_sale[pk] for pk in sorted(on_sale) if start <= pk < start + RANGE]
        if rows:
            books = md5("".join(book_digest(row) for row in rows))
            stock = md5("".join(row_digest([row["id"], row["free"]]) for row in rows))
            found.append({"first": start, "count": len(rows), "books": books, "stock": stock})
    after = [pk // RANGE * RANGE for pk in on_sale if pk >= end]
    return {"ranges": found, "next": min(after, default=None)}


def book_rows(store, first: int) -> dict:
    rows = [row for row in _book_rows(store) if first <= row["id"] < first + RANGE]
    return {"rows": [_book_in_short(row, store) for row in sorted(rows, key=lambda row: row["id"])]}


def order_ranges(store, first: str, number: int) -> dict:
    found, following = _in_ranges(_orders(store), first, number, lambda order: _order_in_short(store, order))
    ranges = [
        {
            "first": start,
            "count": len(rows),
            "orders": md5("".join(row["content"] for row in rows)),
            "statuses": md5("".join(row["progress"] for row in rows)),
        }
        for start, rows in found.items()
    ]
    return {"ranges": ranges, "next": following}


def order_rows(store, prefix: str) -> dict:
    return {"rows": [_order_in_short(store, order) for order in sorted(_orders(store)) if order.startswith(prefix)]}


def stored_order(store, number: str) -> dict | None:
    if number not in _orders(store):
        return None
    body = store.orders.get(number, {"total": "0.00", "currency": "", "lines": []})
    events = store.events_of(number)
    last = events[-1]
    return {
        "order": number, "status": last["status"], "version": last["version"], "events": events, "total": body["total"],
        "currency": body["currency"], "lines": body["lines"],
    }  # fmt: skip


def return_ranges(store, first: str, number: int) -> dict:
    found, following = _in_ranges(store.returns, first, number, lambda one: _return_in_short(store, one))
    ranges = [
        {"first": start, "count": len(rows), "returns": md5("".join(row["digest"] for row in rows))}
        for start, rows in found.items()
    ]
    return {"ranges": ranges, "next": following}


def return_rows(store, prefix: str) -> dict:
    return {"rows": [_return_in_short(store, one) for one in sorted(store.returns) if one.startswith(prefix)]}


def _in_ranges(numbers, first: str, number: int, in_short) -> tuple[dict[str, list], str | None]:
    digits, found = len(first), {}
    last = min(int(first, 16) + number, 16**digits)
    for one in sorted(numbers):
        if int(first, 16) <= int(one[:digits], 16) < last:
            found.setdefault(one[:digits], []).append(in_short(one))
    return found, f"{last:0{digits}x}" if last < 16**digits else None


def _return_in_short(store, number: str) -> dict:
    last = [event for event in store.return_events if event["return"] == number][-1]
    names = ("line", "asked", "received", "restocked", "damaged", "not_ours", "missing", "refund")
    lines = [[line[name] for name in names] for line in last["lines"]]
    digest = row_digest([number, last["order"], last["status"], last["version"], last["reason"], lines])
    return {
        "return": number, "status": last["status"], "version": last["version"],
        "in_feed": number not in store.not_in_feed, "digest": digest,
    }  # fmt: skip


def _book_rows(store) -> list[dict]:
    return [row for _, row in store.books if isinstance(row, dict)]


def _book_in_short(row: dict, store) -> dict:
    short = {"id": row["id"], "version": row["version"], "in_feed": row["id"] not in store.not_in_feed}
    if row.get("deleted"):
        return short | {"gone": True, "book": "", "free": 0}
    return short | {"gone": row["retired"], "book": book_digest(row), "free": row["free"]}


def _orders(store) -> set[str]:
    return {*store.orders, *(event["order"] for event in store.events)}


def _order_in_short(store, number: str) -> dict:
    body, last = store.orders.get(number), store.events_of(number)[-1]
    content = [number]
    if body:
        lines = [
            [line[name] for name in ("line", "book", "isbn13", "quantity", "unit_price")] for line in body["lines"]
        ]
        content += [body["total"], body["currency"], body["payment"], lines]
    counted = [[line["line"], line["packed"], line["shipped"], line["short"]] for line in last["lines"]]
    progress = [number, last["status"], last["version"], [line for line in counted if any(line[1:])]]
    return {
        "order": number, "status": last["status"], "version": last["version"],
        "in_feed": number not in store.not_in_feed, "content": row_digest(content), "progress": row_digest(progress),
    }  # fmt: skip
