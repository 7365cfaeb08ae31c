"""What bodies and answers look like, for the description: one story of a reader, an order and its staff.

The tests hold each of them against the shape that it is an example of.
"""

from shop.api import examples_of_accounts, examples_of_office

SHOP = "https://bookshop.example"
ORDER, RETURN = "0b0e5b52-3f1c-4c4e-9a39-6c0fbd0c3a10", "7c2f9a4e-51d3-4b0c-8f6e-2a9d1e8b4c55"
TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.c2lnbmF0dXJl"

ADDRESS = {
    "name": "Alice Example", "line1": "1 High Street", "line2": "", "postcode": "10115", "city": "Berlin", "country": "DE",
    "phone": "",
}  # fmt: skip
FACTS = {
    "isbn13": "9780141439587", "title": "Emma", "subtitle": "", "authors": ["Jane Austen"], "publisher": "Penguin",
    "series": "", "series_number": "", "language": "en", "format": "paperback", "first_published": 1815,
    "categories": [["Fiction", "Love and marriage"]],
}  # fmt: skip
PRODUCT = {
    "id": 301, **FACTS, "price": "8.50", "list_price": "9.50", "price_reason": "Autumn of classics", "currency": "EUR",
    "available": 12, "retired": False, "rating": {"average": 4.5, "count": 8}, "picture": f"{SHOP}/media/covers/301.jpg",
    "page": f"{SHOP}/books/301/emma/",
}  # fmt: skip
DESCRIPTION = "Handsome, clever and rich, Emma arranges the lives of all but herself."
LINE = {
    "product_id": 301, "isbn13": "9780141439587", "title": "Emma", "authors": "Jane Austen", "quantity": 2,
    "price": "8.50", "total": "17.00", "saved": "0.00", "shipped": 0, "short": 0,
}  # fmt: skip
SUMS = {"goods": "17.00", "saved": "0.00", "delivery": "3.90", "total": "20.90"}
ORDER_SHOWN = {
    "id": ORDER, "reference": "0B0E-5B52", "status": "placed", "placed_at": "2026-11-26T10:00:00Z", "payment": "on_delivery",
    **SUMS, "currency": "EUR", "items": [LINE],
}  # fmt: skip
CART_LINE = {
    "id": 301, "product_id": 301, "title": "Emma", "quantity": 2, "price": "8.50", "total": "17.00", "problem": "",
}  # fmt: skip
TOTAL = {"copies": 2, **SUMS, "tax": "1.37", "currency": "EUR", "can_be_ordered": True}
REVIEW = {"rating": 5, "text": "I read it every winter.", "signature": "Alice", "written_at": "2026-11-26T10:00:00Z"}
QUEUED_REVIEW = {
    "id": 88, "version": 1, "product_id": 301, "title": "Emma", **REVIEW, "state": "waiting", "reason": "", "decided_at": None,
}  # fmt: skip
TRY = {
    "id": "c1f6b6f2-6c1e-4c51-a0dd-0a6a3f0c7d11", "gateway": "paypal", "status": "created", "amount": "20.90",
    "captured": "0.00", "currency": "EUR", "begun_at": "2026-11-26T10:01:00Z",
}  # fmt: skip
EMPLOYEE_ADDRESS = {
    "url": f"{SHOP}/api/employee/addresses/7/", "customer": f"{SHOP}/api/customers/42/", "is_default": True, **ADDRESS,
}  # fmt: skip
EMPLOYEE_ORDER = {
    "url": f"{SHOP}/api/employee/orders/{ORDER}/", "id": ORDER, "reference": "0B0E-5B52", "phase": "new", "state": "placed",
    "placed_at": "2026-11-26T10:00:00Z", "ship_to": ADDRESS, "note": "", "if_short": "ship",
    "customer": f"{SHOP}/api/customers/42/", "email": "alice@example.org", "payment": "on_delivery", "total": "20.90",
    "currency": "EUR",
    "items": [
        {
            "product": f"{SHOP}/api/products/301/", "isbn13": "9780141439587", "title": "Emma", "quantity": 2, "packed": 0,
            "shipped": 0, "short": 0, "unit_price": "8.50",
        }
    ],
}  # fmt: skip
PERSON = {
    "id": 42, "email": "alice@example.org", "name": "Alice Example", "is_active": True, "is_verified": True,
    "joined_at": "2026-03-01T08:30:00Z", "last_login": "2026-11-26T09:58:00Z", "orders": 3, "groups": [],
}  # fmt: skip
JOB = {
    "id": 12, "url": f"{SHOP}/api/products/bulk/12/", "name": "spring.csv", "format": "csv",
    "columns": [{"name": "EAN-Code", "field": "isbn13"}, {"name": "Preis", "field": "price"}, {"name": "Notiz", "field": None}],
    "not_understood": ["Notiz"], "dry_run": False,
    "state": "applying", "ended": False, "sentence": "It is being brought in: 500 of 900 lines so far.",
    "sent_by": "olga@example.org", "sent_at": "2026-11-26T10:00:00Z", "ended_at": None, "progress": {"done": 500, "of": 900},
    "records": 1000, "found": {"new": 700, "changed": 200, "retired": 0, "unchanged": 98, "copies": 0},
    "brought_in": {"new": 500, "changed": 0, "retired": 0, "copies": 0}, "left_out": 2, "errors_kept": 2,
}  # fmt: skip
ROW_ERROR = {
    "row": 17, "reference": "9780141439580", "field": "isbn13", "message": "The ISBN is wrong: its last digit does not fit.",
}  # fmt: skip
SENT_BACK = {"product_id": 301, "title": "Emma", "quantity": 1, "received": 0, "refund": 0}


