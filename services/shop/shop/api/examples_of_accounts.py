"""What bodies and answers of one's own account look like, as a part of `shop.api.examples`."""

ORDER = "0b0e5b52-3f1c-4c4e-9a39-6c0fbd0c3a10"
PASSWORD = {"password": "a-long-password"}
TICKET = "gAAAAABpbCq0u3m0C5h1cVdE0b2ZtN8r"
MINE = {
    "id": 88, "product_id": 301, "title": "Emma", "rating": 5, "text": "I read it every winter.", "signature": "Alice",
    "written_at": "2026-11-26T10:00:00Z", "state": "refused", "reason": "It tells how the book ends.",
    "decided_at": "2026-11-27T08:15:00Z",
}  # fmt: skip
TOPIC = {"topic": "parcels", "label": "A parcel has left", "words": "A letter for each parcel that you have paid for."}
ADDRESS = ["Alice Example", "1 High Street", "10115 Berlin", "Germany"]

BY_SHAPE = {
    # what is sent
    "NewEmailShapeRequest": PASSWORD | {"email": "alice@example.net"},
    "NewMessageShapeRequest": {
        "name": "Alice Example",
        "email": "alice@example.org",
        "about": "0B0E-5B52",
        "text": "Can you wrap it as a present?",
    },
    "PasswordShapeRequest": PASSWORD,
    "TicketAndCodeShapeRequest": {"ticket": TICKET, "code": "7KQ4-2MXP"},
    "WantedShapeRequest": {"wanted": False},
    # what is answered
    "AgainShape": {"copies": 1, "missing": ["“Persuasion” is no longer sold."], "cart_token": None},
    "EverythingShape": {
        "account": {"email": "alice@example.org", "name": "Alice Example"},
        "address_book": [],
        "orders": [{"number": ORDER, "reference": "0B0E-5B52", "total": "20.90 EUR"}],
        "reviews": [],
        "wishlist": [],
        "letters": [],
        "what_you_want_to_hear_of": {"A parcel has left": True},
        "messages": [],
        "talks": [],
        "sessions": [],
        "log_ins_of_programs": [{"program": "my-reader/2", "began_at": "2026-11-26T09:58:00Z"}],
    },
    "InvoiceShape": {
        "number": "000123",
        "order": ORDER,
        "ordered_at": "2026-11-26T10:00:00Z",
        "issued_at": "2026-11-27T14:20:00Z",
        "bill_to": ADDRESS,
        "ship_to": ADDRESS,
        "items": [
            {
                "isbn13": "9780141439587",
                "title": "Emma",
                "authors": "Jane Austen",
                "copies": 2,
                "missing": 0,
                "price": "8.50",
                "total": "17.00",
            }
        ],
        "goods": "17.00",
        "saved": "0.00",
        "delivery": "3.90",
        "total": "20.90",
        "tax_percent": "7.00",
        "tax": "1.37",
        "currency": "EUR",
        "paid": "20.90",
        "given_back": [],
        "corrected_total": None,
    },
    "LogInShownShape": {
        "id": "7b0c7a7e-5e0f-4a34-9a55-0a4f5f7e2d11",
        "client": "my-reader/2",
        "began_at": "2026-11-20T09:58:00Z",
        "last_used_at": "2026-11-26T09:58:00Z",
        "ends_at": "2026-12-10T09:58:00Z",
        "scope": "orders:read",
        "is_this_one": False,
    },
    "MyReviewPage": {"count": 1, "next": None, "previous": None, "results": [MINE]},
    "MyReviewShape": MINE,
    "TicketShape": {
        "ticket": TICKET,
        "detail": "We mailed a code to this address. Send it with the ticket to POST /auth/email/change/confirm/.",
    },
    "TopicShape": TOPIC | {"wanted": True},
}
