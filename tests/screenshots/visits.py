"""The ways to pages that no address alone leads to. Each ends on its page."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import people
from playwright.sync_api import Page

TITLES = ("Devdas", "The Four Million", "White Fang")
PASSWORD = "a long walk in the rain"
IMPORTS = "/admin/importing/importrun/"
SPRING = """EAN;Titel;Autor;Preis;Bestand;Farbe
9786990000022;Candide (revised);Voltaire;14,90;2;blau
9791200000013;The Lamp at Sea;Miriam Hale;22,00;4;rot
9791200000020;Two Coasts;Ada Okafor;18,50;3;rot
9791200000021;A Wrong Number;Nobody;9,00;1;rot
""".encode()


@dataclass
class Scene:
    """One bookshop, and what its visitors have left for each other."""

    card: dict
    made: dict[str, str] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], str]) -> str:
        """This function will make something at the first call only, and return it at each."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]


@dataclass
class Visitor:
    page: Page
    scene: Scene
    login: dict | None  # None for a guest

    @property
    def shop(self) -> str:
        return self.scene.card["shop"]["url"]

    def open(self, path: str) -> None:
        self.page.goto(self.shop + path)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).first.click()
        self.page.wait_for_load_state()


def _someone() -> str:
    return f"reader.{uuid4().hex[:8]}@readers.example"


# --- finding ---


def filtered_list(visitor: Visitor) -> None:
    visitor.open("/categories/fiction/?in_stock=1&price=5")
    visitor.page.locator(".chip-remove").first.wait_for()


def open_filters(visitor: Visitor) -> None:
    visitor.open("/categories/fiction/?in_stock=1")
    if visitor.page.locator(".filters > summary").is_visible():
        visitor.page.locator(".filters > summary").click()


def place_of(kind: str) -> Callable[[Visitor], None]:
    """The first author, series or publisher whose page lists several books."""

    def visit(visitor: Visitor) -> None:
        places = visitor.page.request.get(f"{visitor.shop}/sitemap-places.xml").text()
        for place in re.findall(rf"<loc>[^<]*?(/{kind}/[^<]+)</loc>", places):
            visitor.open(place)
            if visitor.page.locator(".book-list > li").count() > 1:
                return
        raise AssertionError(f"no page below /{kind}/ lists two books")

    return visit


series = place_of("series")


def book_of_a_series(visitor: Visitor) -> None:
    series(visitor)
    visitor.page.locator(".card-words a").first.click()
    visitor.page.wait_for_load_state()


def book_sold_out(visitor: Visitor) -> None:
    visitor.open("/books/?order=title")
    while not visitor.page.locator(".card-book", has=visitor.page.locator(".stock-none")).count():
        visitor.page.locator("a[rel=next]").first.click()
        visitor.page.wait_for_load_state()
    visitor.page.locator(".card-book", has=visitor.page.locator(".stock-none")).first.locator("h2 a").click()
    visitor.page.wait_for_load_state()


def book_in_cart(visitor: Visitor) -> None:
    people.put_in_cart(visitor.page, visitor.shop, TITLES[0])


# --- cart, checkout, paying ---


def cart(visitor: Visitor) -> None:
    for title in TITLES[:2]:
        people.put_in_cart(visitor.page, visitor.shop, title)
    visitor.open("/cart/")


def cart_with_a_mistake(visitor: Visitor) -> None:
    cart(visitor)
    visitor.page.locator(".stepper .quantity").first.fill("many")
    visitor.page.locator(".stepper .quantity").first.press("Enter")
    visitor.page.locator(".line-error").first.wait_for()


def checkout(visitor: Visitor) -> None:
    cart(visitor)
    visitor.open("/checkout/")


def checkout_with_mistakes(visitor: Visitor) -> None:
    checkout(visitor)
    visitor.page.get_by_label("Full name").fill("Alice Reader")
    visitor.page.locator("#place-order").click()
    visitor.page.locator("#errors").wait_for()


def coupon_refused(visitor: Visitor) -> None:
    checkout(visitor)
    visitor.page.get_by_label("Coupon").fill("NOSUCHCODE")
    visitor.press("Apply")
    visitor.page.locator("#id_coupon_error").wait_for()


