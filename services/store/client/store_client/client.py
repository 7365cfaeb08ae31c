"""Asking the store, with every failure sorted into one of two kinds."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry, Timeout

from store_client import answers, batches, books, digests, messages, pages, read, returns, stories
from store_client.batches import Outcome
from store_client.book_files import BookFiles
from store_client.credential import TokenSource
from store_client.errors import StoreUnavailable
from store_client.writes import BookWrites

CONNECT_AND_READ_S = (1.0, 3.0)
LONGEST_PAGE_BYTES = 32 * 1024 * 1024
LONGEST_ANSWER_BYTES = 1024 * 1024
LONGEST_BATCH_ANSWER_BYTES = 8 * 1024 * 1024
LONGEST_PICTURE_BYTES = 10 * 1024 * 1024
BOOKS_PER_PAGE = 2_000
EVENTS_PER_PAGE = 500
ORDERS_PER_BATCH = 50


class StoreClient(BookWrites, BookFiles):
    """One caller's line to the store. Not for several threads at once; make one for each piece of work.

    Every method raises StoreUnavailable (ask again later) or StoreRefused (final); feeds also raise FeedRestarted.

    :param within_s: no method takes longer than this, whatever the store does; for callers whom a person waits for.
        None: only each step has its limit.
    :param request_id: sent along, so that one piece of work can be followed through the logs of both sides.
    """

    def __init__(
        self,
        base_url: str,
        token_source: TokenSource,
        *,
        timeouts: tuple[float, float] = CONNECT_AND_READ_S,
        within_s: float | None = None,
        request_id: str = "",
    ):
        self._base = base_url.rstrip("/") + "/"
        self._token_source = token_source
        self._timeouts = timeouts
        self._within_s = within_s
        self._ends = float("inf")
        self.requests = 0
        self.request_id = request_id
        self._session = requests.Session()
        # The environment's proxies and .netrc are not asked: they could send our credential elsewhere.
        self._session.trust_env = False
        self._session.headers["Accept"] = "application/json"
        if request_id:
            self._session.headers["X-Request-ID"] = request_id
        tries = 0 if within_s else 1  # a second try would have the same time anew
        once_more = Retry(
            total=tries, connect=tries, read=False, redirect=False, status=False, other=False, backoff_factor=0.1
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=once_more))

    def __enter__(self) -> "StoreClient":
        return self

    def __exit__(self, *_) -> None:
        self._session.close()

    def book_changes(self, after: str = "", limit: int = BOOKS_PER_PAGE) -> pages.Page[books.Book | books.DeletedBook]:
        """What changed in the catalogue since a position; from the beginning without one."""
        return self._page("api/books/changes/", "changes", books.Book.parse, after, limit)

    def order_changes(self, after: str = "", limit: int = EVENTS_PER_PAGE) -> pages.Page[messages.OrderEvent]:
        """What happened to the caller's own orders since a position; from the beginning without one."""
        return self._page("api/orders/changes/", "changes", messages.OrderEvent.parse, after, limit)

    def return_changes(self, after: str = "", limit: int = EVENTS_PER_PAGE) -> pages.Page[returns.ReturnEvent]:
        """How returns of the caller's orders went on since a position; from the beginning without one."""
        return self._page("api/returns/changes/", "changes", returns.ReturnEvent.parse, after, limit)

    def put_return(self, number: UUID | str, body: dict) -> returns.ReturnAnswer:
        """This function will ask for a return; the same number with the same body may be sent again at any time.

        StoreRefused with the slug not-sent: the order has not left; too-many: more than is with the customer.

        :param body: as NewReturn.body() writes it.
        """
        answered = self._answer("PUT", f"api/returns/{number}/", at_most=LONGEST_ANSWER_BYTES, json=body)
        return answers.as_agreed(lambda: returns.ReturnAnswer.parse(read.obj(answered)))

    def put_order(self, number: UUID | str, order: dict) -> messages.OrderAnswer:
        """This function will hand over an order; the same number with the same body may be sent again at any time.

        :param order: as NewOrder.body() writes it.
        """
        return self._order_answer("PUT", f"api/orders/{number}/", order)

    def put_orders(self, orders: Mapping[str, dict]) -> dict[str, Outcome]:
        """This function will hand over many orders in one request; each is answered as its own put_order() would be.

        :param orders: bodies as NewOrder.body() writes them, by number; at most ORDERS_PER_BATCH.
        :returns: by number what put_order() would answer, or the error it would raise.
        """
        asked = {"orders": [{"number": str(number), "order": body} for number, body in orders.items()]}
        answered = self._answer("POST", "api/orders/batch/", at_most=LONGEST_BATCH_ANSWER_BYTES, json=asked)
        return answers.as_agreed(lambda: batches.outcomes(answered, list(orders)))

    def cancel_order(self, number: UUID | str, reason: str) -> messages.OrderAnswer:
        """This function will cancel an order, also one that the store has not heard of yet."""
        return self._order_answer("PUT", f"api/orders/{number}/cancel/", {"reason": reason})

    def put_hold(self, number: UUID | str, lines: Iterable[messages.HoldLine]) -> messages.HoldAnswer:
        """This function will have the copies of an order kept for it until `held_until`, before the order is placed.

        Asking the same again is harmless and does not prolong the hold. StoreRefused with the slug out-of-stock names
        in `problem.short` every line that is short, and what is free; nothing is held then. hold-differs: release the
        present hold first; hold-used: the order has come already.
        """
        return self._hold_answer("PUT", number, json={"lines": [line.body() for line in lines]})

    def release_hold(self, number: UUID | str) -> messages.HoldAnswer:
        """This function will give up a hold, also one that is over or never was. hold-used: its order has come."""
        return self._hold_answer("DELETE", number)

    def books_after(self, after: int, limit: int) -> tuple[books.Book, ...]:
        """The store's books by their ids, as they are now, the first after that id. One that cannot be read is left out."""
        body = self._get("api/books/", after=after, limit=limit)
        return answers.as_agreed(lambda: _readable(read.items(read.obj(body), "results")))

    def order(self, number: UUID | str) -> digests.StoredOrder:
        """An order of the caller as the store has it now, with every event. StoreRefused: not-found."""
        body = self._get(f"api/orders/{number}/")
        return answers.as_agreed(lambda: digests.StoredOrder.parse(read.obj(body)))

    def book_ranges(self, first: int, number: int) -> digests.Ranges[digests.BookRange]:
        """Digests of the store's books, so many ranges of ids from one on."""
        body = self._get("api/books/digests/", **{"from": first, "ranges": number})
        return answers.as_agreed(lambda: digests.ranges(body, digests.BookRange.parse, read.integer, after=first))

    def book_rows(self, first: int) -> tuple[digests.BookRow, ...]:
        """Every book of the range of ids that begins with `first`, in short, also those that are gone."""
        body = self._get("api/books/digests/rows/", **{"from": first})
        return answers.as_agreed(lambda: digests.rows(body, digests.BookRow.parse))

    def order_ranges(self, first: str, number: int) -> digests.Ranges[digests.OrderRange]:
        """Digests of the caller's orders, so many ranges of numbers from one on.

        :param first: the first digits of the numbers in a range, 1 to 4: how many says how large a range is.
        """
        body = self._get("api/orders/digests/", **{"from": first, "ranges": number})
        return answers.as_agreed(lambda: digests.ranges(body, digests.OrderRange.parse, read.prefix, after=first))

    def order_rows(self, prefix: str) -> tuple[digests.OrderRow, ...]:
        """Every order of the caller whose number begins with these digits, in short."""
        body = self._get("api/orders/digests/rows/", **{"from": prefix})
        return answers.as_agreed(lambda: digests.rows(body, digests.OrderRow.parse))

    def returned(self, number: UUID | str) -> returns.ReturnAnswer:
        """A return of the caller as the store has it now, with every event. StoreRefused: not-found."""
        body = self._get(f"api/returns/{number}/")
        return answers.as_agreed(lambda: returns.ReturnAnswer.parse(read.obj(body)))

    def story(self, number: UUID | str, audience: str) -> tuple[stories.StoryEntry, ...]:
        """The store's part of what happened to an order of the caller, in its sequence; () if it has not heard of it.

        :param audience: shopper, packer, agent or ops: the store tells no more than that audience may hear.
        """
        body = self._get(f"api/orders/{number}/story/", audience=audience)
        return answers.as_agreed(lambda: stories.entries(read.obj(body)))

    def return_ranges(self, first: str, number: int) -> digests.Ranges[digests.ReturnRange]:
        """Digests of the caller's returns, as order_ranges() answers those of orders."""
        body = self._get("api/returns/digests/", **{"from": first, "ranges": number})
        return answers.as_agreed(lambda: digests.ranges(body, digests.ReturnRange.parse, read.prefix, after=first))

    def return_rows(self, prefix: str) -> tuple[digests.ReturnRow, ...]:
        """Every return of the caller whose number begins with these digits, in short."""
        body = self._get("api/returns/digests/rows/", **{"from": prefix})
        return answers.as_agreed(lambda: digests.rows(body, digests.ReturnRow.parse))

    def picture(self, url: str) -> bytes:
        """This function will fetch a book's picture, only from the store itself.

        :raises ValueError: if the address leads elsewhere, where our credential has no business.
        """
        address = urljoin(self._base, url)
        base, asked = urlsplit(self._base), urlsplit(address)
        if (asked.scheme, asked.netloc) != (base.scheme, base.netloc) or not asked.path.startswith(base.path):
            raise ValueError(f"{url!r:.200} is not an address of the store.")
        with self._ask("GET", address) as answer:
            raw = answers.content(answer, at_most=LONGEST_PICTURE_BYTES, ends=self._ends)
            if answer.status_code != 200:
                raise answers.error_of(answer, raw)
            return raw

    def _answer(self, method: str, path: str, *, at_most: int, **kwargs: Any) -> Any:
        with self._ask(method, urljoin(self._base, path), **kwargs) as answer:
            return answers.body_of(answer, at_most=at_most, ends=self._ends)

    def _get(self, path: str, **params: Any) -> Any:
        return self._answer("GET", path, at_most=LONGEST_PAGE_BYTES, params=params)

    def _page(self, path: str, rows: str, parse: Callable, after: str, limit: int) -> pages.Page:
        params = {"limit": limit, **({"after": after} if after else {})}
        body = self._get(path, **params)
        return answers.as_agreed(lambda: pages.page(body, rows=rows, parse=parse))

    def _order_answer(self, method: str, path: str, body: dict) -> messages.OrderAnswer:
        answered = self._answer(method, path, at_most=LONGEST_ANSWER_BYTES, json=body)
        return answers.as_agreed(lambda: messages.OrderAnswer.parse(read.obj(answered)))

    def _hold_answer(self, method: str, number: UUID | str, **kwargs: Any) -> messages.HoldAnswer:
        answered = self._answer(method, f"api/holds/{number}/", at_most=LONGEST_ANSWER_BYTES, **kwargs)
        return answers.as_agreed(lambda: messages.HoldAnswer.parse(read.obj(answered)))

    def _ask(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        if self._within_s:
            self._ends = time.monotonic() + self._within_s
        token = self._token_source()
        answer = self._send(method, url, token, **kwargs)
        if answer.status_code == 401 and "data" not in kwargs and (fresh := self._token_source(again=True)) != token:
            answer.close()
            answer = self._send(method, url, fresh, **kwargs)
        return answer

    def _send(
        self, method: str, url: str, token: str, *, headers: dict | None = None, **kwargs: Any
    ) -> requests.Response:
        left_s = self._ends - time.monotonic()
        if left_s <= 0:
            raise StoreUnavailable(f"The store did not answer within {self._within_s} s.")
        connect_s, read_s = (min(limit, left_s) for limit in self._timeouts)
        self.requests += 1
        try:
            return self._session.request(
                method,
                url,
                headers={"Authorization": f"Bearer {token}", **(headers or {})},
                timeout=Timeout(connect=connect_s, read=read_s, total=left_s if self._within_s else None),
                allow_redirects=False,
                stream=True,
                **kwargs,
            )
        except (requests.RequestException, ValueError) as error:
            raise StoreUnavailable(f"The store did not answer: {error}") from error


def _readable(rows: list) -> tuple[books.Book, ...]:
    found = []
    for row in rows:
        with suppress(read.NotAsAgreed):
            found.append(books.Book.parse(read.obj(row)))
    return tuple(found)
