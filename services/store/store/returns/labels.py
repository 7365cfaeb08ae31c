"""The label that the shop prints for a return: Code 128 of an R and the first twelve digits of the return's number."""

import re
from uuid import UUID

from store.orders.codes import AIM_PREFIX, UNSEEN
from store.returns.models import Return

LABEL = re.compile(r"^R-?([0-9A-F]{4})-?([0-9A-F]{4})-?([0-9A-F]{4})?$")


def return_of(scanned: str) -> Return | None:
    """This function will find a return by its scanned label, or by the reference that its customer says on the phone."""
    found = LABEL.match(AIM_PREFIX.sub("", UNSEEN.sub("", scanned).strip()).upper())
    if not found:
        return None
    digits = "".join(filter(None, found.groups())).lower()
    lowest, highest = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return Return.objects.filter(number__range=(lowest, highest)).order_by("-id").first()
