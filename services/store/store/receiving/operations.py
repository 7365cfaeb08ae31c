"""Deliveries are noted, scanned in copy by copy, and closed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from store.catalogue.models import Book
from store.orders.codes import Code, NotACode
from store.receiving.models import DeliveredCopy, Delivery, DeliveryLine
from store.shelves.finding import Refused, locked, story_of
from store.stock import operations as stock
from store.stock.models import BookItem, CopyState, Reason
from store.stock.operations import expect_copies, lock_copies, move_copies

CHANGED = "This page was not the newest: look at what is in now, and scan again."


class KnownAlready(Exception):
    """This supplier's note is here already; the argument is its delivery."""


class Surplus(Refused):
    """More came than the note says; who scanned may have it taken in all the same."""


def announce(*, supplier: str, reference: str, books: Mapping[int, int], actor: str, now: datetime) -> Delivery:
    """Write down a delivery note: its copies are expected from now on.

    :param books: how many copies, by the id of the book.
    :raises KnownAlready:
    """
    try:
        with transaction.atomic(durable=True):
            delivery = Delivery.objects.create(supplier=supplier, reference=reference, made_by=actor, made_at=now)
            lines = [DeliveryLine(delivery=delivery, book_id=book, quantity=n) for book, n in sorted(books.items())]
            _expect(delivery, DeliveryLine.objects.bulk_create(lines), books, actor=actor, now=now)
    except IntegrityError:
        known = Delivery.objects.filter(supplier=supplier, reference=reference).first()
        if known is None:
            raise
        raise KnownAlready(known) from None
    return delivery


def scan_in(
    *, delivery_id: int, code: Code, shelf: str, revision: int | None, anyway: bool, actor: str, now: datetime
) -> str:
    """Take one copy of the delivery in, onto the shelf; answer what was done.

    :param code: a book's own code takes any of its expected copies; a copy's label, printed beforehand, takes that one.
    :param revision: as the page showed it: a book's code that is sent twice is done once.
    :param anyway: also if the note does not have it.
    :raises Refused: nothing is changed then. Surplus is such.
    :raises Delivery.DoesNotExist:
    """
    with transaction.atomic(durable=True):
        delivery = _open(delivery_id)
        found = _labelled(delivery, code) or _of_book(delivery, code, revision, anyway, actor=actor, now=now)
        copy = locked(found)
        told = {"actor": actor, "now": now, "note": f"delivery {delivery}"}
        move_copies([copy], CopyState.AVAILABLE, reason=Reason.RECEIVED, shelf=shelf, **told)
        BookItem.objects.filter(pk=copy.pk).update(received_at=now)
        DeliveredCopy.objects.filter(copy=copy).update(arrived_at=now)
        delivery.revision += 1
        delivery.save(update_fields=["revision"])
    return f"Copy {copy.barcode} of “{copy.book}” is in{f', on shelf {shelf}' if shelf else ', without a shelf'}."


def close(*, delivery_id: int, actor: str, now: datetime) -> int:
    """Note that nothing more comes of the delivery; answer how many copies did not come. They are written off.

    :raises Refused: if it is closed already.
    """
    with transaction.atomic(durable=True):
        delivery = _open(delivery_id)
        lacking = lock_copies(_expected(delivery).values_list("pk", flat=True))
        told = {"actor": actor, "now": now, "note": f"delivery {delivery}"}
        move_copies(lacking, CopyState.WRITTEN_OFF, reason=Reason.NOT_SENT, **told)
        delivery.closed_by, delivery.closed_at = actor, now
        delivery.save(update_fields=["closed_by", "closed_at"])
    return len(lacking)


def _open(delivery_id: int) -> Delivery:
    """The delivery, ours until the transaction ends."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery_id)
    if not delivery.is_open:
        raise Refused(f"This delivery was closed by {delivery.closed_by}. Write down another note for what comes now.")
    return delivery


def _expect(delivery: Delivery, lines, books: Mapping[int, int], *, actor: str, now: datetime) -> list[int]:
    wanted = [stock.Delivery(book, number) for book, number in books.items()]
    made = expect_copies(wanted, actor=actor, now=now, note=f"delivery {delivery}")
    line_of = {line.book_id: line for line in lines}
    DeliveredCopy.objects.bulk_create(DeliveredCopy(line=line_of[book], copy_id=copy) for copy, book in made)
    return [copy for copy, _ in made]


def _expected(delivery: Delivery):
    return BookItem.objects.filter(delivered__line__delivery=delivery, state=CopyState.EXPECTED).order_by("pk")


def _labelled(delivery: Delivery, code: Code) -> BookItem | None:
    copy = BookItem.objects.select_related("book", "delivered__line").filter(barcode__in=code.labels).first()
    if copy is None:
        return None
    if copy.state != CopyState.EXPECTED:
        raise Refused(story_of(copy))
    if copy.delivered.line.delivery_id != delivery.pk:
        raise Refused(f"Copy {copy.barcode} of “{copy.book}” is expected with another delivery. Scan it in there.")
    return copy


def _of_book(delivery: Delivery, code: Code, revision: int | None, anyway: bool, **who) -> BookItem:
    if not code.isbn13:
        raise Refused(str(NotACode(code.text)))
    book = Book.objects.filter(isbn13=code.isbn13).first()
    if book is None:
        raise Refused(
            f"We have no book with the ISBN {code.isbn13}. Add it to the catalogue first, then scan it again."
        )
    if revision != delivery.revision:
        raise Refused(CHANGED)
    copy = _expected(delivery).filter(book=book).first()
    if copy:
        return copy
    line = DeliveryLine.objects.filter(delivery=delivery, book=book).first()
    if not anyway:
        if line is None or not line.quantity:
            raise Surplus(f"“{book}” is not on this delivery note.")
        raise Surplus(f"“{book}”: {line.quantity} by this delivery note, which {_are(line.quantity)} in already.")
    line = line or DeliveryLine.objects.create(delivery=delivery, book=book, quantity=0)
    (copy_id,) = _expect(delivery, [line], Counter({book.pk: 1}), **who)
    return BookItem.objects.get(pk=copy_id)


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
