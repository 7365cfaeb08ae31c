"""Text as people write it, without the characters that turn the text around it."""

# Embeddings, overrides, isolates and marks of direction (Unicode TR 9): a name may not reverse the sentence it stands in.
# The joiners of Persian and of Indian scripts are letters' own, and stay.
OF_DIRECTION = dict.fromkeys([0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def plain(text: str) -> str:
    return text.translate(OF_DIRECTION)


class PlainForm:
    """For forms: what is typed is taken, and shown again, without characters of direction."""

    def __init__(self, data=None, *args, **options):
        super().__init__(_plain(data) if data else data, *args, **options)


def _plain(data):
    """:param data: a QueryDict as pages send it, or a plain dict."""
    if not hasattr(data, "setlist"):
        return {name: plain(value) if isinstance(value, str) else value for name, value in data.items()}
    kept = data.copy()
    for name, values in data.lists():
        kept.setlist(name, [plain(value) if isinstance(value, str) else value for value in values])
    return kept
