"""What the shop hears from the store, and what of it could not be applied."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min
from django.urls import reverse

from shop.catalogue.models import Unfiled
from shop.pages.wording import ago, counted
from shop.storelink.models import Feed, SetAside
from shop.upkeep.stream import Figure, Level, Row, Stream, age, late_after, moment, number

SHOWN_ROWS = 10
SLUGS = {
    Feed.Name.BOOKS: ("books", "Books from the store"),
    Feed.Name.ORDERS: ("orders", "Statuses from the store"),
    Feed.Name.RETURNS: ("returns", "Returns from the store"),
}
NOT_READ = "Press “Read now”. If that works, the worker or its timetable (beat) does not run: start them."
NOT_ANSWERING = (
    "See whether the store runs and can be reached from here (STORE_URL, STORE_TOKEN_FILE), then press “Read now”."
)
BEGAN_ANEW = (
    "“Compare now” shows what differs, below, and “Repair” sets it right. When both sides agree this goes away."
)
TO_ACCEPT = (
    "Ask in the warehouse whether that is meant. If it is: “Accept the retirement”. If not: have the books put back on "
    "sale there, and accept then: what is on sale again stays."
)


def feeds(*, now: datetime) -> Iterator[Stream]:
    known = {feed.name: feed for feed in Feed.objects.all()}
    for name, (slug, title) in SLUGS.items():
        feed = known.get(name) or Feed(name=name)
        level, sentence, todo = _judge(feed, now=now)
        actions = (f"read-{slug}", "accept") if feed.stopped_because else (f"read-{slug}",)
        yield Stream(slug, title, level, sentence, todo, _figures(feed, now=now), actions=actions)


def _judge(feed: Feed, *, now: datetime) -> tuple[Level, str, str]:
    trouble = f" The last try failed: {feed.last_error}" if feed.last_error else ""
    if feed.stopped_because:
        fact = feed.stopped_because.partition(" If that is right, say so with")[0]
        return Level.PERSON, f"Reading has stopped. {fact}", TO_ACCEPT
    if feed.heard_at is None:
        return Level.PERSON, f"Nothing has been read to its end yet.{trouble}", NOT_ANSWERING if trouble else NOT_READ
    if now - feed.heard_at > late_after(settings.SYNC_FEED_LATE_S):
        told = f"The store was last heard {ago(feed.heard_at, now=now)}."
        return Level.PERSON, f"{told}{trouble}", NOT_ANSWERING if trouble else NOT_READ
    if feed.last_error:
        return Level.WAITS, f"The last try failed and is repeated by the timetable: {feed.last_error}", ""
    if feed.anew_sentence:
        return Level.PERSON, feed.anew_sentence.partition(" See what differs with")[0], BEGAN_ANEW
    return Level.FINE, "All that the store has told is applied.", ""


def _figures(feed: Feed, *, now: datetime) -> list[Figure]:
    left = [number("books that search will find soon", Unfiled.objects.count())] if feed.left_over else []
    return [
        moment("last run", feed.heard_at, now=now),
        age("lag", feed.heard_at, now=now),
        moment("last failure", feed.failed_at, now=now, never="none since then"),
        *left,
    ]


def rows_set_aside(*, now: datetime) -> Iterator[Stream]:
    sums = SetAside.objects.aggregate(n=Count("pk"), oldest=Min("first_at"))
    rows = [_row(row) for row in SetAside.objects.order_by("-last_at")[:SHOWN_ROWS]]
    figures = [number("set aside", sums["n"]), age("oldest", sums["oldest"], now=now)]
    if not sums["n"]:
        yield Stream("aside", "Rows set aside", Level.FINE, "Every row that was read could be applied.", "", figures)
        return
    told = f"{counted(sums['n'], 'row')} of the store's feeds could not be applied; the rest went on."
    todo = (
        "Read the reason and correct the book or order in the warehouse: a good version of the row takes its place by "
        "itself. Give a row up if it needs nothing more."
    )
    more = sums["n"] - len(rows)
    yield Stream("aside", "Rows set aside", Level.PERSON, told, todo, figures, rows, more)


def _row(row: SetAside) -> Row:
    url = reverse("admin:storelink_setaside_change", args=[row.pk])
    return Row("aside", row.pk, f"{row.get_feed_display()}: {row.key}", row.reason, row.first_at, url)
