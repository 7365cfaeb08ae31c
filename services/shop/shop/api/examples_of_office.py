"""What bodies and answers of the office's doors look like, as a part of `shop.api.examples`."""

COUPON = {
    "code": "WINTER10", "kind": "percent", "value": "10.00", "currency": "", "minimum": "0.00", "most_uses": 500,
    "most_per_customer": 1, "starts_at": "2026-12-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z", "is_active": True,
    "note": "For the newsletter",
}  # fmt: skip
DISCOUNT = {
    "name": "Autumn of classics", "percent": "10.0", "every_book": False, "starts_at": None,
    "ends_at": "2026-12-01T00:00:00Z", "is_active": True,
}  # fmt: skip
MESSAGE = {
    "id": 51, "name": "Alice Example", "email": "alice@example.org", "about": "0B0E-5B52",
    "text": "Can you wrap it as a present?", "at": "2026-11-26T10:05:00Z", "dealt_with_at": None, "dealt_with_by": "",
}  # fmt: skip
REFUND = {
    "id": 17, "amount": "8.50", "currency": "EUR", "status": "failed", "reason": "A copy was damaged.", "reference": "",
    "attempts": 1, "last_error": "The account is closed.", "next_at": "2026-12-03T09:00:00Z",
    "created_at": "2026-12-03T09:00:00Z", "done_at": "2026-12-03T09:00:02Z",
}  # fmt: skip
COUPON_SHOWN = {"id": 9, **COUPON, "used": 31}
DISCOUNT_SHOWN = {"id": 4, **DISCOUNT}


def _page(row: dict) -> dict:
    return {"count": 1, "next": None, "previous": None, "results": [row]}


BY_SHAPE = {
    # what is sent
    "DealtWithShapeRequest": {"dealt_with": True},
    "NewCouponShapeRequest": COUPON,
    "NewDiscountShapeRequest": DISCOUNT | {"product_ids": [301]},
    "PatchedCouponChangesShapeRequest": {"is_active": False},
    "PatchedDiscountChangesShapeRequest": {"ends_at": "2026-11-30T18:00:00Z"},
    "SettledShapeRequest": {"status": "done", "reference": "2026-12-04/17"},
    # what is answered
    "CouponPage": _page(COUPON_SHOWN),
    "CouponShape": COUPON_SHOWN,
    "DiscountPage": _page(DISCOUNT_SHOWN),
    "MessagePage": _page(MESSAGE),
    "MessageShape": MESSAGE,
    "OneDiscountShape": DISCOUNT_SHOWN | {"product_ids": [301]},
    "RefundInFullShape": REFUND,
}
