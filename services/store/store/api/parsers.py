"""JSON bodies of a size an order can have."""

import json

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from store.api.problems import Problem

LARGEST_BODY_BYTES = 256 * 1024
LARGEST_BATCH_BYTES = 2 * 1024 * 1024


class SmallJSONParser(BaseParser):
    media_type = "application/json"
    largest_bytes = LARGEST_BODY_BYTES

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(self.largest_bytes + 1)
        if len(body) > self.largest_bytes:
            detail = f"Send at most {self.largest_bytes // 1024} kB."
            raise Problem(413, "too-large", "The body is too large", detail)
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise ParseError("The body is not JSON in UTF-8.") from None


class BatchJSONParser(SmallJSONParser):
    """For many orders at once."""

    largest_bytes = LARGEST_BATCH_BYTES


def _refuse(constant: str):
    raise ValueError(f"{constant} is not JSON")
