"""What the shop honestly knows about the copies in the warehouse, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.catalogue.models import Book
from shop.pages.wording import ago, counted
from shop.storelink.models import Feed

SILENT_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Hearing:
    """When the shop last heard from the warehouse, as seen at one moment."""

    heard_at: datetime | None
    now: datetime

    @classmethod
    def latest(cls, *, now: datetime) -> "Hearing":
        return cls(Feed.objects.filter(name=Feed.Name.BOOKS).values_list("heard_at", flat=True).first(), now)

    @property
    def is_silent(self) -> bool:
        return self.heard_at is None or self.now - self.heard_at > SILENT_AFTER

    @property
    def age(self) -> str:
        return ago(self.heard_at, now=self.now) if self.heard_at else ""

    @property
    def sentence(self) -> str:
        """For a page with many books."""
        if self.heard_at is None:
            return "The warehouse has not reported its stock yet; numbers are to be confirmed."
        if self.is_silent:
            return f"We last heard from the warehouse {self.age}; it confirms the numbers after you order."
        return f"Stock as the warehouse told it {self.age}."

    def of(self, book: Book) -> str:
        """This function will say in one sentence whether a book, read with its `available`, can be had."""
        if book.is_retired:
            return "No longer sold."
        copies = counted(book.available, "copy", "copies")
        if self.heard_at is None:
            return "The warehouse has not reported its stock yet."
        if not self.is_silent:
            when = "heard just now" if self.age == "just now" else f"heard {self.age}"
            return f"{copies} in the warehouse, {when}." if book.available else f"Not in stock at the moment, {when}."
        if book.available:
            return f"{copies} when we last heard from the warehouse, {self.age}; it confirms after you order."
        return f"Not in stock when we last heard from the warehouse, {self.age}."
