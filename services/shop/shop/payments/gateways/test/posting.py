"""The way of a notice from the test bank to the shop's door.

It is walked within the process: no address of the shop is right both for browsers and inside a container. The bytes and
the signature are those that go over the wire, and the door checks them as it checks everybody's.
"""

from datetime import datetime

from shop.payments import operations
from shop.payments.gateways.test.gateway import TestBank


def post_to_shop(headers: dict[str, str], body: bytes, now: datetime) -> None:
    operations.hear_notice(TestBank.name, headers, body, now=now)
