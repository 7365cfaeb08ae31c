"""Turning an HTTP answer into bytes, a body or one of the named errors, never trusting its size or its form."""

import json
import math
import time
from collections.abc import Callable
from typing import Any

import requests

from store_client import read
from store_client.errors import FeedRestarted, StoreRefused, StoreUnavailable
from store_client.messages import Problem

CHUNK_BYTES = 64 * 1024
LONGEST_ANSWER_S = 10  # the read timeout counts per read: a store that drips bytes would hold us for ever
# These go away without anybody changing the request: a person or a rotation mends a credential, the rest is the moment's.
TRY_AGAIN = frozenset({401, 403, 408, 421, 425, 429})
START_AGAIN = frozenset({"feed-restarted", "bad-cursor"})


def content(answer: requests.Response, *, at_most: int, ends: float = math.inf) -> bytes:
    """This function will read the whole body of an answer that is being streamed.

    :param ends: when the caller's time is over, by the monotonic clock.
    :raises StoreUnavailable: if it is too long, too slow or ends early.
    """
    ends = min(ends, time.monotonic() + LONGEST_ANSWER_S)
    parts, length = [], 0
    try:
        for chunk in answer.iter_content(CHUNK_BYTES):
            parts.append(chunk)
            length += len(chunk)
            if length > at_most:
                raise StoreUnavailable(f"The store's answer is longer than {at_most} bytes.")
            if time.monotonic() > ends:
                raise StoreUnavailable("The store's answer took longer than there was time for.")
    except requests.RequestException as error:
        raise StoreUnavailable(f"The store's answer broke off: {error}") from error
    return b"".join(parts)


def body_of(answer: requests.Response, *, at_most: int, ends: float = math.inf) -> Any:
    """This function will return the JSON of a good answer.

    :raises StoreUnavailable: for everything one cannot act on.
    :raises StoreRefused: for a well-formed problem that is final.
    :raises FeedRestarted: if the position sent is no longer good.
    """
    raw = content(answer, at_most=at_most, ends=ends)
    if answer.status_code in (200, 201):
        return _json(answer, raw, kind="application/json")
    raise error_of(answer, raw)


def as_agreed(parse: Callable[[], Any]) -> Any:
    """:raises StoreUnavailable: for an answer that is not what the contract says."""
    try:
        return parse()
    except read.NotAsAgreed as error:
        raise StoreUnavailable(f"The store's answer is not as agreed: {error}") from error


def error_of(answer: requests.Response, raw: bytes) -> Exception:
    """This function will name what an answer that is not good means."""
    if not 400 <= answer.status_code < 500:
        return StoreUnavailable(f"The store answered {answer.status_code}.")
    try:
        problem = _json(answer, raw, kind="application/problem+json")
    except StoreUnavailable as error:
        return StoreUnavailable(f"The store answered {answer.status_code} without a reason one can read ({error}).")
    return meaning_of(answer.status_code, problem)


def meaning_of(status: int, body: Any) -> Exception:
    """This function will name what a problem document means, be it a whole answer or a part of one."""
    if not 400 <= status < 500:
        return StoreUnavailable(f"The store answered {status}.")
    try:
        problem = Problem.parse(read.obj(body), status=status)
    except read.NotAsAgreed as error:
        return StoreUnavailable(f"The store answered {status} without a reason one can read ({error}).")
    if status in TRY_AGAIN or problem.slug == "in-progress":
        return StoreUnavailable(f"The store answered {status}: {problem.sentence}")
    return FeedRestarted(problem.sentence) if problem.slug in START_AGAIN else StoreRefused(problem)


def _json(answer: requests.Response, raw: bytes, *, kind: str) -> Any:
    given = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given != kind:
        raise StoreUnavailable(f"The store answered {answer.status_code} with {given or 'nothing'}, not with {kind}.")
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise StoreUnavailable(f"The store's answer is not JSON: {error}") from error
