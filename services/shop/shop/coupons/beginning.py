"""Discounts begin and end by themselves: each page asks the clock, and what the lists are sorted by follows here."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from shop.catalogue import filing
from shop.clock import Clock
from shop.coupons.models import Discount


@dataclass(frozen=True)
class Filed:
    """What one run came to. `unfinished` says that its time ran out; the next one goes on from here."""

    begun: int
    ended: int
    books: int
    unfinished: bool

    def __str__(self) -> str:
        rest = "; more wait" if self.unfinished else ""
        return f"{self.begun} discounts begun, {self.ended} ended, {self.books} books filed anew{rest}"


def begin_and_end(clock: Clock, *, run_for: timedelta) -> Filed:
    """This function will note which discounts have come into force or ended, and file their books under today's price.

    The database leaves the books of each that changed for filing, see catalogue/migrations/0005.
    """
    until, books = clock() + run_for, 0
    running = Discount.objects.running(Now())
    begun = running.filter(in_force=False).update(in_force=True)
    ended = Discount.objects.filter(in_force=True).exclude(pk__in=running.values("pk")).update(in_force=False)
    while filed := filing.file_some():
        books += filed
        if clock() >= until:
            break
    return Filed(begun, ended, books, unfinished=bool(filed))
