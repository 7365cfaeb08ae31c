"""Books as the documentation writes them can be sent to the demo as they stand: the demo has their categories."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest

from store.catalogue.models import Category
from store.demo.management.commands.populate_db import DEFAULT_BOOKS
from store.demo.operations import demo_books
from store_client import Writer

pytestmark = pytest.mark.django_db(transaction=True)
DOCS = Path(__file__).parents[4] / "docs"


def described(service, path):
    """The bodies that a description shows for a new book."""
    door = json.loads((DOCS / "openapi" / f"{service}.json").read_text())["paths"][path]["post"]
    shown = door["requestBody"]["content"]["application/json"]["examples"]
    return [example["value"] for example in shown.values()]


def written():
    """The new book of the page on the API, a body of several lines."""
    page = (DOCS / "api.md").read_text()
    bodies = re.findall(r"json \$SHOP/api/products/ [^\n]*-d '(\{.*?\})'", page, re.DOTALL)
    return [json.loads(body) for body in bodies]


EXAMPLES = {
    "the page": written(),
    "the shop's description": described("shop", "/api/products/"),
    "the store's description": described("store", "/api/books/"),
}


@pytest.fixture
def demo(db):
    """The tree of categories that the demo has."""
    for path in sorted({path for book in demo_books(DEFAULT_BOOKS) for path in book.categories}):
        parent = None
        for name in path:
            parent, _ = Category.objects.get_or_create(parent=parent, name=name)


@pytest.mark.parametrize("where", EXAMPLES)
def test_the_demo_takes_each_book_as_it_is_written(line_to_store, demo, where):
    shop = line_to_store("books:write")
    assert EXAMPLES[where]
    for facts in EXAMPLES[where]:
        book = shop.add_book(facts, Writer("olga@example.org", uuid4()))
        assert [list(path) for path in book.categories] == facts["categories"] and book.title == "Emma"
