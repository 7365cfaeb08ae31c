"""Pictures of books on their way to the shop."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, F, Q

from shop.catalogue.models import Book
from shop.pages.wording import counted
from shop.upkeep.stream import Level, Stream, number


def pictures(*, now: datetime) -> Iterator[Stream]:
    """A book without its picture is shown in a drawn cover and sold all the same: nobody has to hurry."""
    missing = Book.objects.exclude(picture_sha256=F("cover_sha256")).exclude(picture_sha256="")
    sums = missing.aggregate(
        waiting=Count("pk", filter=Q(cover_error="")), broken=Count("pk", filter=~Q(cover_error=""))
    )
    waiting, broken = sums["waiting"], sums["broken"]
    figures = [number("waiting", waiting), number("cannot be used", broken)]
    if broken:
        told = f"{counted(broken, 'picture')} cannot be used; the books are shown in a drawn cover."
        todo = (
            "Have the picture put up anew in the warehouse. If the disk had failed: “Fetch now” tries them all again."
        )
        yield Stream("pictures", "Pictures", Level.WAITS, told, todo, figures, actions=("pictures",))
    elif waiting:
        told = f"{counted(waiting, 'picture')} still to be fetched; that goes on in the background."
        yield Stream("pictures", "Pictures", Level.WAITS, told, "", figures, actions=("pictures",))
    else:
        yield Stream("pictures", "Pictures", Level.FINE, "Every picture that the store has is here.", "", figures)
