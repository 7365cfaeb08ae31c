"""Numbers of books."""

from django.core.exceptions import ValidationError
from stdnum import isbn
from stdnum.exceptions import ValidationError as NotAnIsbn

_OF_DIGIT = {str(digit): digit for digit in range(10)}
LONGEST = 40  # with all that may stand between the digits
MUSIC = "9790"  # printed music: ISMNs look like ISBNs, and are none
_OF_PAIR = {f"{pair:02d}": pair // 10 + 3 * (pair % 10) for pair in range(100)}


def to_isbn13(text: str) -> str:
    """This function will answer the 13 digits of any usual form of an ISBN (10 or 13, with hyphens or spaces).

    :raises ValueError: with a sentence, if its form or check digit is wrong.
    """
    # What most files hold, a million times over: here without the library, which takes twenty times as long.
    if len(text) == 13 and text.startswith(("978", "979")) and text[:4] != MUSIC and _is_right(text):
        return text
    if _digits(text).startswith(MUSIC):
        raise ValueError(f"“{text[:40]}” is the number of printed music (ISMN), and no ISBN.")
    try:
        return isbn.to_isbn13(isbn.validate(text)).replace("-", "")
    except NotAnIsbn:
        raise ValueError(f"“{text[:40]}” is no ISBN: its length or its check digit is wrong.") from None


def _digits(text: str) -> str:
    return isbn.compact(text) if len(text) < LONGEST else ""


def _is_right(digits: str) -> bool:
    """Whether the check digit is that of the twelve digits before it, by their pairs."""
    try:
        first = _OF_PAIR[digits[:2]] + _OF_PAIR[digits[2:4]] + _OF_PAIR[digits[4:6]]
        second = _OF_PAIR[digits[6:8]] + _OF_PAIR[digits[8:10]] + _OF_PAIR[digits[10:12]]
        return (first + second + _OF_DIGIT[digits[12]]) % 10 == 0
    except KeyError:
        return False


def validate_isbn13(value: str) -> None:
    try:
        exact = to_isbn13(value) == value
    except ValueError as error:
        raise ValidationError(str(error)) from None
    if not exact:
        raise ValidationError("Write the ISBN as 13 digits without hyphens.")