def pay(visitor: Visitor) -> None:
    """The page with every way to pay: who chose one at the checkout sees the others there."""
    bank_transfer(visitor)
    visitor.page.get_by_role("link", name="Pay in another way").click()
    visitor.page.wait_for_url("**/pay/**")


def bank_transfer(visitor: Visitor) -> None:
    cart(visitor)
    people.place_order(visitor.page, visitor.shop, email=_someone(), payment="bank_transfer")
    visitor.page.wait_for_url("**/bank-transfer/**")


def test_bank(visitor: Visitor) -> None:
    people.put_in_cart(visitor.page, visitor.shop, TITLES[0])
    people.place_order(visitor.page, visitor.shop, email=_someone(), payment="test")
    visitor.page.wait_for_url("**/test-bank/**")


def pay_declined(visitor: Visitor) -> None:
    test_bank(visitor)
    visitor.press("Decline the card")
    visitor.page.wait_for_url("**/pay/**")


def order_unpaid(visitor: Visitor) -> None:
    pay_declined(visitor)
    visitor.page.get_by_role("link", name="To the order, or to cancel it").click()
    visitor.page.wait_for_load_state()


def order_cancel(visitor: Visitor) -> None:
    order_unpaid(visitor)
    visitor.page.get_by_role("link", name="Cancel this order").click()
    visitor.page.wait_for_url("**/cancel/")


# --- orders and accounts ---


def order_of_a_guest(visitor: Visitor) -> None:
    cart(visitor)
    people.check_out(visitor.page, visitor.shop, email=_someone())


def shipped_order(visitor: Visitor) -> None:
    """The customer's own order, which the packer has sent."""

    def make() -> str:
        cart(visitor)
        reference = people.check_out(visitor.page, visitor.shop)
        address = visitor.page.url
        people.wait_for_status(visitor.page, "Accepted by the warehouse")
        packer = visitor.page.context.browser.new_page()
        people.log_in_to_store(packer, visitor.scene.card["store"]["url"], visitor.scene.card["logins"]["packer"])
        people.pack(packer, visitor.scene.card["store"]["url"], reference)
        packer.context.close()
        return address

    visitor.page.goto(visitor.scene.once("shipped order", make))
    people.wait_for_status(visitor.page, "Shipped")


def story_of_an_order(visitor: Visitor) -> None:
    shipped_order(visitor)
    visitor.page.get_by_role("link", name="Letters, parcels and all else").click()
    visitor.page.wait_for_url("**/story/")


def invoice(visitor: Visitor) -> None:
    shipped_order(visitor)
    visitor.page.get_by_role("link", name="Invoice").first.click()
    visitor.page.wait_for_url("**/invoice/")


def return_ask(visitor: Visitor) -> None:
    shipped_order(visitor)
    visitor.page.get_by_role("link", name="Send books back").click()
    visitor.page.wait_for_url("**/return/")


def wishlist(visitor: Visitor) -> None:
    book_sold_out(visitor)
    if visitor.page.get_by_role("button", name="Add to wishlist").count():
        visitor.press("Add to wishlist")
        visitor.page.get_by_role("button", name="On your wishlist").first.wait_for()
    visitor.open("/wishlist/")


def wishlist_empty(visitor: Visitor) -> None:
    no_orders(visitor)
    visitor.open("/wishlist/")


def review_new(visitor: Visitor) -> None:
    shipped_order(visitor)
    visitor.page.locator(".items tbody a").first.click()
    visitor.page.get_by_role("link", name="Write a review").click()
    visitor.page.wait_for_url("**/reviews/new/**")


def contact_with_mistakes(visitor: Visitor) -> None:
    visitor.open("/contact/")
    visitor.page.locator("main form [type=submit]").first.click()
    visitor.page.locator("#errors").wait_for()


def talk(visitor: Visitor) -> None:
    """What the customer asked, before anybody has answered."""

    def make() -> str:
        _ask(visitor.page, visitor.shop, "Do you have old maps of Rome?")
        return visitor.page.url

    visitor.page.goto(visitor.scene.once("talk", make))


