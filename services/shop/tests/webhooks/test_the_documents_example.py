"""docs/webhooks.md shows partners how to verify; its lines are run against real deliveries."""

import re

import pytest
from tests.webhooks.conftest import THEN

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def example(pytestconfig):
    page = (pytestconfig.rootpath.parents[1] / "docs" / "webhooks.md").read_text()
    names: dict = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    return names["is_ours"]


def test_the_example_believes_what_was_sent_and_nothing_else(example, partner, make_endpoint, due, send):
    endpoint = make_endpoint(partner)
    due(endpoint)
    send()
    (heard,) = partner.heard
    now = THEN.timestamp()
    assert example(endpoint.shown, heard.headers, heard.body, now)
    assert not example(endpoint.shown, heard.headers, heard.body + b" ", now)
    assert not example(endpoint.shown, heard.headers, heard.body, now + 301), "too old"
    assert not example(endpoint.shown, {**heard.headers, "webhook-id": "evt_other"}, heard.body, now)
    assert not example("whsec_" + "A" * 43 + "=", heard.headers, heard.body, now)
    assert not example(endpoint.shown, {}, heard.body, now)
