"""What the bench notes on a parcel before it leaves: who carries it, and under which code it can be followed."""

from store.orders import codes
from store.orders.at_bench import Bench, Done
from store.orders.codes import Label
from store.orders.packing import PackingRefused
from store.orders.parcels import Parcel, ParcelState
from store.stock.models import BookItem

CARRIERS_LOOKED_AT = 200
ANOTHER = "Does another carry it? Scan the carrier on the sheet, or type “carrier” and the name."


def await_tracking(bench: Bench) -> Done:
    """Step: take the next scan for the tracking code of a parcel; nothing is changed yet."""
    number = _parcel_of(bench)["number"]
    bench.order.save(update_fields=["packer", "claimed_until"])
    return Done(bench.order, bench.lines, f"Scan the tracking code of parcel {number}; “undo” leaves it.")


def note(bench: Bench, label: Label) -> str:
    """Step: note what was scanned of a label on the parcel that is open, or was sealed last.

    Without a carrier of its own it gets the one that was noted last, of whatever parcel.
    """
    told = _parcel_of(bench)
    if label.tracking:
        _refuse_unless_of_a_carrier(label.tracking)
    parcel = Parcel.objects.get(pk=told["id"])
    before = parcel.carrier
    parcel.carrier = label.carrier or before or _last_carrier()
    parcel.tracking = label.tracking or parcel.tracking
    parcel.save(update_fields=["carrier", "tracking"])
    bench.order.save(update_fields=["packer", "claimed_until"])
    told["carrier"], told["tracking"] = parcel.carrier, parcel.tracking
    words = f"{parcel}: {' '.join(filter(None, [parcel.carrier, parcel.tracking]))}."
    return words if label.carrier or before or not parcel.carrier else f"{words} {ANOTHER}"


def carriers() -> list[str]:
    """Carriers of the latest parcels that left, to be chosen again."""
    latest = Parcel.objects.exclude(carrier="").filter(dispatched_at__isnull=False).order_by("-dispatched_at", "-id")
    return sorted(set(latest.values_list("carrier", flat=True)[:CARRIERS_LOOKED_AT]))


def _last_carrier() -> str:
    latest = Parcel.objects.order_by("-id").values_list("carrier", flat=True)[:CARRIERS_LOOKED_AT]
    return next(filter(None, latest), "")


def _parcel_of(bench: Bench) -> dict:
    full = [each for each in bench.parcels if each["copies"]]
    if box := next((each for each in reversed(full) if each["state"] == ParcelState.OPEN), None):
        return box
    sealed = [each["id"] for each in full if each["state"] == ParcelState.SEALED]
    last = Parcel.objects.filter(pk__in=sealed).order_by("-sealed_at", "-number").first() if sealed else None
    if last is None:
        left = [each["number"] for each in full]
        where = f" Of parcel {left[-1]}, which has left, note it on the parcel's own page." if left else ""
        raise PackingRefused(f"No parcel is packed that could have a tracking code.{where}")
    return next(each for each in full if each["id"] == last.pk)


def _refuse_unless_of_a_carrier(tracking: str) -> None:
    """A book or a copy that is scanned when a tracking code was asked for is no code of a carrier."""
    try:
        code = codes.read(tracking)
    except codes.NotACode:
        return
    if isinstance(code, codes.Code) and (code.isbn13 or BookItem.objects.filter(barcode__in=code.labels).exists()):
        what = "a book's own code" if code.isbn13 else "the label of a copy"
        raise PackingRefused(f"“{code.text}” is {what}, no tracking code: nothing is noted. Scan “tracking” again.")
