"""JSON bodies of a size that an order can have."""

import json

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from shop.api.problems import Problem

LARGEST_BODY_BYTES = 256 * 1024


class SmallJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(LARGEST_BODY_BYTES + 1)
        if len(body) > LARGEST_BODY_BYTES:
            detail = f"Send at most {LARGEST_BODY_BYTES // 1024} kB."
            raise Problem(413, "too-large", "The body is too large", detail)
        try:
            read = json.loads(body.decode("utf-8"), parse_constant=_refuse)
            json.dumps(read, ensure_ascii=False).encode()  # half of a surrogate pair is no text that could be kept
        except (ValueError, RecursionError):
            raise ParseError("The body is not JSON in UTF-8.") from None
        if not isinstance(read, dict):
            raise ParseError('The body must be a JSON object, such as {"quantity": 1}.')
        return read


def _refuse(constant: str):
    raise ValueError(f"{constant} is not JSON")
