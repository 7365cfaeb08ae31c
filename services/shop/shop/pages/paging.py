"""Page numbers as they come in URLs."""

LONGEST = 12  # digits; more is beyond any last page


def nearest_page(text: str, last: int) -> int:
    """This function will read a page number; what is no number is page 1, and beyond either end is that end."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return 1
    return max(1, min(int(text[:LONGEST]), last))
