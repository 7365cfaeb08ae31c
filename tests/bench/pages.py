"""What one page costs the shop in processor time, whatever else the machine is doing."""

import time
from dataclasses import dataclass

from bench.cost import cpu_seconds
from prove.browser import fields, token_in
from prove.shoppers import ADDRESS

REQUESTS = 100
# Words of few and of many books, beginnings of words, authors, and an ISBN.
SOUGHT = (
    *("love", "war", "the house", "austen", "man", "history of", "a", "the", "dracula", "mary shelley", "letters to"),
    *(
        "tol",
        "sherlock holmes",
        "love and death",
        "9780141439518",
        "night",
        "new york",
        "the old man",
        "cats",
        "children",
    ),
)
SLIPS = ("austin", "dickns", "sherlok holmes", "tolstoi", "shakespere", "frankenstien", "wuthring hights", "dracla")


@dataclass(frozen=True)
class PageCost:
    """:ivar p95_ms: from asking to the answer's last byte, of 95 in 100; nobody else asks meanwhile."""

    page: str
    cpu_ms: float
    p95_ms: float
    kilobytes: float


def page_costs(bookshop, browser, books: list[int]) -> list[PageCost]:
    """This function will ask for each page a hundred times and share the shop's processor time among them."""
    paths = {
        "home": lambda n: "/",
        "list of books": lambda n: f"/books/?page={n % 10 + 1}",
        "search": lambda n: f"/books/?q={SOUGHT[n % len(SOUGHT)]}",
        "search with a slip": lambda n: f"/books/?q={SLIPS[n % len(SLIPS)]}",
        "search with filters": lambda n: f"/books/?q={SOUGHT[n % len(SOUGHT)]}&language=en&in_stock=1",
        "category": lambda n: f"/categories/fiction/?order=title&page={n % 3 + 1}",
        "book": lambda n: f"/books/{books[n % len(books)]}/x/",
        "cart": lambda n: "/cart/",
    }
    costs = [_cost(bookshop, name, lambda n, path=path: _followed(browser, path(n))) for name, path in paths.items()]
    token = {"csrfmiddlewaretoken": token_in(browser.get("/accounts/login/").text)}

    def add(n: int) -> int:
        return len(browser.post("/cart/add/", token | {"book": books[n % len(books)], "quantity": 1}).content)

    def buy(n: int) -> int:
        add(n)
        form = fields(browser.get("/checkout/").text, '<form class="checkout"')
        placed = browser.post("/checkout/", form | ADDRESS | {"email": f"bench-{n}@bench.example"})
        assert placed.status_code == 302, placed.text[:500]
        return len(placed.content)

    costs.append(_cost(bookshop, "add to cart (POST)", add))
    browser.post("/cart/clear/", token)
    costs.append(_cost(bookshop, "add, checkout page, order (3 requests)", buy))
    return costs


def _followed(browser, path: str) -> int:
    answer = browser.get(path)
    while answer.is_redirect:
        answer = browser.get(answer.headers["Location"])
    assert answer.status_code == 200, (path, answer.status_code)
    return len(answer.content)


def _cost(bookshop, name: str, ask) -> PageCost:
    ask(REQUESTS)  # once more than is measured; orders want another book each time
    pid, size, took = bookshop.shop.process.pid, 0, []
    before = cpu_seconds(pid)
    for n in range(REQUESTS):
        began = time.perf_counter()
        size += ask(n)
        took.append((time.perf_counter() - began) * 1000)
    cpu_ms = (cpu_seconds(pid) - before) / REQUESTS * 1000
    return PageCost(name, cpu_ms, sorted(took)[round(REQUESTS * 0.95) - 1], size / REQUESTS / 1000)
