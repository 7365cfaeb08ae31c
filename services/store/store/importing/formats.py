"""Formats as one finds them in book data, made into the words of `Book.Format`."""

from store.catalogue.models import Book

_SAID = {
    Book.Format.HARDBACK: "hardback hardcover hardbound cased gebunden relie bb",
    Book.Format.PAPERBACK: "paperback softcover softback pocket trade-paperback mass-market-paperback taschenbuch broche bc",
    Book.Format.BOARD: "board-book board pappbilderbuch bh",
    Book.Format.SPIRAL: "spiral-bound spiral wire-o be",
    Book.Format.AUDIO: "audio-cd audio audiobook cd ac",
    Book.Format.OTHER: "other",
}
_BY_WORD = {word: known for known, words in _SAID.items() for word in words.split()}


def normal(text: str) -> str:
    """This function will answer the format that is meant; "" for nothing.

    :raises ValueError: with a sentence, for what is no format we know.
    """
    if not text:
        return ""
    known = _BY_WORD.get("-".join(text.lower().replace("-", " ").split()))
    if known is None:
        raise ValueError(f"“{text[:30]}” is no format we know: write {', '.join(Book.Format.values)}.")
    return str(known)
