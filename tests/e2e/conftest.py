"""A running bookshop and a browser. BOOKSHOP_CARD names the card of one that runs already, in the demo's shape."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from launched import demo_with_peers
from parts import ROOT
from parts import browser as chromium

# A way that another one of the same test nearly covers.
thorough = pytest.mark.skipif(os.environ.get("JOURNEYS") != "all", reason="asked for by JOURNEYS=all")
PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
SMALLEST = {**PHONE, "viewport": {"width": 360, "height": 640}}
SLOWEST_STEP_MS = 15_000
RIAL_BOOKS = """isbn13,title,authors,first_published,language,price,currency,copies
9789644531002,The Blind Owl,Sadegh Hedayat,1936,fa,1250000,IRR,9
"""


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A demo whose shop takes money by peers of PayPal and Zarinpal; None if one runs already."""
    if os.environ.get("BOOKSHOP_CARD"):
        yield None
        return
    with demo_with_peers(tmp_path_factory.mktemp("demo")) as launched:
        yield launched


@pytest.fixture
def with_peers(demo):
    if demo is None:
        pytest.skip("the demo that runs already knows no peers")
    return demo


@pytest.fixture(scope="session")
def book_in_rials(demo, tmp_path_factory):
    """The title of a book that is paid in rials, as Zarinpal takes them; the shop has it."""
    if demo is None:
        pytest.skip("the demo that runs already is not to be changed")
    (books := tmp_path_factory.mktemp("rials") / "books.csv").write_text(RIAL_BOOKS)
    for command in (["store", "import_books", str(books)], ["shop", "sync_books"]):
        subprocess.run([ROOT / "scripts" / "manage", *command], env=demo.env, check=True, timeout=120)
    return "The Blind Owl"


@pytest.fixture(scope="session")
def card(demo):
    """Addresses and log-ins, as scripts/demo writes them."""
    return demo.card if demo else json.loads(Path(os.environ["BOOKSHOP_CARD"]).read_text())


@pytest.fixture(scope="session")
def browser():
    if not chromium.find():
        pytest.skip("no Chromium on this machine (Debian, Ubuntu: apt-get install chromium)")
    with sync_playwright() as playwright:
        started = chromium.launch(playwright)
        yield started
        started.close()


@pytest.fixture
def visit(browser):
    """This function will open a fresh visitor: visit(), visit(**PHONE), visit(java_script_enabled=False)."""
    contexts = []

    def open_page(**options):
        # Without it the page glides to what is to be pressed, for as long as a busy machine needs to draw that.
        context = browser.new_context(**{"reduced_motion": "reduce", **options})
        context.set_default_timeout(SLOWEST_STEP_MS)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
