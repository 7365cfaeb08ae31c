"""Who may do what in the store: one table. The groups are set to it after every `migrate`; docs/roles-store.md shows it.

A model, a page, or a door of the API is added by one line. Tests go through every cell, and fail for one without a line.
Pages and doors are opened by `staff_pages.rights_on` and `api.permissions`, which ask nothing but this table.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

OWNERS, OFFICE, DISPATCHERS, KEEPERS = "Owners", "Office employees", "Dispatchers", "Stock keepers"

# One letter for each group, as the tables below name them.
LETTERS = {"O": OWNERS, "F": OFFICE, "D": DISPATCHERS, "K": KEEPERS}
GROUP_OF_ROLE = {"owner": OWNERS, "office": OFFICE, "packer": DISPATCHERS, "keeper": KEEPERS}

# app.model: permission → who has it. Nobody deletes anything of the warehouse.
MODELS: dict[str, dict[str, str]] = {
    "accounts.user": {"view": "O", "add": "O", "change": "O"},
    "auth.group": {"view": "O"},
    "api.servicecredential": {"view": "O"},
    "api.bookwrite": {"view": "OF"},
    "catalogue.book": {"view": "OFDK", "add": "OF", "change": "OF"},
    "catalogue.category": {"view": "OFDK", "add": "OF", "change": "OF"},
    "stock.bookitem": {"view": "OFDK", "add": "OFK", "change": "OFDK"},
    "stock.ledgerline": {"view": "OFDK"},
    "orders.order": {"view": "OFD", "change": "OFD"},
    "holds.hold": {"view": "OF"},
    "holds.holdline": {"view": "OF"},
    "returns.return": {"view": "OFD", "change": "OFD"},
    "importing.importrun": {"view": "OF", "add": "OF", "change": "OF"},
    "receiving.delivery": {"view": "OFK", "add": "OFK", "change": "OFK"},
    "counting.shelfcount": {"view": "OFK", "add": "OFK", "change": "OFK"},
}

SEE_ORDERS, PACK = "orders.view_order", "orders.change_order"
SEE_UNPAID, SEE_PRICES = "orders.see_unpaid_order", "accounts.see_prices"
SEE_RETURNS, TAKE_BACK, DECIDE = "returns.view_return", "returns.change_return", "returns.decide_return"
SEE_COPIES, MOVE_COPIES = "stock.view_bookitem", "stock.change_bookitem"
SEE_DELIVERIES, NOTE_DELIVERY, RECEIVE = (f"receiving.{verb}_delivery" for verb in ("view", "add", "change"))
SEE_COUNTS, COUNT = "counting.view_shelfcount", "counting.change_shelfcount"
SEE_IMPORTS, IMPORT = "importing.view_importrun", "importing.change_importrun"
SEE_HOLDS, SEE_BOOKS, EDIT_STAFF = "holds.view_hold", "catalogue.view_book", "accounts.change_user"

# Rights beyond seeing, adding and changing. Their models hold them for Django; accounts/models.py those that have none.
RIGHTS: dict[str, tuple[str, str]] = {
    SEE_UNPAID: ("OF", "sees orders that are to be paid beforehand and are not; they are not packed"),
    SEE_PRICES: ("OF", "sees what an order costs and what is paid of it"),
    DECIDE: ("OF", "approves and refuses returns"),
}


class Page(NamedTuple):
    """Which permission a page asks for.

    :ivar see: of whoever looks; blank if there is nothing to look at.
    :ivar act: of whoever sends something; blank if nobody may.
    :ivar buttons: what some buttons need besides, by their names.
    """

    see: str
    act: str = ""
    buttons: Mapping[str, str] = {}

    def wants(self, *, sends: bool, form: Collection[str] = ()) -> set[str]:
        """This function will answer all permissions that are needed; a blank one is nobody's."""
        if not sends:
            return {self.see}
        return {self.act, *(right for button, right in self.buttons.items() if button in form)}


