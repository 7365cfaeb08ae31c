"""Strict readers of JSON values. Each names the field when a value is not what was agreed."""

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

BIGINT_MAX = 2**63 - 1
INTEGER_MAX = 2**31 - 1
PRICE_MAX = Decimal("99999999.99")
_USUAL_AMOUNT = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?", re.ASCII)
_MISSING = object()
# Neither can be stored: Postgres knows no NUL in a text, and half a surrogate pair is no character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class NotAsAgreed(ValueError):
    """A value differs from the contract; the text names the field."""


def obj(value: Any) -> dict:
    if not isinstance(value, dict):
        raise NotAsAgreed(f"an object was expected, not {value!r:.40}")
    return value


def integer(row: dict, name: str, *, low: int = 0, high: int = BIGINT_MAX) -> int:
    value = row.get(name, _MISSING)
    if type(value) is int and low <= value <= high:
        return value
    value = _value(row, name)
    raise NotAsAgreed(f"{name}: a whole number from {low} to {high} was expected, not {value!r:.40}")


def text(row: dict, name: str, *, empty: bool = True, missing: Any = _MISSING) -> str:
    value = row.get(name, missing)
    if type(value) is str and (empty or value.strip()) and _storable(value):
        return value
    value = _value(row, name, missing)
    if not isinstance(value, str) or not (empty or value.strip()):
        raise NotAsAgreed(
            f"{name}: {'a text' if empty else 'a text that is not empty'} was expected, not {value!r:.40}"
        )
    raise NotAsAgreed(f"{name}: the text holds a character that cannot be stored")


def one_of(row: dict, name: str, known: Collection[str]) -> str:
    """A text that is one of those that are known."""
    value = text(row, name, empty=False)
    if value not in known:
        raise NotAsAgreed(f"{name}: {value!r:.40} is not one of {', '.join(sorted(known))}")
    return value


def _storable(value: str) -> bool:
    return "\0" not in value if value.isascii() else not _UNSTORABLE.search(value)


def items(row: dict, name: str, missing: Any = _MISSING) -> list:
    value = _value(row, name, missing)
    if not isinstance(value, (list, tuple)):
        raise NotAsAgreed(f"{name}: a list was expected, not {value!r:.40}")
    return list(value)


def texts(row: dict, name: str) -> list[str]:
    return [
        value if type(value) is str and value.strip() and _storable(value) else text({name: value}, name, empty=False)
        for value in items(row, name)
    ]


def path(value: Any) -> list[str]:
    """One path of category names from the root."""
    names = texts({"categories": value}, "categories")
    if not names:
        raise NotAsAgreed("categories: a path without a name")
    return names


def flag(row: dict, name: str) -> bool:
    value = _value(row, name)
    if not isinstance(value, bool):
        raise NotAsAgreed(f"{name}: true or false was expected, not {value!r:.40}")
    return value


def digits(row: dict, name: str, *, length: int) -> str:
    value = text(row, name)
    if len(value) == length and value.isascii() and value.isdigit():
        return value
    raise NotAsAgreed(f"{name}: {length} digits were expected, not {value!r:.40}")


def sha256(row: dict, name: str) -> str:
    return _matching(row, name, r"[0-9a-f]{64}", "64 hexadecimal digits")


def md5(row: dict, name: str) -> str:
    return _matching(row, name, r"[0-9a-f]{32}", "32 hexadecimal digits")


def prefix(row: dict, name: str) -> str:
    """The first digits of an order's number."""
    return _matching(row, name, r"[0-9a-f]{1,4}", "1 to 4 hexadecimal digits")


def currency(row: dict, name: str) -> str:
    return _matching(row, name, r"[A-Z]{3}", "three capital letters")


def year(row: dict, name: str) -> int | None:
    if row.get(name) is None:
        return None
    return integer(row, name, low=-9999, high=9999)


def money(row: dict, name: str) -> Decimal:
    """An amount as a text with at most two decimals, such as "12.50"."""
    value = text(row, name, empty=False)
    if _USUAL_AMOUNT.fullmatch(value):
        return Decimal(value)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise NotAsAgreed(f"{name}: {value!r:.40} is not an amount") from None
    if not amount.is_finite() or not 0 <= amount <= PRICE_MAX or amount.as_tuple().exponent < -2:
        raise NotAsAgreed(f"{name}: {value!r:.40} is not an amount from 0 to {PRICE_MAX} with two decimals")
    return amount


def uuid(row: dict, name: str) -> UUID:
    value = text(row, name, empty=False)
    try:
        return UUID(value)
    except ValueError:
        raise NotAsAgreed(f"{name}: {value!r:.40} is not a UUID") from None


def moment(row: dict, name: str) -> datetime:
    """An ISO 8601 moment that says its zone."""
    value = text(row, name, empty=False)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        raise NotAsAgreed(f"{name}: {value!r:.40} is not a moment") from None
    if at.tzinfo is None:
        raise NotAsAgreed(f"{name}: {value!r:.40} does not say its time zone")
    return at


def _matching(row: dict, name: str, pattern: str, words: str) -> str:
    value = text(row, name)
    if not re.fullmatch(pattern, value):
        raise NotAsAgreed(f"{name}: {words} were expected, not {value!r:.40}")
    return value


def _value(row: dict, name: str, missing: Any = _MISSING) -> Any:
    value = row.get(name, missing)
    if value is _MISSING:
        raise NotAsAgreed(f"{name}: it is missing")
    return value
