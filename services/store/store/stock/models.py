"""The copies on the shelves, what happened to each, and how many can still be promised."""

import re
from datetime import datetime
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Collate, Now, Upper
from django.utils import timezone

from store.catalogue.models import Book
from store.moves import Move, legal


class CopyState(models.TextChoices):
    EXPECTED = "expected", "expected"
    AVAILABLE = "available", "on the shelf"
    ALLOCATED = "allocated", "chosen for an order"
    PACKED = "packed", "packed"
    SHIPPED = "shipped", "shipped"
    RETURNED = "returned", "came back"
    MISSING = "missing", "missing"
    DAMAGED = "damaged", "damaged"
    WRITTEN_OFF = "written_off", "written off"


# The only moves a copy can make.
COPY_TABLE = (
    Move(None, CopyState.AVAILABLE, "staff", "receive it, by hand or by an import"),
    Move(None, CopyState.EXPECTED, "staff", "note it from a delivery note"),
    Move(None, CopyState.DAMAGED, "staff", "receive it damaged"),
    Move(CopyState.EXPECTED, CopyState.AVAILABLE, "staff", "scan it in"),
    Move(CopyState.EXPECTED, CopyState.WRITTEN_OFF, "staff", "close its delivery without it"),
    Move(CopyState.AVAILABLE, CopyState.ALLOCATED, "packer", "chooses it for an order"),
    Move(CopyState.ALLOCATED, CopyState.AVAILABLE, "packer", "takes it out again, or its order ends"),
    Move(CopyState.ALLOCATED, CopyState.PACKED, "packer", "packs it"),
    Move(CopyState.PACKED, CopyState.ALLOCATED, "packer", "opens its parcel again"),
    Move(CopyState.PACKED, CopyState.SHIPPED, "packer", "sends its order off"),
    Move(CopyState.SHIPPED, CopyState.RETURNED, "packer", "takes it in again for a return"),
    Move(CopyState.RETURNED, CopyState.AVAILABLE, "packer", "finds it as it was sent, and puts it back on the shelf"),
    Move(CopyState.RETURNED, CopyState.DAMAGED, "packer", "finds it damaged"),
    Move(CopyState.AVAILABLE, CopyState.MISSING, "packer", "looks for it in vain"),
    Move(CopyState.AVAILABLE, CopyState.DAMAGED, "packer", "finds it damaged"),
    Move(CopyState.AVAILABLE, CopyState.WRITTEN_OFF, "staff", "write it off"),
    Move(CopyState.MISSING, CopyState.AVAILABLE, "packer", "finds it again"),
    Move(CopyState.MISSING, CopyState.WRITTEN_OFF, "staff", "write it off"),
    Move(CopyState.DAMAGED, CopyState.AVAILABLE, "staff", "have it mended"),
    Move(CopyState.DAMAGED, CopyState.WRITTEN_OFF, "staff", "write it off"),
)
COPY_MOVES = legal(CopyState, COPY_TABLE)
# Copies that are in the house, be it on a shelf, in a box or put aside.
ON_HAND = frozenset({CopyState.AVAILABLE, CopyState.ALLOCATED, CopyState.PACKED, CopyState.RETURNED, CopyState.DAMAGED})
# Copies that can be taken from one shelf to another.
ON_A_SHELF = frozenset({CopyState.AVAILABLE, CopyState.DAMAGED})


class Condition(models.TextChoices):
    NEW = "new", "new"
    USED = "used", "used"
    DAMAGED = "damaged", "damaged"


class Origin(models.TextChoices):
    """How a copy came to us. An import tops up only what imports brought."""

    HAND = "hand", "added by hand"
    IMPORT = "import", "import"
    DEMO = "demo", "demo data"


# As `stock.operations` counts them up; nobody else gives such numbers.
NUMBER_OF_OURS = r"^B[0-9]{9,}$"


def is_number_of_ours(barcode: str) -> bool:
    """In any case, since a scanner may turn it over."""
    return bool(re.match(NUMBER_OF_OURS, barcode, re.IGNORECASE))


class CopyQuerySet(models.QuerySet):
    def named(self, barcode: str) -> "CopyQuerySet":
        """The copies that people named so, in any case."""
        return self.filter(barcode__iexact=barcode).exclude(barcode__regex=NUMBER_OF_OURS)


