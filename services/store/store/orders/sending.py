"""What a packer does with parcels at the bench: begin another, seal one, send off what is sealed."""

from store.orders import packing, parcelling, queries
from store.orders.at_bench import Bench, Done
from store.orders.models import Allocation
from store.orders.packing import PackingRefused
from store.orders.parcels import Parcel, ParcelState

WAITS_FOR_ALL = "This customer wants all copies together: nothing is sent before all of them are packed."
SEAL_FIRST = "If what is packed is to leave before the rest, scan “seal” first."


def begin_another(bench: Bench) -> Done:
    """Step: begin another box, which what is scanned next goes into."""
    if all(line.packed >= line.to_deliver for line in bench.lines):
        raise PackingRefused("Everything is packed: there is nothing for another parcel.")
    if not bench.parcels:
        raise PackingRefused("The first copy begins the first parcel: scan it.")
    if bench.box and not bench.box["copies"]:
        raise PackingRefused(f"Parcel {bench.box['number']} is still empty: scan what goes into it.")
    begun = parcelling.begin(bench.order)
    bench.parcels.append(in_short(begun))
    _note(bench)
    return Done(bench.order, bench.lines, f"Parcel {begun.number} is open: what you scan now goes into it.")


def seal(bench: Bench) -> Done:
    """Step: close the box that was begun last, and has something in it."""
    box = next((p for p in reversed(bench.parcels) if p["state"] == ParcelState.OPEN and p["copies"]), None)
    if box is None:
        raise PackingRefused("The box is empty: there is nothing to seal.")
    parcelling.seal([Parcel.objects.get(pk=box["id"])], of=bench.order, actor=bench.packer, now=bench.now)
    box["state"] = ParcelState.SEALED
    _note(bench)
    inside = _copies(box["copies"])
    return Done(
        bench.order, bench.lines, f"Parcel {box['number']} is sealed with {inside}. Scan “done” to send it off."
    )


def finish(bench: Bench) -> Done:
    """Step: send off all that is packed; of an order that is not complete, what is sealed."""
    order = bench.order
    missing = [
        f"“{line.title}”: {line.packed} of {line.to_deliver} ordered copies chosen."
        for line in bench.lines
        if line.packed < line.to_deliver
    ]
    if missing:
        _refuse_unless_some_may_leave(bench, missing)
    left = [each["number"] for each in bench.parcels if each["state"] == ParcelState.SEALED]
    copies = packing.send_off(order, actor=bench.packer, now=bench.now)
    if not order.is_open:
        words = f"Order {order.reference} is sent off with {_copies(copies)}."
    else:
        parcels = f"Parcel {left[0]} of order" if len(left) == 1 else "Parcels of order"
        words = f"{parcels} {order.reference} sent off with {_copies(copies)}; {_to_come(bench)}."
    return Done(order, queries.lines_at_bench(order), words)


def in_short(parcel: Parcel) -> dict:
    """A parcel that was begun just now, as `queries.lines_at_bench` tells of it."""
    fields = ("id", "number", "state", "carrier", "tracking")
    return {name: getattr(parcel, name) for name in fields} | {"copies": 0}


def _refuse_unless_some_may_leave(bench: Bench, missing: list[str]) -> None:
    if bench.order.waits_for_all:
        raise PackingRefused(*missing, WAITS_FOR_ALL)
    still_open = Allocation.objects.filter(
        parcel__order=bench.order, parcel__state=ParcelState.OPEN, released_at__isnull=True
    ).exists()
    if still_open:
        raise PackingRefused(*missing, SEAL_FIRST)
    if not any(each["state"] == ParcelState.SEALED for each in bench.parcels):
        raise PackingRefused(*missing)


def _note(bench: Bench) -> None:
    bench.order.revision += 1
    packing.note_work(bench.order, actor=bench.packer, now=bench.now, lines=bench.lines)


def _to_come(bench: Bench) -> str:
    rest = sum(line.to_deliver - line.packed for line in bench.lines)
    return f"{rest} more {'is' if rest == 1 else 'are'} to come"


def _copies(number: int) -> str:
    return f"{number} {'copy' if number == 1 else 'copies'}"