def _page(*rows: dict) -> dict:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


BY_SHAPE = {
    # what is sent
    "AddressShapeRequest": ADDRESS,
    "CodeShapeRequest": {"email": "alice@example.org", "code": "7KQ4-2MXP"},
    "DecisionShapeRequest": {"state": "refused", "version": 1, "reason": "It tells how the book ends."},
    "EmailShapeRequest": {"email": "alice@example.org"},
    "ItemShapeRequest": {"product_id": 301, "quantity": 2},
    "KeptAddressShapeRequest": ADDRESS | {"is_default": True},
    "LogInShapeRequest": {"username": "alice", "password": "a-long-password", "scope": "orders:read orders:write"},
    "NewOrderShapeRequest": {
        "cart_items": [{"product_id": 301, "quantity": 2}],
        "address": ADDRESS,
        "payment": "on_delivery",
        "agreed_total": "20.90",
    },
    "NewPasswordShapeRequest": {"old_password": "a-long-password", "password": "a-longer-password"},
    "NewReturnShapeRequest": {
        "items": [{"product_id": 301, "quantity": 1}],
        "why": "damaged",
        "words": "The spine is broken.",
    },
    "NewReviewShapeRequest": {"rating": 5, "text": "I read it every winter.", "signature": "Alice"},
    "NewWishShapeRequest": {"product_id": 301},
    "PatchedChangedMeShapeRequest": {"name": "Alice Example"},
    "PatchedProductChangesShapeRequest": {"price": "7.90"},
    "PhaseShapeRequest": {"phase": "processing"},
    "ProductFactsShapeRequest": FACTS | {"isbn13": "978-0-14-143958-7", "price": "9.50", "currency": "EUR"},
    "QuantityShapeRequest": {"quantity": 3},
    "RefreshShapeRequest": {"refresh": TOKEN},
    "RegisterShapeRequest": {"username": "alice", "email": "alice@example.org", "password": "a-long-password"},
    "ResetShapeRequest": {"key": "16-cx7k2p-5d41402abc4b2a76b9719d911017c592", "password": "a-longer-password"},
    "StartShapeRequest": {"gateway": "paypal"},
    "StatusShapeRequest": {"status": "cancelled"},
    # what is answered
    "CartShape": TOTAL | {"items": [CART_LINE], "cart_token": None},
    "CategoryShape": {
        "slug": "fiction",
        "name": "Fiction",
        "books": 210,
        "children": [{"slug": "fiction/love-and-marriage", "name": "Love and marriage", "books": 64, "children": []}],
    },
    "ChangedItemShape": CART_LINE | {"cart_token": "5f2a3c1e9b7d4f60a1c2e3d4f5a6b7c8:mJ3r0xX4Vq"},
    "EmployeeAddressPage": _page(EMPLOYEE_ADDRESS),
    "EmployeeAddressShape": EMPLOYEE_ADDRESS,
    "EmployeeOrderPage": _page(EMPLOYEE_ORDER),
    "EmployeeOrderShape": EMPLOYEE_ORDER,
    "GroupShape": {
        "group": "packers",
        "name": "Packers",
        "permissions": ["orders.view_order"],
        "gives": [],
        "is_yours_to_give": True,
    },
    "HeadingPage": _page({"slug": "jane-austen", "name": "Jane Austen", "books": 7}),
    "JobPage": _page(JOB),
    "JobShape": JOB,
    "KeptAddressShape": {"id": 7, **ADDRESS, "is_default": True},
    "LinksShape": {
        "orders": f"{SHOP}/api/employee/orders/",
        "products": f"{SHOP}/api/products/",
        "addresses": f"{SHOP}/api/employee/addresses/",
    },
    "MeShape": {
        "id": 42,
        "username": "alice",
        "email": "alice@example.org",
        "name": "Alice Example",
        "is_staff": False,
        "joined_at": "2026-03-01T08:30:00Z",
        "scope": "",
    },
    "MemberPage": _page({"id": 9, "email": "dan@example.org", "name": "Dan"}),
    "OneOrderShape": ORDER_SHOWN
    | {
        "email": "alice@example.org",
        "ship_to": ADDRESS,
        "coupon": "",
        "note": "",
        "if_short": "ship",
        "reason": "",
        "tax": "1.37",
        "paid": "0.00",
        "pay_until": None,
        "pay_page": None,
        "order_key": None,
    },
    "OneProductShape": PRODUCT | {"description": DESCRIPTION},
    "OrderPage": _page(ORDER_SHOWN),
    "OwnReviewShape": REVIEW | {"state": "waiting", "reason": ""},
    "PairShape": {"access": TOKEN, "refresh": TOKEN},
    "ParcelShape": {
        "number": 1,
        "status": "dispatched",
        "carrier": "DHL",
        "tracking": "00340434161094042557",
        "sent_at": "2026-11-27T14:20:00Z",
        "price": "17.00",
        "currency": "EUR",
        "items": [{"product_id": 301, "title": "Emma", "quantity": 2}],
    },
    "PaymentShape": {
        "payment": "prepaid",
        "total": "20.90",
        "currency": "EUR",
        "paid": "0.00",
        "can_be_paid": True,
        "pay_until": "2026-11-26T10:30:00Z",
        "ways": [
            {
                "gateway": "paypal",
                "label": "PayPal",
                "hint": "You pay at PayPal, with your account there or a card.",
                "days": None,
            }
        ],
        "tries": [TRY],
        "refunds": [],
    },
    "PersonAddressShape": {"id": 7, "is_default": True, **ADDRESS},
    "PersonPage": _page(PERSON),
    "PersonShape": PERSON,
    "ProductPage": _page(PRODUCT),
    "QueuedReviewPage": _page(QUEUED_REVIEW),
    "QueuedReviewShape": QUEUED_REVIEW,
    "RegisteredShape": {
        "username": "alice",
        "email": "alice@example.org",
        "detail": "We mailed a code to this address. Send it to POST /auth/email/verify/, then log in.",
    },
    "ReturnShape": {
        "id": RETURN,
        "reference": "7C2F-9A4E",
        "status": "asked",
        "why": "damaged",
        "words": "The spine is broken.",
        "reason": "",
        "asked_at": "2026-12-01T18:00:00Z",
        "items": [SENT_BACK],
        "label": None,
    },
    "ReviewPage": _page(REVIEW),
    "SoldPage": _page(
        {"product_id": 301, "isbn13": "9780141439587", "title": "Emma", "sold": 40, "shipped": 38, "orders": 31}
    ),
    "StartedShape": TRY
    | {"url": "https://www.paypal.com/checkoutnow?token=5O190127TN364715T", "pay_until": "2026-11-26T10:30:00Z"}
    | {"details": []},
    "StepShape": {"at": "2026-11-26T10:00:00Z", "kind": "placed", "words": "You ordered.", "reason": ""},
    "ToldShape": {"detail": "The address is confirmed. Log in with POST /auth/token/."},
    "TotalShape": TOTAL,
    "WatchedJobShape": JOB | {"errors": _page(ROW_ERROR)},
    "WishPage": _page({"added_at": "2026-11-26T10:00:00Z", "product": PRODUCT}),
    "WrittenProductShape": {"id": 301, **FACTS, "version": 4, "description": DESCRIPTION, "price": "9.50", "currency": "EUR"}
    | {"available": 12, "retired": False, "url": f"{SHOP}/api/products/301/"},
}  # fmt: skip
BY_SHAPE |= examples_of_accounts.BY_SHAPE | examples_of_office.BY_SHAPE