class BookItem(models.Model):
    """One physical copy of a book. Only `stock.operations` changes its state.

    The database takes no barcode that cannot be printed, or that differs from another's by its case only.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="copies")
    barcode = models.CharField(max_length=40, unique=True)
    shelf = models.CharField(max_length=30, blank=True)
    condition = models.CharField(max_length=10, choices=Condition, default=Condition.NEW)
    condition_note = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="What a buyer should know: creases, a name inside.",
    )
    own_price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="For a copy that is not new, in the book's currency. Shown to staff; the shop sells new copies only.",
    )
    state = models.CharField(max_length=12, choices=CopyState, default=CopyState.AVAILABLE, editable=False)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.HAND, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "copy", "copies"
        constraints = [
            # The target of allocations' two-column key: a copy can only be put into a line of its own book.
            models.UniqueConstraint(fields=["id", "book"], name="copy_and_its_book"),
            models.CheckConstraint(condition=models.Q(state__in=CopyState.values), name="copy_state_is_known"),
            models.CheckConstraint(
                condition=models.Q(own_price=None) | (models.Q(own_price__gte=0) & ~models.Q(condition="new")),
                name="own_price_is_of_a_copy_that_is_not_new",
            ),
        ]
        indexes = [
            models.Index(
                fields=["book", "received_at", "id"], name="copies_oldest_first", condition=models.Q(state="available")
            ),
            models.Index(fields=["book", "origin"], name="copies_of_book_by_origin"),
            models.Index(fields=["state", "id"], name="copies_by_state"),
            models.Index(fields=["shelf", "state", "id"], name="copies_by_shelf"),
            models.Index(fields=["received_at", "origin"], name="copies_by_day_and_origin"),
            # A shelf is found whatever case it is written in; of two spellings the capitals come first.
            models.Index(Upper("shelf"), Collate("shelf", "C"), name="copies_by_shelf_in_any_case"),
            models.Index(
                Upper("barcode"), name="copies_named_by_people", condition=~models.Q(barcode__regex=NUMBER_OF_OURS)
            ),
        ]

    def __str__(self) -> str:
        return self.barcode

    @property
    def condition_in_words(self) -> str:
        """What a copy that is not new is, and what it costs; empty for a new one."""
        if self.condition == Condition.NEW:
            return ""
        price = f", {self.own_price} {self.book.currency}" if self.own_price is not None else ""
        return f"{self.get_condition_display()}{price}"


class Reason(models.TextChoices):
    RECEIVED = "received", "came in"
    CHOSEN = "chosen", "chosen for an order"
    UNCHOSEN = "unchosen", "taken out of an order again"
    PACKED = "packed", "packed"
    SHIPPED = "shipped", "shipped"
    GIVEN_BACK = "given_back", "given back by an order that ended"
    COUNTED = "counted", "found in this state at the shelf"
    ANNOUNCED = "announced", "announced by a delivery note"
    NOT_SENT = "not_sent", "did not come with its delivery"
    SHELVED = "shelved", "put on another shelf"
    DESCRIBED = "described", "condition or price noted"
    RETURNED = "returned", "came back from its customer"
    INSPECTED = "inspected", "looked at after it came back"


class LedgerLine(models.Model):
    """One move of one copy, written in the transaction that moved it. The database refuses to change or delete it.

    A copy that only goes to another shelf, or is described anew, stays in its state.
    """

    copy = models.ForeignKey(BookItem, on_delete=models.PROTECT, related_name="ledger")
    from_state = models.CharField(max_length=12, choices=CopyState, blank=True)  # blank: it came in
    to_state = models.CharField(max_length=12, choices=CopyState)
    from_shelf = models.CharField(max_length=30, blank=True, default="", db_default="")
    to_shelf = models.CharField(max_length=30, blank=True, default="", db_default="")
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.CharField(max_length=500, blank=True)
    # The order's number and not its row: stock knows nothing of orders.
    order_number = models.UUIDField(null=True)
    actor = models.CharField(max_length=254)  # a person's e-mail, or the name of a service or command
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["order_number"], name="ledger_of_order", condition=models.Q(order_number__isnull=False)
            ),
            models.Index(fields=["at", "copy"], name="shipped_by_time", condition=models.Q(to_state="shipped")),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display() or '—'} → {self.get_to_state_display()}"


class StockLevel(models.Model):
    """How many copies of a book stand on the shelf, and how many of these open orders and holds wait for.

    Only new copies are sold by the shop, so only they are promised or free. What orders wait for whose promise turned out
    to be void comes to them before it is free for anybody else.
    """

    book = models.OneToOneField(Book, on_delete=models.PROTECT, primary_key=True, related_name="level")
    on_shelf = models.PositiveIntegerField(default=0)
    not_new = models.PositiveIntegerField(default=0, db_default=0)  # of those on the shelf
    reserved = models.PositiveIntegerField(default=0)
    awaited = models.PositiveIntegerField(default=0, db_default=0)  # by open orders, see `OrderLine.awaited`

    class Meta:
        constraints = [
            # Not less what is not new: such copies may have been promised before they were told from the others.
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, reserved__lte=models.F("on_shelf")),
                name="no_more_promised_than_on_the_shelf",
            ),
            models.CheckConstraint(
                condition=models.Q(not_new__lte=models.F("on_shelf")), name="no_more_not_new_than_on_the_shelf"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on_shelf} on the shelf, {self.reserved} of them promised"

    @property
    def unpromised(self) -> int:
        """New copies on the shelf that nobody was promised. Below zero where used ones were promised long ago."""
        return self.on_shelf - self.not_new - self.reserved

    @property
    def free(self) -> int:
        """What can be promised to who comes now."""
        return max(self.unpromised - self.awaited, 0)


class CountTask(models.Model):
    """A shelf that somebody should count, since a copy was not as the books have it. One for each book and shelf."""

    shelf = models.CharField(max_length=30, blank=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="count_tasks")
    why = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    # Of one that no shelf is known for: what became of it, and who says so.
    done_note = models.CharField(max_length=500, blank=True, default="", db_default="")
    done_by = models.CharField(max_length=254, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shelf", "book"], condition=models.Q(done_at__isnull=True), name="one_count_to_do"
            )
        ]

    def __str__(self) -> str:
        return f"Count “{self.book}” on shelf {self.shelf or '—'}"

    @classmethod
    def ask(cls, copy: BookItem, *, why: str, now: datetime) -> None:
        """This function will have the copy's shelf counted, unless that is still to be done."""
        task = cls(shelf=copy.shelf, book_id=copy.book_id, why=why[:500], asked_at=now)
        cls.objects.bulk_create([task], ignore_conflicts=True)
