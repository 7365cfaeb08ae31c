"""Cards that were left for later: of many new books, so that a whole catalogue is there sooner, and of a sale's books."""

from django.db import connection, transaction

BATCH = 2_000
TAKE = """
    DELETE FROM catalogue_unfiled WHERE book_id IN (SELECT book_id FROM catalogue_unfiled ORDER BY book_id LIMIT %s
                                                        FOR UPDATE SKIP LOCKED)
    RETURNING book_id
"""
# As those do who change books, so that a card is of the book as it is.
LOCK = "SELECT id FROM catalogue_book WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


def file_later() -> None:
    """Step: books that are added from here to the end of this transaction get their cards from file_some()."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL bookshop.file_later = 'on'")


def file_some(most: int = BATCH) -> int:
    """This function will write the cards of some books that were left for later; 0 if none were left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [most])
        taken = [pk for (pk,) in cursor.fetchall()]
        if taken:
            cursor.execute(LOCK, [taken])
            cursor.execute("SELECT catalogue_file_books(%s)", [taken])
    return len(taken)
