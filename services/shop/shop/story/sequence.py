"""What came first, on two machines whose clocks may differ."""

import heapq
from collections import defaultdict
from collections.abc import Iterable

from shop.story.entry import Entry


def in_sequence(entries: Iterable[Entry]) -> list[Entry]:
    """This function will put entries into the sequence in which they happened.

    An entry never stands before one that it follows from (`after`): versions of an order count up, the warehouse has an
    order only after it was placed, and we hear of a thing only after it was. All else stands by its time; at the same
    time, what was given first. Should both sides contradict each other, as after a restore, time alone decides.
    """
    entries = list(entries)
    places = {entry.key: place for place, entry in enumerate(entries) if entry.key}
    waits_for = {
        place: {places[key] for key in entry.after if key in places} - {place} for place, entry in enumerate(entries)
    }
    followers = defaultdict(set)
    for place, before in waits_for.items():
        for each in before:
            followers[each].add(place)
    free = [(entries[place].at, place) for place, before in waits_for.items() if not before]
    heapq.heapify(free)
    told, left = [], set(waits_for)
    while left:
        place = heapq.heappop(free)[1] if free else min(left, key=lambda each: (entries[each].at, each))
        if place not in left:
            continue
        left.remove(place)
        told.append(entries[place])
        for each in followers[place]:
            waits_for[each].discard(place)
            if not waits_for[each] and each in left:
                heapq.heappush(free, (entries[each].at, each))
    return told