def desk_talk(visitor: Visitor) -> None:
    """A guest's talk at the desk, with what the employee has answered."""

    def make() -> str:
        guest = visitor.page.context.browser.new_page()
        _ask(guest, visitor.shop, "Can you wrap a book as a present?", email=_someone())
        number = guest.url.rstrip("/").rpartition("/")[2]
        guest.context.close()
        visitor.open(f"/admin/talks/{number}/")
        visitor.page.get_by_label("Your answer").fill("Gladly. Say so in the note to your order.")
        visitor.press("Send the answer")
        return visitor.page.url

    visitor.page.goto(visitor.scene.once("desk talk", make))


def _ask(page: Page, shop: str, text: str, *, email: str = "") -> None:
    page.goto(f"{shop}/chat/")
    if email:
        page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/chat/[0-9a-f-]{36}/"))


def no_orders(visitor: Visitor) -> None:
    people.register(visitor.page, visitor.shop, visitor.scene.card["mail"]["url"], email=_someone(), password=PASSWORD)
    visitor.open("/orders/")


def behind_the_password(path: str) -> Callable[[Visitor], None]:
    """A page that asks for the password once more if it was typed some minutes ago."""

    def visit(visitor: Visitor) -> None:
        visitor.open(path)
        if "/reauthenticate/" in visitor.page.url:
            visitor.page.get_by_label("Password").fill(visitor.login["password"])
            visitor.press("Go on")
        visitor.page.wait_for_url(f"**{path}")

    return visit


def sign_up_with_mistakes(visitor: Visitor) -> None:
    visitor.open("/accounts/signup/")
    visitor.page.get_by_label("Email").fill(_someone())
    visitor.page.get_by_label("Password", exact=True).fill("12345678")
    visitor.press("Register")
    visitor.page.locator("#errors").wait_for()


def sign_up_code(visitor: Visitor) -> None:
    visitor.open("/accounts/signup/")
    visitor.page.get_by_label("Email").fill(_someone())
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.press("Register")
    visitor.page.wait_for_url("**/confirm-email/**")


# --- staff ---


def _order_that_waits(visitor: Visitor) -> str:
    """The reference of one that everybody only looks at."""
    return visitor.scene.once("order that waits", lambda: _order_to_pack(visitor))


def _order_to_pack(visitor: Visitor) -> str:
    guest = visitor.page.context.browser.new_page()
    at_the_till = Visitor(guest, visitor.scene, None)
    cart(at_the_till)
    reference = people.check_out(guest, visitor.shop, email=_someone())
    people.wait_for_status(guest, "Accepted by the warehouse")
    guest.context.close()
    return reference


def packing(visitor: Visitor) -> None:
    """The page of an order that waits, with the copies that the store proposes."""
    _open_in_the_store(visitor)
    visitor.press("Propose the oldest free copies")


def _open_in_the_store(visitor: Visitor) -> None:
    reference = _order_that_waits(visitor)
    visitor.page.goto(f"{visitor.scene.card['store']['url']}/admin/orders/order/?q={reference}")
    visitor.page.locator("#result_list tbody th a").first.click()


def orders_in_the_store(visitor: Visitor) -> None:
    _order_that_waits(visitor)
    visitor.page.goto(f"{visitor.scene.card['store']['url']}/admin/orders/order/")


def story_in_the_store(visitor: Visitor) -> None:
    _open_in_the_store(visitor)
    visitor.page.get_by_role("link", name="All that happened to it").click()
    visitor.page.wait_for_url("**/story/")


def story_beside_an_order(visitor: Visitor) -> None:
    order_in_the_admin(visitor)
    visitor.page.get_by_role("link", name="Its story").click()
    visitor.page.wait_for_url("**/story/")


def orders_in_the_admin(visitor: Visitor) -> None:
    _order_that_waits(visitor)
    visitor.open("/admin/orders/order/")


def order_in_the_admin(visitor: Visitor) -> None:
    visitor.open(f"/admin/orders/order/?q={_order_that_waits(visitor)}")
    visitor.page.locator("#result_list tbody th a").first.click()
    visitor.page.wait_for_url("**/change/**")


def packing_queue(visitor: Visitor) -> None:
    _order_that_waits(visitor)
    visitor.page.goto(f"{visitor.scene.card['store']['url']}/admin/packing/")


