"""What is told of a parcel after it has left: a code to follow it by, and that it will not arrive."""

import hashlib
from uuid import UUID

from shop.orders.models import Parcel
from store_client import Parcel as Told

CODE, LOST, CAME_BACK = "parcel_code", "parcel_lost", "parcel_came_back"  # kinds of letters
ENDS = {Parcel.State.LOST: LOST, Parcel.State.CAME_BACK: CAME_BACK}


def kinds_of_change(before: Parcel | Told | None, after: Told) -> list[str]:
    """Which letters it brings about what the warehouse says of a parcel now.

    :param before: None for one that is told of for the first time: its own letter has its code.
    """
    kinds = []
    is_end_new = before is None or before.state != after.state
    if is_end_new and after.state in ENDS:
        kinds.append(ENDS[after.state])
    named = [(getattr(before, name), getattr(after, name)) for name in ("carrier", "tracking")] if before else []
    if after.state == Parcel.State.DISPATCHED and any(new and new != old for old, new in named):
        kinds.append(CODE)
    return kinds


def event_of_change(number: UUID, parcel: Parcel | Told, kind: str) -> str:
    """What makes a letter on a change of a parcel unique: one for each code that it ever has."""
    told = kind.removeprefix("parcel_")
    if kind == CODE:
        told = hashlib.sha256(f"{parcel.carrier} {parcel.tracking}".encode()).hexdigest()[:12]
    return f"parcel:{number}:{parcel.number}:{told}"
