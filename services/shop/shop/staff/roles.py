"""Who may do what in the shop's admin: one table. The groups are set to it after every `migrate`; docs/roles.md shows it.

A model is added by one line in MODELS. Tests go through every cell, and fail for a model of the admin without a line.
"""

OWNERS, OFFICE, DISPATCHERS, AGENTS = "Owners", "Office employees", "Dispatchers", "Agents"
PRODUCTS, CONTENT, CUSTOMERS = "Product managers", "Content managers", "Customer managers"
ORDERS, USERS = "Order managers", "User managers"

# One letter for each group, as the tables below name them.
LETTERS = {
    "O": OWNERS,
    "F": OFFICE,
    "D": DISPATCHERS,
    "A": AGENTS,
    "P": PRODUCTS,
    "C": CONTENT,
    "K": CUSTOMERS,
    "R": ORDERS,
    "U": USERS,
}
SHORT = {
    "owner": OWNERS,
    "office": OFFICE,
    "dispatcher": DISPATCHERS,
    "agent": AGENTS,
    "product-manager": PRODUCTS,
    "content-manager": CONTENT,
    "customer-manager": CUSTOMERS,
    "order-manager": ORDERS,
    "user-manager": USERS,
}

# app.model: permission → who has it. "change" is what the model's buttons ask for; nobody adds or deletes rows by hand
# where the line does not say so.
MODELS: dict[str, dict[str, str]] = {
    "accounts.user": {"view": "OKU", "change": "OU"},
    "catalogue.book": {"view": "OFDAPCKR", "change": "OFP"},  # by programs, which the store answers
    "coupons.coupon": {"view": "OFPR", "add": "OF", "change": "OF", "delete": "OF"},
    "coupons.discount": {"view": "OFPR", "add": "OFP", "change": "OFP", "delete": "OFP"},
    "chat.cannedanswer": {"view": "OFAK", "add": "OFK", "change": "OFK", "delete": "OFK"},
    "chat.opening": {"view": "OFAK", "change": "OFK"},
    "chat.room": {"view": "OFAK", "change": "OFAK"},
    "contact.message": {"view": "OFAKR", "change": "OFAKR"},
    "invoices.invoice": {"view": "OFKR"},
    "notifications.mail": {"view": "OFAKR", "change": "OKR"},
    "orders.order": {"view": "OFDAKR"},
    "orders.orderevent": {"view": "OFDAKR"},
    "orders.orderline": {"view": "OFDAKR"},
    "orders.parcel": {"view": "OFDAKR"},
    "outbox.outboxmessage": {"view": "OFR", "change": "OR"},
    "payments.payment": {"view": "OFR", "change": "OF"},
    "payments.paymentevent": {"view": "OFR"},
    "payments.paymentnotice": {"view": "OF"},
    "payments.refund": {"view": "OFR", "change": "OF"},
    "returns.return": {"view": "OFAKR"},
    "returns.returnline": {"view": "OFAKR"},
    "reviews.review": {"view": "OFAC", "change": "OFC"},
    "storelink.feed": {"view": "OFR", "change": "O"},
    "storelink.retelling": {"view": "O"},
    "storelink.setaside": {"view": "OR"},
    "storelink.storeevent": {"view": "OFR"},
    "webhooks.delivery": {"view": "O", "change": "O"},
    "webhooks.endpoint": {"view": "O", "add": "O", "change": "O", "delete": "O"},
    # Of the libraries: addresses and second steps are their owners' own business, also towards the owners of the shop.
    "account.emailaddress": {},
    "mfa.authenticator": {},
    "usersessions.usersession": {},
}

SEE_ALL_ORDERS, SEE_BUYER, SEE_BILLING = "staff.see_all_orders", "staff.see_buyer", "staff.see_billing"
SETTLE_ORDER, SEE_SALES = "staff.settle_order", "staff.see_sales"

