"""A running bookshop and a browser. BOOKSHOP_CARD names the card of one that runs already, in the demo's shape."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from launched import Launched
from parts import browser as chromium

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
SLOWEST_STEP_MS = 15_000


@pytest.fixture(scope="session")
def card(tmp_path_factory):
    """Addresses and log-ins, as scripts/demo writes them."""
    if given := os.environ.get("BOOKSHOP_CARD"):
        yield json.loads(Path(given).read_text())
        return
    demo = Launched(tmp_path_factory.mktemp("demo"))
    demo.start()
    yield demo.card
    demo.end()


@pytest.fixture(scope="session")
def browser():
    path = chromium.find()
    if not path:
        pytest.skip("no Chromium on this machine (Debian, Ubuntu: apt-get install chromium)")
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs namespaces, which root and containers do not give it.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=path, args=arguments)
        yield started
        started.close()


@pytest.fixture
def visit(browser):
    """This function will open a fresh visitor: visit(), visit(**PHONE), visit(java_script_enabled=False)."""
    contexts = []

    def open_page(**options):
        context = browser.new_context(**options)
        context.set_default_timeout(SLOWEST_STEP_MS)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
