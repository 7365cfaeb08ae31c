"""Every page of the admin, found by walking through it: read aloud, on a phone, in the dark, under a strict policy."""

from uuid import uuid4

import people
import pytest
from reading import Reader
from test_pages_for_everybody import WINDOWS
from walking import Walk

REFUSED_STYLE = '<p style="color: red">Red?</p>'
REFUSED_CODE = '<button onclick="alert(1)">Press</button> <a href="javascript:alert(2)">Go</a>'
A_PAGE = '<!DOCTYPE html><html lang="en"><title>A page</title><main><h1>A page</h1>{}</main></html>'


@pytest.mark.parametrize(
    "inside, told",
    [
        (REFUSED_STYLE, ["violates"]),
        (REFUSED_CODE, ["violates", "button has code in onclick", "a has code in href"]),
        ("", []),
    ],
)
def test_the_reader_hears_what_a_policy_refuses_and_sees_code_in_the_markup(visit, inside, told):
    page = visit()
    policy = {"Content-Security-Policy": "default-src 'self'"}
    page.route(
        "**/*", lambda route: route.fulfill(body=A_PAGE.format(inside), content_type="text/html", headers=policy)
    )
    reader = Reader(page, "http://shop.example")
    reader.open("/")
    assert len(reader.wrong) == len(told) and all(map(str.__contains__, reader.wrong, told)), reader.wrong


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_shops_admin_shuts_anybody_out(card, visit, window):
    shop = card["shop"]["url"]
    guest = visit()
    people.put_in_cart(guest, shop, "Devdas")
    people.check_out(guest, shop, email=f"walt.{uuid4().hex[:8]}@readers.example")
    page = visit(**window)
    people.log_in_to_admin(page, shop, card["logins"]["owner"])
    reader, walk = Reader(page, shop, most_requests=None), Walk(page, shop)
    for path in walk:
        reader.open(path, until="load")
    assert walk.wrong + reader.wrong == []