# Rights that are about no whole model. models.py holds them for Django.
RIGHTS: dict[str, tuple[str, str]] = {
    SEE_ALL_ORDERS: ("OFAKR", "may see orders in every state, not only those that may be packed"),
    SEE_BUYER: ("OFAKR", "may see who ordered, and for how much"),
    SEE_BILLING: ("OFKR", "may see billing addresses"),
    SETTLE_ORDER: ("OFR", "may settle an order's call for attention"),
    SEE_SALES: ("OFPR", "may see what is sold, and what is not"),
}

WRITE_BOOKS = "catalogue.change_book"

# Pages of their own, by the name of their address.
LOOK_AT_FEEDS, ACT_ON_FEEDS, LOOK_AT_MAIL = "storelink.view_feed", "storelink.change_feed", "notifications.view_mail"
LOOK_AT_TALKS, ANSWER_TALKS, SWITCH_CHAT = "chat.view_room", "chat.change_room", "chat.change_opening"
PAGES: dict[str, str] = {
    "upkeep:sync": LOOK_AT_FEEDS,
    "upkeep:dead-letters": LOOK_AT_FEEDS,
    "upkeep:read-books": ACT_ON_FEEDS,
    "upkeep:read-orders": ACT_ON_FEEDS,
    "upkeep:read-returns": ACT_ON_FEEDS,
    "upkeep:accept": ACT_ON_FEEDS,
    "upkeep:pictures": ACT_ON_FEEDS,
    "upkeep:throw-away": ACT_ON_FEEDS,
    "upkeep:compare": ACT_ON_FEEDS,
    "upkeep:repair": ACT_ON_FEEDS,
    "upkeep:mails": LOOK_AT_MAIL,
    "desk:board": LOOK_AT_TALKS,
    "desk:talk": LOOK_AT_TALKS,
    "desk:take": ANSWER_TALKS,
    "desk:answer": ANSWER_TALKS,
    "desk:close": ANSWER_TALKS,
    "desk:reopen": ANSWER_TALKS,
    "desk:switch": SWITCH_CHAT,
    "admin:orders_order_settle": SETTLE_ORDER,
    "admin:orders_order_story": "orders.view_order",
    "admin:invoices_invoice_page": "invoices.view_invoice",
    "admin:invoices_invoice_pdf": "invoices.view_invoice",
}
# “Try again” and “Give up” of the sync page, by the kind of row; those who may look at the page need these as well.
ACT_ON: dict[str, str] = {
    "message": "outbox.change_outboxmessage",
    "mail": "notifications.change_mail",
    "refund": "payments.change_refund",
    "aside": ACT_ON_FEEDS,
}

# Fields that need a right of their own. "only" is all that others see, so that a new field is hidden from them until it
# is listed; "not" is what others do not see. A star stands for any letters.
FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "orders.order": {
        SEE_BUYER: (
            "only",
            "reference state placed_at ship_name ship_line1 ship_line2 ship_postcode ship_city ship_country ship_phone "
            "ship_to note if_short",
        ),
        SEE_BILLING: ("not", "bill_*"),
    },
    "orders.orderline": {SEE_BUYER: ("only", "position isbn13 title quantity packed shipped short awaited")},
    "accounts.user": {"accounts.change_user": ("only", "email name is_active joined_at last_login verified orders")},
}

# Who may give which roles. Whoever moves money, or gives roles, is named by an owner.
GIVES: dict[str, frozenset[str]] = {
    OWNERS: frozenset(LETTERS.values()),
    USERS: frozenset({DISPATCHERS, AGENTS, PRODUCTS, CONTENT, CUSTOMERS, ORDERS}),
}


def permissions() -> dict[str, frozenset[str]]:
    """Every permission of the table, as Django names them, and the groups that have it."""
    of_models = {
        f"{model.partition('.')[0]}.{verb}_{model.partition('.')[2]}": letters
        for model, verbs in MODELS.items()
        for verb, letters in verbs.items()
    }
    rights = {name: letters for name, (letters, _) in RIGHTS.items()}
    return {name: frozenset(LETTERS[letter] for letter in letters) for name, letters in (of_models | rights).items()}


def groups_with(permission: str) -> frozenset[str]:
    return permissions().get(permission, frozenset())
