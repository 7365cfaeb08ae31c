"""JSON, written fast, and always the same for the same: ETags follow from it."""

import orjson
from rest_framework.renderers import JSONRenderer


class FastJSON(JSONRenderer):
    def get_indent(self, accepted_media_type, renderer_context) -> None:
        return None  # whatever the Accept header wishes

    def render(self, data, accepted_media_type=None, renderer_context=None) -> bytes:
        try:
            return b"" if data is None else orjson.dumps(data)
        except TypeError:  # what only the library's own encoder knows
            return super().render(data)


def joined(written: str, more: dict) -> orjson.Fragment:
    """One object of two: of members that are JSON already, and of some that are not yet."""
    return orjson.Fragment(written[:-1].encode() + b"," + orjson.dumps(more)[1:])
