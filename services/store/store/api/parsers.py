"""JSON bodies of a size an order can have."""

import json

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from store.api.problems import Problem

LARGEST_BODY_BYTES = 256 * 1024


class SmallJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            raise Problem(413, "too-large", "The body is too large", "Send at most 256 kB.")
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise ParseError("The body is not JSON in UTF-8.") from None


def _refuse(constant: str):
    raise ValueError(f"{constant} is not JSON")