def packing_bench(visitor: Visitor) -> None:
    """The bench of an order with one of its copies scanned."""
    reference = _order_to_pack(visitor)
    packing_queue(visitor)
    visitor.page.get_by_role("link", name=reference).click()
    visitor.page.locator("#code").fill(visitor.page.locator("#scan [name=offered]").input_value())
    visitor.page.locator("#code").press("Enter")
    visitor.page.locator("#told").wait_for()


def _scan(visitor: Visitor, code: str) -> None:
    visitor.page.locator("#code").fill(code)
    visitor.page.locator("#code").press("Enter")
    visitor.page.locator("#told").wait_for()


def _isbn(visitor: Visitor) -> str:
    _into_the_store(visitor, "/admin/catalogue/book/?stock=medium")
    return visitor.page.locator("#result_list .field-isbn13").first.inner_text()


def page_of_the_store(path: str) -> Callable[[Visitor], None]:
    """A page for an owner, who is logged in at the shop alone."""

    def visit(visitor: Visitor) -> None:
        _into_the_store(visitor, path)

    return visit


def first_of(path: str, site: str = "store") -> Callable[[Visitor], None]:
    """The page of what stands first in a list of an admin."""

    def visit(visitor: Visitor) -> None:
        if site == "store":
            _into_the_store(visitor, path)
        else:
            visitor.open(path)
        visitor.page.locator("#result_list tbody th a").first.click()
        visitor.page.wait_for_url("**/change/**")

    return visit


def why_a_number(visitor: Visitor) -> None:
    """The ledger of a book, found by its ISBN."""
    isbn = _isbn(visitor)
    _into_the_store(visitor, f"/admin/shelves/?code={isbn}")


def moving_copies(visitor: Visitor) -> None:
    _into_the_store(visitor, "/admin/shelves/move/")
    _scan(visitor, "SHELF A-03-2")


def receiving(visitor: Visitor) -> None:
    """A delivery of which one copy is in."""
    isbn, reference = _isbn(visitor), uuid4().hex[:8].upper()
    _into_the_store(visitor, "/admin/receiving/new/")
    visitor.page.get_by_label("Supplier").fill("Dawn & Sons")
    visitor.page.get_by_label("Number of the delivery note").fill(reference)
    visitor.page.get_by_label("Books").fill(f"{isbn}; 3")
    visitor.press("Write it down")
    _scan(visitor, isbn)


def counting(visitor: Visitor) -> None:
    """A shelf of which nothing is found yet."""
    _into_the_store(visitor, "/admin/stock/bookitem/?state__exact=available&origin__exact=demo")
    shelf = visitor.page.locator("#result_list .field-shelf").first.inner_text()
    _into_the_store(visitor, "/admin/counting/")
    visitor.page.get_by_label("Shelf").fill(shelf)
    visitor.press("Begin to count")
    visitor.page.locator("#code").wait_for()


def imports(visitor: Visitor) -> None:
    """The list of imports, with one in it."""
    visitor.scene.once("import", lambda: _checked_import(visitor))
    _into_the_store(visitor, IMPORTS)


def import_columns(visitor: Visitor) -> None:
    """What each column of a file is, guessed and to be confirmed."""
    _into_the_store(visitor, f"{IMPORTS}add/")
    visitor.page.get_by_label("File").set_input_files({"name": "spring.csv", "mimeType": "text/csv", "buffer": SPRING})
    visitor.press("Upload and check")


def import_checked(visitor: Visitor) -> None:
    """What a file would change, before somebody says yes."""
    address = visitor.scene.once("import", lambda: _checked_import(visitor))
    if visitor.page.url != address:
        _into_the_store(visitor, address)


def _checked_import(visitor: Visitor) -> str:
    import_columns(visitor)
    visitor.press("Check the file")
    visitor.page.get_by_role("button", name="Yes, bring it in").wait_for()
    return visitor.page.url


def _into_the_store(visitor: Visitor, path: str) -> None:
    store = visitor.scene.card["store"]["url"]
    if not visitor.page.url.startswith(store):
        people.log_in_to_store(visitor.page, store, visitor.login)
    visitor.page.goto(store + path.removeprefix(store))