# The staff's own pages, by the name of their address, and those of the admin that do more than a model's pages do.
PAGES: dict[str, Page] = {
    "packing:queue": Page(SEE_ORDERS),
    "packing:next": Page("", PACK),
    "packing:commands": Page(SEE_ORDERS),
    "packing:parcel": Page(SEE_ORDERS, PACK, {"take_in": TAKE_BACK}),
    "packing:slip": Page(SEE_ORDERS),
    "packing:parcels": Page(SEE_ORDERS),
    "packing:bench": Page(SEE_ORDERS, PACK),
    "packing:story": Page(SEE_ORDERS),
    "labels:pick-list": Page(SEE_ORDERS),
    "labels:copies": Page(SEE_COPIES, SEE_COPIES),
    "labels:shelves": Page(SEE_COPIES, SEE_COPIES),
    "labels:batches": Page(SEE_COPIES),
    "labels:batch": Page(SEE_COPIES),
    "labels:batch-file": Page(SEE_COPIES),
    "shelves:stock": Page(SEE_COPIES),
    "shelves:move": Page(MOVE_COPIES, MOVE_COPIES),
    "shelves:book": Page(SEE_COPIES),
    "shelves:copy": Page(SEE_COPIES),
    "receiving:deliveries": Page(SEE_DELIVERIES),
    "receiving:new": Page(NOTE_DELIVERY, NOTE_DELIVERY),
    "receiving:delivery": Page(SEE_DELIVERIES, RECEIVE),
    "counting:counts": Page(SEE_COUNTS, COUNT),
    "counting:count": Page(SEE_COUNTS, COUNT),
    "admin:orders_order_change": Page(SEE_ORDERS, PACK),
    "admin:orders_order_copies": Page(PACK),
    "admin:returns_return_change": Page(SEE_RETURNS, TAKE_BACK, {"_approve": DECIDE, "_refuse": DECIDE}),
    "admin:returns_return_receive": Page(TAKE_BACK, TAKE_BACK),
    "admin:importing_importrun_change": Page(SEE_IMPORTS, IMPORT),
    "admin:importing_importrun_faults": Page(SEE_IMPORTS),
    "admin:importing_importrun_changes": Page(SEE_IMPORTS),
    "admin:auth_user_password_change": Page(EDIT_STAFF, EDIT_STAFF),
}


class Door(NamedTuple):
    """What opens a door of the API.

    :ivar scopes: of a service's credential, by method.
    :ivar staff: the permission with which a person may read by their session; blank if no person may.
    """

    scopes: Mapping[str, str]
    staff: str = ""


_READ, _PUSH, _WRITE = "feeds:read", "orders:push", "books:write"
API: dict[str, Door] = {
    "api:books": Door({"GET": _READ, "POST": _WRITE}, SEE_BOOKS),
    "api:book-changes": Door({"GET": _READ}, SEE_BOOKS),
    "api:book": Door({"GET": _READ, "PUT": _WRITE, "PATCH": _WRITE, "DELETE": _WRITE}, SEE_BOOKS),
    "api:picture": Door({"GET": _READ}, SEE_BOOKS),
    "api:book-digests": Door({"GET": _READ}),
    "api:book-digest-rows": Door({"GET": _READ}),
    "api:hold": Door({"PUT": _PUSH, "DELETE": _PUSH}),
    "api:imports": Door({"GET": _WRITE, "POST": _WRITE}),
    "api:import": Door({"GET": _WRITE}),
    "api:orders": Door({"GET": _READ}, SEE_ORDERS),
    "api:order-batch": Door({"POST": _PUSH}),
    "api:order-changes": Door({"GET": _READ}),
    "api:order-digests": Door({"GET": _READ}),
    "api:order-digest-rows": Door({"GET": _READ}),
    "api:order": Door({"GET": _READ, "PUT": _PUSH}, SEE_ORDERS),
    "api:cancel-order": Door({"PUT": _PUSH}),
    "api:order-story": Door({"GET": _READ}),
    "api:return-changes": Door({"GET": _READ}),
    "api:return-digests": Door({"GET": _READ}),
    "api:return-digest-rows": Door({"GET": _READ}),
    "api:return": Door({"GET": _READ, "PUT": _PUSH}, SEE_RETURNS),
}

# Fields that need a right of their own, by all names that the admin and the API have for them: those listed are all that
# others see, so that a new field is hidden from them until it is listed.
FIELDS: dict[str, dict[str, str]] = {
    "orders.order": {
        SEE_PRICES: "id number order reference reference_shown state status state_shown version placed_at received_at payment "
        "ship_to receiver pieces note if_short reason lines events"
    },
    "orders.orderline": {SEE_PRICES: "line book isbn13 title quantity short short_reason awaited"},
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


# What follows is there for migrations that have run everywhere: whose permissions they make before they set the groups up.
ROLES = {group: [tuple(model.split(".")) for model in MODELS] for group in LETTERS.values()}


def set_up(apps) -> None:
    from store.accounts import groups  # which reads this table

    groups.set_up(apps)
