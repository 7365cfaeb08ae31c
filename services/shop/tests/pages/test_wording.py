"""Words for shoppers in the place of codes."""

from decimal import Decimal

import pytest

from shop.pages.wording import browser, language, money

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    "user_agent, said",
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on a Mac",
        ),
        ("curl/8.9", "curl/8.9"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_in_a_few_words(user_agent, said):
    assert browser(user_agent) == said


@pytest.mark.parametrize("code, said", [("la", "Latin"), ("zho", "Chinese"), ("eng", "English"), ("xx", "xx")])
def test_a_language_is_called_by_its_name(code, said):
    assert language(code) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("1250000.00", "IRR", "IRR 1,250,000"),
        ("1250.00", "JPY", "JPY 1,250"),
        ("1250.50", "JPY", "JPY 1,250.50"),
        ("1250.00", "CHF", "CHF 1,250.00"),
        ("1250.00", "EUR", "€1,250.00"),
    ],
)
def test_money_has_decimals_where_its_currency_has(amount, currency, said):
    assert money(Decimal(amount), currency) == said.replace(" ", "\N{NO-BREAK SPACE}")
