"""Asking the store while a program waits, and its refusals in the shop's words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404

from shop.api.conditions import changed
from shop.api.problems import Problem, missing, refused
from shop.api.repeating import key_used
from shop.storelink.store import open_store
from store_client import StoreClient, StoreRefused, StoreUnavailable

log = logging.getLogger(__name__)

WITHIN_S = 5.0
ASK_AGAIN_AFTER_S = 5


@contextmanager
def asking(*, within_s: float = WITHIN_S) -> Iterator[StoreClient]:
    """Yield a line to the store; whatever it says no to becomes a problem.

    :raises Problem: 503, if it gives no answer: what was asked for may be done or not, and the same key is safe.
    """
    try:
        with open_store(within_s=within_s) as store:
            yield store
    except StoreUnavailable as error:
        log.warning("The store could not be asked for a program: %s", error)
        raise away() from None
    except StoreRefused as error:
        raise _in_our_words(error) from None


def away() -> Problem:
    detail = (
        "The store, which keeps the books, does not answer at present. Send the same again later, with the same "
        "Idempotency-Key: nothing is done twice."
    )
    return Problem(503, "store-away", "Try again later", detail, retry_after_s=ASK_AGAIN_AFTER_S)


def _in_our_words(error: StoreRefused) -> Exception:
    problem = error.problem
    match problem.slug:
        case "invalid":
            return missing(*((wrong.field, wrong.message) for wrong in problem.errors))
        case "not-found":
            return Http404()
        case "changed-meanwhile":
            return changed()
        case "write-differs":
            return key_used()
    return refused(Exception(problem.detail or problem.title))
