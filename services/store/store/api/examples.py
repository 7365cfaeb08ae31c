"""What bodies and answers look like, for the description. The tests hold each against the shape that it is an example of."""

ORDER, RETURN = "0b0e5b52-3f1c-4c4e-9a39-6c0fbd0c3a10", "7c2f9a4e-51d3-4b0c-8f6e-2a9d1e8b4c55"
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
EPOCH, CURSOR = "5f2a3c1e-9b7d-4f60-a1c2-e3d4f5a6b7c8", "NWYyYTNjMWU6MTAyNDozMDE"

FACTS = {
    "isbn13": "9780141439587", "title": "Emma", "subtitle": "", "authors": ["Jane Austen"], "publisher": "Penguin",
    "series": "", "series_number": "", "language": "en", "format": "paperback", "first_published": 1815, "description": "",
    "price": "9.50", "currency": "EUR", "categories": [["Fiction", "Love and marriage"]], "retired": False,
}  # fmt: skip
BOOK = {
    "id": 301, "version": 4, **FACTS, "free": 12,
    "contributors": [{"name": "Hugh Thomson", "role": "A12"}], "imprint_of": "", "pages": 474,
    "picture": {"sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "url": "/api/books/301/picture/"},
}  # fmt: skip
ADDRESS = {
    "name": "Alice Example", "line1": "1 High Street", "line2": "", "postcode": "10115", "city": "Berlin", "country": "DE",
    "phone": "",
}  # fmt: skip
HELD = {"line": 1, "book": 301, "quantity": 2}
LINE = HELD | {"isbn13": "9780141439587", "title": "Emma", "unit_price": "8.50"}
WISHED = {
    "placed_at": "2026-11-26T10:00:00Z", "payment": "on_delivery", "paid": "0.00", "total": "20.90", "currency": "EUR",
    "ship_to": ADDRESS, "note": "", "if_short": "ship", "lines": [LINE],
}  # fmt: skip
PUSHED = WISHED | {"delivery": "3.90", "lines": [LINE | {"to_pay": "17.00"}]}
EVENT = {
    "order": ORDER, "version": 1, "status": "received", "at": "2026-11-26T10:00:02Z", "reason": "",
    "lines": [{"line": 1, "ordered": 2, "packed": 0, "shipped": 0, "short": 0}], "line_reasons": {}, "parcels": [],
}  # fmt: skip
STATE = {"order": ORDER, "status": "received", "version": 1, "events": [EVENT]}
SHOWN = {"order": ORDER, "status": "received", "version": 1, "reason": "", **WISHED}
RETURN_EVENT = {
    "return": RETURN, "order": ORDER, "version": 1, "status": "asked", "at": "2026-12-01T18:00:01Z", "why": "damaged",
    "reason": "", "lines": [{"line": 1, "quantity": 1}],
}  # fmt: skip
IMPORT = {
    "id": 12, "name": "spring.csv", "format": "csv",
    "columns": [{"name": "EAN-Code", "field": "isbn13"}, {"name": "Preis", "field": "price"}, {"name": "Notiz", "field": None}],
    "dry_run": False, "state": "applying", "ended": False,
    "sentence": "It is being brought in: 500 of 900 lines so far.", "sent_by": "olga@example.org",
    "sent_at": "2026-11-26T10:00:00Z", "ended_at": None, "progress": {"done": 500, "of": 900}, "records": 1000,
    "found": {"new": 700, "changed": 200, "retired": 0, "unchanged": 98, "copies": 0},
    "brought_in": {"new": 500, "changed": 0, "retired": 0, "copies": 0}, "left_out": 2, "faults_kept": 2,
}  # fmt: skip


def _changes(*told: dict) -> dict:
    return {"epoch": EPOCH, "next": CURSOR, "more": False, "changes": list(told)}


BY_SHAPE = {
    # what is sent
    "BatchRequest": {"orders": [{"number": ORDER, "order": PUSHED}]},
    "BookRequest": FACTS | {"isbn13": "978-0-14-143958-7"},
    "CancelRequest": {"reason": "The customer has changed their mind."},
    "HoldRequest": {"lines": [HELD]},
    "OrderRequest": PUSHED,
    "PatchedBookRequest": {"price": "7.90"},
    "ReturnRequest": {
        "order": ORDER,
        "why": "damaged",
        "words": "The spine is broken.",
        "asked_at": "2026-12-01T18:00:00Z",
        "lines": [{"line": 1, "quantity": 1}],
    },
    # what is answered
    "BatchAnswerShape": {"answers": [{"order": ORDER, "status": 201, "body": STATE}]},
    "BookChanges": _changes(BOOK, {"id": 17, "version": 9, "deleted": True}),
    "BookList": {"results": [BOOK], "next": None},
    "BookRangesShape": {"ranges": [{"first": 1, "count": 1000, "books": MD5, "stock": MD5}], "next": 1001},
    "BookRowsShape": {
        "rows": [{"id": 301, "version": 4, "in_feed": True, "gone": False, "book": MD5, "free": 12}]
    },
    "BookShape": BOOK,
    "HoldAnswerShape": {"order": ORDER, "state": "held", "held_until": "2026-11-26T10:15:00Z"},
    "ImportShape": IMPORT,
    "ImportsShape": {"count": 1, "results": [IMPORT]},
    "OrderAnswerShape": STATE,
    "OrderChanges": _changes(EVENT),
    "OrderList": {"results": [SHOWN], "next": None},
    "OrderRangesShape": {"ranges": [{"first": ORDER, "count": 1000, "orders": MD5, "statuses": MD5}], "next": None},
    "OrderRowsShape": {
        "rows": [
            {"order": ORDER, "status": "received", "version": 1, "in_feed": True, "content": MD5, "progress": MD5}
        ]
    },
    "Return": {"return": RETURN, "order": ORDER, "status": "asked", "version": 1, "events": [RETURN_EVENT]},
    "ReturnChanges": _changes(RETURN_EVENT),
    "ReturnRangesShape": {"ranges": [{"first": RETURN, "count": 12, "returns": MD5}], "next": None},
    "ReturnRows": {
        "rows": [{"return": RETURN, "status": "asked", "version": 1, "in_feed": True, "digest": MD5}]
    },
    "StoryShape": {
        "order": ORDER, "audience": "agent", "entries": [
            {
                "at": "2026-11-26T14:20:00Z", "kind": "parcel", "words": "Parcel 1 has left by DHL.", "reason": "", "who": "",
                "detail": "2 × Emma", "key": "store:4",
            }
        ],
    },
    "WatchedImportShape": IMPORT
    | {"faults": [{"record": 17, "reference": "9780141439580", "reason": "The ISBN is wrong: its last digit does not fit.", "column": "isbn13"}]},
    "WholeOrderShape": SHOWN | {"events": [EVENT]},
}  # fmt: skip
