"""Numbers for books that a test makes up."""


def isbn13(prefix: str, number: int) -> str:
    """This function will number a book: the prefix, the number, and the digit that checks both."""
    digits = f"{prefix}{number:0{12 - len(prefix)}d}"
    return digits + str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)
