"""Answers about products are kept in the cache until anything changes that they tell of; never a moment longer.

Their key holds the number of transactions so far that changed a book, its stock, price or rating, or what it is filed
under. Triggers note each of these in the very transaction (migration 0003), so the number grows in the moment in which
others see the change. It is read before the data: whatever is committed in between makes what is kept too new for its
key, never too old. The discounts that run stand in the key as well, since they begin and end by the clock.
"""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse

from shop.api.conditions import etag_of

KEPT_FOR_S = 300
# One statement, so that what is counted and what was counted before are of one moment.
STATE = """
    SELECT count(*) + COALESCE((SELECT turns FROM api_countedturns), 0),
           GREATEST(max(xid), (SELECT last FROM api_countedturns)),
           (SELECT string_agg(id::text, ',' ORDER BY id) FROM coupons_discount WHERE is_active
            AND (starts_at IS NULL OR starts_at <= now()) AND (ends_at IS NULL OR ends_at > now()))
    FROM api_catalogueturn
"""
COUNT = """
    WITH counted AS (DELETE FROM api_catalogueturn RETURNING xid)
    INSERT INTO api_countedturns AS known (key, turns, last)
    SELECT true, count(*), max(xid) FROM counted HAVING count(*) > 0
    ON CONFLICT (key) DO UPDATE SET turns = known.turns + excluded.turns, last = GREATEST(known.last, excluded.last)
"""


def kept_while_fresh(get: Callable) -> Callable:
    """Decorate a door's `get` whose answer is the same for everybody. Without a cache it is asked each time."""

    @wraps(get)
    def answered(door, request, *args, **options) -> HttpResponse:
        if connection.in_atomic_block:  # which may see what nobody else will ever see
            return get(door, request, *args, **options)
        state = _state()
        key = f"api:{state}:{hashlib.sha256(request.build_absolute_uri().encode()).hexdigest()}"
        kept = cache.get(key)
        if kept is None:
            content = request.accepted_renderer.render(get(door, request, *args, **options).data)
            kept = etag_of(content), content
            cache.set(key, kept, KEPT_FOR_S)
        etag, content = kept
        answer = HttpResponse(content, content_type="application/json", headers={"ETag": etag})
        answer.state = state  # for shop.api.at_hand
        return answer

    return answered


def count_turns() -> int:
    """This function will add up what was noted, so that counting it stays quick; the sum is the same before and after."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.rowcount


def _state() -> str:
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return state_from(cursor.fetchone())


def state_from(row: tuple) -> str:
    """What STATE answered, as a part of keys."""
    return "-".join(map(str, row))
