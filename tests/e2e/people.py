"""What the people of the journeys do, each in their own browser window."""

import base64
import hmac
import re
import time
from uuid import uuid4

import requests

HEARD_WITHIN_SECONDS = 30
MOST_TABS = 120
CODE = re.compile(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", re.MULTILINE)
NEW_PASSWORD = re.compile(r"http://\S+/accounts/password/reset/key/\S+")
REFERENCE = re.compile(r"[Oo]rder ([0-9A-F]{4}-[0-9A-F]{4})")
TRANSFER = re.compile(r"(Order [0-9A-F]{4}-[0-9A-F]{4})")


def register(page, shop: str, mail: str, *, email: str, password: str) -> None:
    """This function will register and type the code that comes by mail."""
    page.goto(f"{shop}/accounts/signup/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/confirm-email/**")
    wait_for_letters(mail, email, 1)
    code = CODE.search(letters_to(mail, email)[-1]["Content"]["Body"])[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.wait_for_url(lambda url: "confirm-email" not in url)


def code_of_the_app(secret: str, *, steps_later: int = 0) -> str:
    """What an authenticator app shows (RFC 6238); the shop takes each code once, and one of the next 30 s as well."""
    step = int(time.time() // 30 + steps_later).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), step, "sha1")
    start = digest[-1] & 15
    return f"{int.from_bytes(digest[start : start + 4], 'big') % 2**31 % 10**6:06}"


def walk_to(page, target) -> None:
    """This function will press Tab until it is reached, as who has no mouse does; the focus is always to be seen."""
    for _ in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
            assert outline != "none" or shadow != "none", f"The focus is not to be seen on {target}."
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {target}.")


def put_in_cart(page, shop: str, title: str) -> None:
    page.goto(f"{shop}/books/")
    page.get_by_role("searchbox").fill(title)
    page.get_by_role("searchbox").press("Enter")
    page.locator("main").get_by_role("link", name=title, exact=True).first.click()
    page.wait_for_load_state()
    if not page.get_by_role("button", name="Add to cart").count():  # the journeys before have bought the last one
        # By title: the newest may be a book in rials, which few ways to pay take.
        page.goto(f"{shop}/books/?in_stock=1&order=title")
        page.locator(".book-list .card-words a").first.click()
        page.wait_for_load_state()
    page.get_by_role("button", name="Add to cart").first.click()
    page.get_by_text("put in your cart").first.wait_for()


def check_out(page, shop: str, *, email: str | None = None, pays_now: bool = False) -> str:
    """This function will order what is in the cart and return the order's reference.

    :param pays_now: ends at the test bank; otherwise the order is paid on delivery.
    """
    place_order(page, shop, email=email, payment="test" if pays_now else None)
    if pays_now:
        go_to_test_bank(page)
        return REFERENCE.search(page.locator("main").inner_text()).group(1)
    page.wait_for_url("**/orders/*-*-*/**")
    return REFERENCE.search(page.locator("h1").inner_text()).group(1)


def order_as_guest(page, shop: str, titles) -> str:
    """This function will order these books and return the order's reference once the warehouse has it."""
    for title in titles:
        put_in_cart(page, shop, title)
    reference = check_out(page, shop, email=f"guest.{uuid4().hex[:8]}@readers.example")
    wait_for_status(page, "Accepted by the warehouse")
    return reference


def go_to_test_bank(page) -> None:
    """This function will end at the test bank, where who chose it by name is already; others press its button."""
    page.wait_for_url(re.compile("/pay/|/test-bank/"))
    if "/test-bank/" not in page.url:
        page.get_by_role("button", name="Pay with Test bank").click()
        page.wait_for_url("**/test-bank/**")


def place_order(page, shop: str, *, email: str | None = None, payment: str | None = None) -> None:
    """This function will fill in the checkout and send it; what comes then depends on the way to pay."""
    page.goto(f"{shop}/checkout/")
    if email:
        page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Full name").fill("Alice Reader")
    page.get_by_label("Street and number", exact=True).fill("Long Lane 1")
    page.get_by_label("Postcode", exact=True).fill("10115")
    page.get_by_label("Town or city", exact=True).fill("Berlin")
    page.get_by_label("Country", exact=True).select_option("DE")
    if payment:
        # A single gateway has no name of its own at checkout: it is "pay now".
        named, alone = (page.locator(f"input[name=payment][value={value}]") for value in (payment, "prepaid"))
        named.or_(alone).check()
    page.locator("#place-order").click()


def log_in_to_store(page, store: str, login: dict) -> None:
    page.goto(f"{store}/admin/")
    page.locator("[name=username]").fill(login["email"])
    page.locator("[name=password]").fill(login["password"])
    page.locator("[type=submit]").click()
    page.get_by_role("link", name="Log out").or_(page.get_by_role("button", name="Log out")).first.wait_for()


def log_in_to_admin(page, shop: str, login: dict, path: str = "/admin/") -> None:
    """This function will log staff of the shop in, on the way to a page of its admin."""
    page.goto(shop + path)
    page.get_by_label("Email").fill(login["email"])
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.locator("main form button[type=submit]").click()
    page.locator("#content-main").wait_for()


def pack(page, store: str, reference: str) -> None:
    """This function will open the order, take the proposed copies, set success and save."""
    page.goto(f"{store}/admin/orders/order/?q={reference}")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("button", name="Propose the oldest free copies").click()
    page.get_by_label("Success").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".messagelist .success").wait_for()


def book_transfer(page, shop: str, login: dict, reference: str) -> None:
    """This function will find the payment by what the customer wrote, and book its full amount."""
    page.goto(f"{shop}/admin/payments/payment/")
    page.get_by_label("Email").fill(login["email"])
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.locator("main form button[type=submit]").click()
    page.goto(f"{shop}/admin/payments/payment/?q={reference}")
    page.locator("input.action-select").check()
    page.locator("select[name=action]").select_option("money_came")
    page.get_by_role("button", name="Run the selected action").or_(page.get_by_role("button", name="Go")).first.click()
    page.get_by_label("Reference on our statement").fill(f"Line {reference}")
    page.get_by_role("button", name="Write it down").click()
    page.locator(".messagelist .success").wait_for()


def status(page) -> str:
    return page.locator(".order-head .state").inner_text()


def wait_for_status(page, words: str) -> None:
    """This function will look at the order's page again until it says these words, as a waiting customer does."""
    deadline = time.monotonic() + HEARD_WITHIN_SECONDS
    while status(page) != words:
        assert time.monotonic() < deadline, f"The page still says “{status(page)}”, not “{words}”."
        page.wait_for_timeout(300)
        page.reload()


def watch_status(page, words: str) -> None:
    """This function will wait until the open page says these words by itself, without being loaded again."""
    page.locator(".order-head .state", has_text=words).wait_for(timeout=HEARD_WITHIN_SECONDS * 1000)


def letters_to(mail: str, address: str) -> list[dict]:
    """The captured mails to one address, oldest first."""
    found = requests.get(f"{mail}/api/v2/search", params={"kind": "to", "query": address, "limit": 100}, timeout=10)
    return sorted(found.json()["items"], key=lambda item: item["Created"])


def link_to_a_new_password(mail: str, address: str) -> str:
    """The link in the letter about a lost password: the second letter to who registered before."""
    wait_for_letters(mail, address, 2)
    letter = letters_to(mail, address)[-1]["Content"]["Body"].replace("=\r\n", "").replace("=3D", "=")
    return NEW_PASSWORD.search(letter)[0]


def wait_for_letters(mail: str, address: str, number: int) -> list[str]:
    """This function will return the subjects once that many letters have come."""
    deadline = time.monotonic() + HEARD_WITHIN_SECONDS
    while len(letters := letters_to(mail, address)) < number:
        assert time.monotonic() < deadline, f"Only {len(letters)} of {number} letters came to {address}."
        time.sleep(0.3)
    return [letter["Content"]["Headers"]["Subject"][0] for letter in letters]
