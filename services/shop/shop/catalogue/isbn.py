"""ISBNs as people type them."""

import re

NOISE = re.compile(r"[\s\-‐‑–]|^ISBN(?:-1[03])?:?", re.IGNORECASE)


def isbn13_from(text: str) -> str | None:
    """This function will read an ISBN of 10 or 13 digits, with or without hyphens, as 13 digits; None for other text.

    A wrong check digit is no reason to refuse: the search then finds nothing, or the book as the store has it.
    """
    digits = NOISE.sub("", text.strip()).upper()
    if re.fullmatch(r"97[89]\d{10}", digits, re.ASCII):
        return digits
    if re.fullmatch(r"\d{9}[\dX]", digits, re.ASCII):
        body = f"978{digits[:9]}"
        weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
        return f"{body}{-weighed % 10}"
    return None
