"""What doors answer when something is not so, for the description: the words of the code itself where it has them in one place."""

from rest_framework import exceptions

from store.api.examples import ORDER
from store.api.problems import as_problem, in_progress
from store.api.writing import key_used
from store.orders.accepting import OrderCancelled, OrderDiffers


def _problem(status: int, slug: str, title: str, detail: str) -> dict:
    """Of doors that make theirs as they go."""
    return {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}


PROBLEMS = {
    "BadParameter": _problem(
        400, "bad-parameter", "A parameter is wrong", "`limit` must be a whole number from 1 to 2000."
    ),
    "NotJson": as_problem(exceptions.ParseError("The body is not JSON in UTF-8.")).body,
    "BadCursor": _problem(
        400,
        "bad-cursor",
        "The cursor cannot be read",
        "Send the `next` of an earlier answer of this feed, or no `after` to read from the beginning.",
    ),
    "CutOff": _problem(400, "cut-off", "A part is missing", "The file ended too early. Send it again."),
    "Unauthenticated": as_problem(exceptions.NotAuthenticated()).body,
    "Forbidden": as_problem(exceptions.PermissionDenied()).body,
    "NotFound": as_problem(exceptions.NotFound()).body,
    "NotAcceptable": as_problem(exceptions.NotAcceptable()).body,
    "OutOfStock": {
        "type": "/problems/out-of-stock",
        "title": "Too few copies",
        "status": 409,
        "detail": "The lines in `short` ask for more copies than are free; nothing is held. Ask for fewer.",
        "order": ORDER,
        "short": [{"line": 1, "book": 301, "quantity": 2, "free": 1}],
    },
    "OrderDiffers": as_problem(OrderDiffers(ORDER)).body,
    "TooLate": _problem(409, "too-late", "Too late to cancel", "The order is dispatched already."),
    "HoldDiffers": _problem(
        409, "hold-differs", "Other copies are held", "Other lines are held under this number. Release them first."
    ),
    "HoldUsed": _problem(
        409,
        "hold-used",
        "The order has come",
        "The order of this number has come, or was cancelled; its copies are its own affair now.",
    ),
    "ReturnDiffers": _problem(
        409,
        "return-differs",
        "The number is taken",
        "This number belongs to a return with another content. Use a new number for a new return.",
    ),
    "NotSent": _problem(409, "not-sent", "The order has not left yet", "Order 0B0E-5B52 is still being packed."),
    "TooMany": _problem(409, "too-many", "More than was sent", "Line 1: 2 to be sent back, 1 can be."),
    "WriteDiffers": key_used().body,
    "InProgress": in_progress().body,
    "OrderCancelled": as_problem(OrderCancelled(ORDER)).body,
    "FeedRestarted": _problem(
        410,
        "feed-restarted",
        "The feed was restarted",
        "The feed has begun anew. Read it from the beginning, without `after`.",
    ),
    "ChangedMeanwhile": _problem(
        412,
        "changed-meanwhile",
        "The book has changed",
        "The book is of version 5 by now. Read it again, and decide anew; nothing was kept.",
    ),
    "TooLarge": _problem(413, "too-large", "The body is too large", "Send at most 256 kB."),
    "UnsupportedMediaType": _problem(
        415,
        "unsupported-media-type",
        "Not this media type",
        "Unsupported media type “text/plain” in request.",
    ),
    "Invalid": as_problem(exceptions.ValidationError({"lines": [{"quantity": ["A valid integer is required."]}]})).body,
    "Unavailable": _problem(
        503, "unavailable", "Try again later", "The warehouse cannot answer at present. Try again."
    ),
}
