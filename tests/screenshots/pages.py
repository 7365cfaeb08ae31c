"""The pages that have a picture. A new page is one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from screenshots import visits, webhook_visits
from screenshots.visits import Visitor

GUEST, CUSTOMER = "guest", "customer"
OWNER, OFFICE, DISPATCHER, AGENT, PACKER = "owner", "office", "dispatcher", "agent", "packer"


@dataclass(frozen=True)
class Page:
    """:ivar way: a path, or the steps that end on the page; :ivar who: looks, and is logged in unless it is a guest;
    :ivar site: whose path it is; :ivar dark: shown on a phone in the dark as well; :ivar status: what a path answers with.
    """

    name: str
    way: str | Callable[[Visitor], None]
    who: str = GUEST
    site: str = "shop"
    dark: bool = False
    status: int = 200


PAGES = (
    # finding
    Page("home", "/", dark=True),
    Page("list", "/books/", dark=True),
    Page("list-filtered", visits.filtered_list),
    Page("list-filters", visits.open_filters, dark=True),
    Page("search", "/books/?q=sherlok+holmes"),
    Page("search-nothing", "/books/?q=no+such+book", dark=True),
    Page("categories", "/categories/"),
    Page("category", "/categories/fiction/"),
    Page("author", visits.place_of("authors")),
    Page("series", visits.series),
    Page("publisher", visits.place_of("publishers")),
    Page("book", visits.book_of_a_series, dark=True),
    Page("book-sold-out", visits.book_sold_out),
    Page("book-in-cart", visits.book_in_cart),
    # cart and checkout
    Page("cart-empty", "/cart/"),
    Page("cart", visits.cart, dark=True),
    Page("cart-mistake", visits.cart_with_a_mistake),
    Page("checkout", visits.checkout, dark=True),
    Page("checkout-mistakes", visits.checkout_with_mistakes, dark=True),
    Page("checkout-coupon-refused", visits.coupon_refused),
    # paying
    Page("pay", visits.pay),
    Page("pay-declined", visits.pay_declined),
    Page("test-bank", visits.test_bank),
    Page("bank-transfer", visits.bank_transfer, dark=True),
    Page("order-unpaid", visits.order_unpaid),
    Page("order-cancel", visits.order_cancel),
    # orders and the account
    Page("order", visits.shipped_order, CUSTOMER, dark=True),
    Page("order-story", visits.story_of_an_order, CUSTOMER, dark=True),
    Page("order-guest", visits.order_of_a_guest),
    Page("invoice", visits.invoice, CUSTOMER),
    Page("return-ask", visits.return_ask, CUSTOMER),
    Page("my-orders", "/orders/", CUSTOMER),
    Page("my-orders-none", visits.no_orders),
    Page("wishlist", visits.wishlist, CUSTOMER, dark=True),
    Page("wishlist-empty", visits.wishlist_empty),
    Page("reviews", "/reviews/", CUSTOMER),
    Page("review-new", visits.review_new, CUSTOMER),
    Page("account", "/account/", CUSTOMER, dark=True),
    Page("account-letters", "/account/letters/", CUSTOMER),
    Page("account-name", "/account/name/", CUSTOMER),
    Page("addresses", "/account/addresses/", CUSTOMER),
    Page("address-new", "/account/addresses/new/", CUSTOMER),
    Page("account-email", visits.behind_the_password("/accounts/email/"), CUSTOMER),
    Page("account-password", "/accounts/password/change/", CUSTOMER),
    Page("account-log-ins", "/accounts/sessions/", CUSTOMER),
    Page("account-second-step", "/accounts/2fa/", CUSTOMER),
    Page("account-authenticator", visits.behind_the_password("/accounts/2fa/totp/activate/"), CUSTOMER),
    Page("account-data", visits.behind_the_password("/account/data/"), CUSTOMER),
    Page("account-delete", visits.behind_the_password("/account/delete/"), CUSTOMER),
    Page("log-in", "/accounts/login/", dark=True),
    Page("log-in-again", "/accounts/reauthenticate/", CUSTOMER),
    Page("log-out", "/accounts/logout/", CUSTOMER),
    Page("sign-up", "/accounts/signup/"),
    Page("sign-up-mistakes", visits.sign_up_with_mistakes),
    Page("sign-up-code", visits.sign_up_code),
    Page("password-forgotten", "/accounts/password/reset/"),
    Page("about", "/about/", dark=True),
    Page("help", "/help/"),
    Page("contact", "/contact/"),
    Page("talk-begin", "/chat/"),
    Page("talk", visits.talk, CUSTOMER, dark=True),
    Page("contact-mistakes", visits.contact_with_mistakes),
    Page("api-docs", "/api/docs/"),
    Page("not-found", "/nothing/", dark=True, status=404),
    Page("not-for-you", "/admin/", CUSTOMER, status=403),
    # staff
    Page("admin", "/admin/", OWNER, dark=True),
    Page("admin-office", "/admin/", OFFICE),
    Page("admin-dispatcher", "/admin/", DISPATCHER),
    Page("admin-agent", "/admin/", AGENT),
    Page("admin-orders", visits.orders_in_the_admin, OWNER),
    Page("admin-order", visits.order_in_the_admin, OWNER, dark=True),
    Page("admin-books", "/admin/catalogue/book/", OWNER),
    Page("admin-people", "/admin/accounts/user/", OWNER),
    Page("admin-person", visits.first_of("/admin/accounts/user/", "shop"), OWNER),
    Page("admin-coupon", "/admin/coupons/coupon/add/", OWNER),
    Page("admin-reviews", "/admin/reviews/review/", OWNER),
    Page("desk", "/admin/talks/", AGENT),
    Page("desk-talk", visits.desk_talk, AGENT, dark=True),
    Page("sync", "/admin/sync/", OWNER, dark=True),
    Page("mail-matrix", "/admin/sync/mails/", OWNER),
    Page("dead-letters", "/admin/sync/dead-letters/", OWNER),
    Page("payments", "/admin/payments/payment/", OWNER),
    Page("webhooks", webhook_visits.webhooks, OWNER),
    Page("webhook", webhook_visits.webhook, OWNER),
    Page("webhook-delivery", webhook_visits.delivery, OWNER),
    Page("order-story-ops", visits.story_beside_an_order, OWNER, dark=True),
    Page("store-log-in", "/admin/login/", site="store", dark=True),
    Page("store", "/admin/", PACKER, "store", dark=True),
    Page("store-second-step", visits.page_of_the_store("/admin/second-step/set-up/"), OWNER, "store"),
    Page("store-books", visits.page_of_the_store("/admin/catalogue/book/"), OWNER, "store"),
    Page("store-book", visits.first_of("/admin/catalogue/book/"), OWNER, "store"),
    Page("store-copies", visits.page_of_the_store("/admin/stock/bookitem/"), OWNER, "store"),
    Page("store-copy", visits.first_of("/admin/stock/bookitem/"), OWNER, "store"),
    Page("store-orders", visits.orders_in_the_store, PACKER, "store"),
    Page("packing", visits.packing, PACKER, "store", dark=True),
    Page("packing-story", visits.story_in_the_store, PACKER, "store"),
    Page("packing-queue", visits.packing_queue, PACKER, "store"),
    Page("packing-bench", visits.packing_bench, PACKER, "store", dark=True),
    Page("packing-commands", "/admin/packing/commands/", PACKER, "store"),
    Page("parcels", "/admin/packing/parcels/", PACKER, "store"),
    Page("stock", visits.page_of_the_store("/admin/shelves/"), OWNER, "store", dark=True),
    Page("stock-book", visits.why_a_number, OWNER, "store"),
    Page("stock-move", visits.moving_copies, OWNER, "store"),
    Page("receiving", visits.receiving, OWNER, "store", dark=True),
    Page("receiving-new", visits.page_of_the_store("/admin/receiving/new/"), OWNER, "store"),
    Page("deliveries", visits.page_of_the_store("/admin/receiving/"), OWNER, "store"),
    Page("counts", visits.page_of_the_store("/admin/counting/"), OWNER, "store"),
    Page("counting", visits.counting, OWNER, "store"),
    Page("labels", visits.page_of_the_store("/admin/labels/copies/"), OWNER, "store"),
    Page("labels-shelves", visits.page_of_the_store("/admin/labels/shelves/"), OWNER, "store"),
    Page("imports", visits.imports, OWNER, "store"),
    Page("import-columns", visits.import_columns, OWNER, "store"),
    Page("import-checked", visits.import_checked, OWNER, "store", dark=True),
    Page("returns-desk", "/admin/returns/return/receive/", PACKER, "store", dark=True),
    Page("returns", visits.page_of_the_store("/admin/returns/return/"), OWNER, "store"),
    Page("mail", "/", site="mail"),
)
