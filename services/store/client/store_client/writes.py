"""Writing books: what somebody at the caller's decides about the catalogue, which is the store's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from store_client import answers, read
from store_client.books import Book, DeletedBook

LONGEST_ANSWER_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Writer:
    """Who writes, and the key by which sending it again is harmless: the same key with the same facts does nothing anew.

    :ivar version: of the book that they have seen, if the write is to fail once there is another.
    """

    actor: str
    key: UUID
    version: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        seen = {} if self.version is None else {"If-Match": f'"{self.version}"'}
        return {"X-Actor": quote(self.actor, safe="@"), "Idempotency-Key": str(self.key), **seen}


class BookWrites:
    """The part of the StoreClient that writes books; each answers the book as the store has it then.

    StoreRefused with the slug invalid names the fields in `problem.errors`; not-found: there is no such book;
    changed-meanwhile: it has another version; write-differs: the key was used for something else.
    """

    def add_book(self, facts: Mapping[str, Any], writer: Writer) -> Book:
        """:param facts: by field as the feed names them; at least isbn13, title and price."""
        return self._write("POST", "api/books/", writer, json=dict(facts))

    def put_book(self, book_id: int, facts: Mapping[str, Any], writer: Writer) -> Book:
        """This function will let a book be as the facts say; what they do not name is empty, but for `retired`."""
        return self._write("PUT", f"api/books/{book_id}/", writer, json=dict(facts))

    def change_book(self, book_id: int, facts: Mapping[str, Any], writer: Writer) -> Book:
        """This function will change what the facts name."""
        return self._write("PATCH", f"api/books/{book_id}/", writer, json=dict(facts))

    def retire_book(self, book_id: int, writer: Writer) -> Book:
        """This function will have a book sold no longer."""
        return self._write("DELETE", f"api/books/{book_id}/", writer)

    def _write(self, method: str, path: str, writer: Writer, **body: Any) -> Book:
        told = self._answer(method, path, at_most=LONGEST_ANSWER_BYTES, headers=writer.headers, **body)
        return answers.as_agreed(lambda: _book(read.obj(told)))


def _book(told: dict) -> Book:
    book = Book.parse(told)
    if isinstance(book, DeletedBook):
        raise read.NotAsAgreed("the book is told as gone")
    return book
