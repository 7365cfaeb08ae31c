"""A reader finds a book on the smallest phone, by script or without: search, filter, book, next in the series."""

import gzip
import re

import pytest
from conftest import SMALLEST
from playwright.sync_api import expect
from reading import MOST_REQUESTS, Reader

HEAVIEST_PAGE = 150_000  # bytes as transferred, without pictures
LARGEST_SHIFT = 0.1  # of the window, which is called good; a typeface that comes late moves a line


def series_book(page, shop: str) -> str:
    """The address of the first book of a series that has a second."""
    places = page.request.get(f"{shop}/sitemap-places.xml").text()
    for place in re.findall(r"<loc>[^<]*?(/series/[^<]+)</loc>", places):
        page.goto(shop + place)
        if page.locator(".book-list > li").count() > 1:
            return page.locator(".card-words a").first.get_attribute("href")
    pytest.skip("no series of two books in this shop")


def weight(page, request) -> int:
    """Bytes of an answer as nginx sends it: pages, styles and scripts are compressed, typefaces are already."""
    body = page.request.get(request.url).body()
    return len(gzip.compress(body)) if request.resource_type in ("document", "stylesheet", "script") else len(body)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_search_filter_book_and_the_next_of_its_series(card, visit, script):
    page, shop = visit(**SMALLEST, java_script_enabled=script), card["shop"]["url"]
    page.goto(f"{shop}/books/")
    page.get_by_role("searchbox").fill("sherlok holmes")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".guessed")).to_contain_text("sherlock")
    page.goto(f"{shop}/books/")
    page.locator(".filters > summary").click()
    fiction = page.locator(".facet").get_by_role("link", name=re.compile("^Fiction"))
    number = fiction.locator(".choice-books").evaluate("each => each.firstChild.textContent") if script else None
    fiction.click()
    expect(page.locator("h1")).to_have_text("Fiction")
    if number:
        expect(page.locator(".list-count")).to_contain_text(number.strip())
    page.locator(".filters > summary").click()
    page.get_by_text("Language", exact=True).click()
    page.locator(".facet").get_by_role("link", name=re.compile("^English")).click()
    page.locator(".chip-remove", has_text="English").click()
    expect(page.locator(".chip-remove")).to_have_count(0)

    first = series_book(page, shop)
    page.goto(shop + first)
    page.locator(".next-in-series a").click()
    expect(page).not_to_have_url(shop + first)
    expect(page.get_by_text("Seen lately")).to_be_visible()


@pytest.mark.parametrize("window", [SMALLEST, {"viewport": {"width": 1280, "height": 850}}], ids=["phone", "desktop"])
def test_the_pages_of_finding_shut_nobody_out_and_say_nothing_to_the_console(card, visit, window):
    page, shop = visit(**window), card["shop"]["url"]
    reader = Reader(page, shop)
    for path in ("/categories/", "/categories/fiction/?in_stock=1&price=5", "/books/?q=austn", "/books/?q=emma+zzz"):
        reader.open(path)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    reader.open(series_book(page, shop).removeprefix(shop))  # its data block is no script for the policy to refuse
    assert reader.wrong == []


@pytest.mark.parametrize("window", [SMALLEST, {"viewport": {"width": 1280, "height": 850}}], ids=["phone", "desktop"])
def test_no_page_is_heavy_and_no_cover_pushes_the_words(card, visit, window):
    page, shop = visit(**window), card["shop"]["url"]
    asked = []
    page.on("request", lambda request: asked.append(request))
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(each => window.shift += each.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    for path in ("/", "/books/", series_book(page, shop)):
        page.context.clear_cookies()
        asked.clear()
        page.goto(shop + path)
        page.wait_for_load_state("networkidle")
        pictures = [request for request in asked if request.resource_type == "image"]
        weights = {request.url: weight(page, request) for request in asked if request not in pictures}
        assert 0 < sum(weights.values()) <= HEAVIEST_PAGE, (path, weights)
        assert len(weights) <= MOST_REQUESTS, (path, weights)
        page.mouse.wheel(0, 3000)  # covers further down come now
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") < LARGEST_SHIFT, path
