"""What the last comparison of both services found."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from shop.pages.wording import ago, counted
from shop.storelink.models import Comparison
from shop.upkeep.stream import Figure, Level, Stream, joined, late_after, moment, number

SLUG, NAME = "comparison", "Comparison of both sides"
TODO = "Read what differs, try the repair without changing anything first (“Compare now”), then “Repair”."


def comparisons(*, now: datetime) -> Iterator[Stream]:
    found = {comparison.subject: comparison for comparison in Comparison.objects.all()}
    figures = [figure for subject in Comparison.Subject for figure in _figures(subject, found.get(subject), now=now)]
    level, sentence, todo = _judge(list(found.values()), now=now)
    has_drift = any(open_in(one) for one in found.values())
    actions = ("compare", "repair") if has_drift else ("compare",)
    yield Stream(SLUG, NAME, level, sentence, todo, figures, actions=actions)


def _judge(found: list[Comparison], *, now: datetime) -> tuple[Level, str, str]:
    broken = [f"{one} could not be finished: {one.error}" for one in found if one.error]
    drift = [
        f"{counted(left, 'row')} of {one.get_subject_display()} {'differs' if left == 1 else 'differ'}."
        for one in found
        if (left := open_in(one))
    ]
    if drift or broken:
        examples = [sentence for one in found if open_in(one) for sentence in one.examples[:2]]
        return Level.PERSON, joined([*drift, *broken, *examples]), TODO if drift else "Press “Compare now”."
    if len(found) < len(Comparison.Subject):
        return Level.WAITS, "Both sides have not been compared in full yet.", "“Compare now” does it."
    oldest = min(one.at for one in found)
    if now - oldest > late_after(settings.SYNC_COMPARED_LATE_S):
        return Level.WAITS, f"Both sides were last compared {ago(oldest, now=now)}.", "“Compare now” does it again."
    return Level.FINE, f"Both sides agreed when they were compared, {ago(oldest, now=now)}.", ""


def open_in(one: Comparison) -> int:
    """How many rows differ and were not repaired."""
    return max(one.differing - one.repaired, 0)


def _figures(subject: Comparison.Subject, one: Comparison | None, *, now: datetime) -> list[Figure]:
    name = subject.label.lower()
    if one is None:
        return [Figure(f"{name}: drift", None, "not compared yet")]
    drift = number(f"{name}: drift", open_in(one))
    words = f"{drift.words} of {one.compared:,}" + (f", {one.repaired:,} repaired" if one.repaired else "")
    return [Figure(drift.name, drift.value, words), moment(f"{name}: compared", one.at, now=now)]
