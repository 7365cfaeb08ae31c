"""How a customer's calls are made: with their token, which is renewed, their key, and what they have seen."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from uuid import uuid4

from bookshop_client.errors import NotLoggedIn
from bookshop_client.line import NOT_MODIFIED, Answer, Line
from bookshop_client.shapes import Told
from bookshop_client.tokens import Keyring, Tokens

Shape = TypeVar("Shape", bound=Told)
LARGEST_PAGE = 100


def repeating(key: str = "") -> dict[str, str]:
    """The header by which a call is done once, however often it is made; with a new key if none is given."""
    return {"Idempotency-Key": key or str(uuid4())}


def seen_as(seen: Told | None) -> dict[str, str]:
    """The header by which a write is refused if something has changed since.

    :raises ValueError: for what was not read by itself, such as a row of a list.
    """
    if seen is None:
        return {}
    if not seen.etag:
        raise ValueError("Read it by itself first: what came in a list, or was answered to a change, has no ETag.")
    return {"If-Match": seen.etag}


class Asking:
    """The part of a Client that speaks."""

    def __init__(self, line: Line, keyring: Keyring, cart_token: str):
        self._line, self._keyring, self.cart_token = line, keyring, cart_token

    @property
    def tokens(self) -> Tokens | None:
        return self._keyring.tokens

    def _look(self, path: str, shape: type[Shape], seen: Shape | None, headers: Mapping[str, str] = {}) -> Shape:
        """One thing; the very object that was seen if it is still so."""
        known = {"If-None-Match": seen.etag} if seen and seen.etag else {}
        answer = self._ask("GET", path, repeatable=True, headers={**headers, **known})
        if seen and answer.status == NOT_MODIFIED:
            return seen
        return shape.of(answer.body, answer.headers.get("ETag", ""))

    def _get(self, path: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] = {}) -> Any:
        return self._ask("GET", path, repeatable=True, params=params, headers=headers).body

    def _pages(self, path: str, shape: type[Shape], params: Mapping[str, Any] = {}) -> Iterator[Shape]:
        number = 1
        while True:
            page = self._get(path, {"page_size": LARGEST_PAGE, **params, "page": number})
            yield from map(shape.of, page["results"])
            if page["next"] is None:
                return
            number += 1

    def _ask(
        self, method: str, path: str, *, repeatable: bool, headers: Mapping[str, str] = {}, **request: Any
    ) -> Answer:
        """One call, with a new access token where the old one is over: what was answered 401 was not done."""
        used = self.tokens
        try:
            return self._ask_as(used, method, path, repeatable=repeatable, headers=headers, **request)
        except NotLoggedIn:
            renewed = self._keyring.renew(used, self._refreshed) if used else None
            if renewed is None:
                raise
        return self._ask_as(renewed, method, path, repeatable=repeatable, headers=headers, **request)

    def _ask_as(
        self, tokens: Tokens | None, method: str, path: str, *, headers: Mapping[str, str], **request: Any
    ) -> Answer:
        shown = {"Authorization": f"Bearer {tokens.access}"} if tokens else self._cart_header()
        answer = self._line.ask(method, path, headers={**headers, **shown}, **request)
        if token := answer.headers.get("X-Cart-Token"):
            self.cart_token = token
        return answer

    def _refreshed(self, refresh: str) -> Tokens | None:
        try:
            told = self._line.ask("POST", "/auth/token/refresh/", repeatable=True, json={"refresh": refresh})
        except NotLoggedIn:
            return None
        return Tokens(told.body["access"], told.body["refresh"])

    def _cart_header(self) -> dict[str, str]:
        return {"X-Cart-Token": self.cart_token} if self.cart_token else {}
