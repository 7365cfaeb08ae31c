"""What one stream holds, and up to where the log of events counts as read."""

import asyncio
import random

import pytest

from shop.live.places import Places, TooMany
from shop.live.position import Position
from shop.live.reading import Watch
from shop.live.rights import Right
from shop.live.streams import MOST_WAITING, Streams

NOBODY = Right("", None, frozenset()), Watch(None, frozenset())


def some_streams():
    return Streams(Places(per_visitor=50, per_address=50, most=50), random.Random(1))


def opened(streams):
    return streams.open(*NOBODY, streams.places.take("here"))


async def read_all(stream):
    return [b"".join(pieces) async for pieces in stream.pieces()]


def test_who_does_not_read_is_let_go_and_holds_no_memory():
    stream = opened(some_streams())
    for _ in range(MOST_WAITING):
        stream.put(b"a")
    assert not stream.ended
    stream.put(b"one too many")
    stream.put(b"and another")
    assert stream.ended == "does not read"
    assert asyncio.run(read_all(stream)) == []


def test_what_waits_goes_out_as_one_piece_and_the_last_word_follows():
    stream = opened(some_streams())
    stream.put(b"told ")
    stream.put_first(b"missed ")
    stream.end("we stop", last=b"come back")
    assert asyncio.run(read_all(stream)) == [b"missed told come back"]


def test_on_the_end_each_client_gets_a_time_of_its_own_to_come_back():
    streams = some_streams()
    all_of_them = [opened(streams) for _ in range(50)]
    streams.close()
    last = [asyncio.run(read_all(stream))[0] for stream in all_of_them]
    assert all(word.startswith(b"retry: ") for word in last) and len(set(last)) > 40


def test_a_place_that_is_free_again_leaves_nothing_behind():
    places = Places(per_visitor=1, per_address=2, most=3)
    first, _ = places.take("here", "Alice"), places.take("here")
    with pytest.raises(TooMany):
        places.take("here")
    later = places.take("there")
    with pytest.raises(TooMany):
        places.name(later, "Alice")
    with pytest.raises(TooMany):
        places.take("elsewhere")
    places.free(first)
    places.name(later, "Alice")
    assert places.take("here") and len(places) == 3


def test_a_missing_number_holds_the_position_until_those_who_may_have_it_have_ended():
    position = Position(newest=5)
    position.advance([6, 9], running_from=100, next_transaction=103)
    assert (position.missing, position.settled, position.newest) == ([7, 8], 6, 9)
    position.advance([7], running_from=101, next_transaction=104)
    assert (position.missing, position.settled) == ([8], 7)
    position.advance([], running_from=102, next_transaction=104)
    assert position.settled == 7, "transaction 102 may still bring it"
    position.advance([], running_from=103, next_transaction=104)
    assert (position.missing, position.settled) == ([], 9)


def test_a_jump_of_the_numbers_is_no_reason_to_look_for_all_between():
    position = Position(newest=5)
    position.advance([10_000_000], running_from=1, next_transaction=2)
    assert len(position.missing) == 10_000 and position.newest == 10_000_000
