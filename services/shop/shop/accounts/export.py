"""Everything the shop keeps about one person, for that person: a plain structure that becomes a JSON file."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Prefetch

from shop.accounts.addresses import PARTS
from shop.accounts.letters import addresses_of, letters_of
from shop.accounts.models import User
from shop.cart.models import CartLine
from shop.chat.models import Room
from shop.chat.queries import whole_talks_of
from shop.notifications.choices import wanted_by
from shop.notifications.models import Mail
from shop.notifications.notices import TOPICS, Hears
from shop.orders.models import ADDRESS, Order, OrderEvent, OrderLine, Parcel
from shop.returns.models import Return
from shop.reviews.models import Review

WITH_A_CODE = "email_confirmation"
SHIP = ("ship_name", "ship_line1", "ship_line2", "ship_postcode", "ship_city", "ship_country", "ship_phone")


def everything_about(user: User) -> dict[str, Any]:
    """This function will gather a person's data. Times are ISO 8601 in UTC, money is text with its currency."""
    orders, wanted = _orders_of(user), wanted_by(user)
    talks = whole_talks_of(user)
    keys = [str(one.number) for one in (*orders, *talks)]
    addresses = addresses_of(user)
    about_things = Mail.objects.filter(key__in=keys)
    letters = sorted(about_things.union(letters_of(user, addresses=addresses), all=True), key=lambda mail: mail.pk)
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "username": user.handle.name if hasattr(user, "handle") else "",
            "joined_at": _time(user.joined_at),
            "last_login": _time(user.last_login),
            "addresses_confirmed": list(
                EmailAddress.objects.filter(user=user).order_by("pk").values("email", "verified", "primary")
            ),
        },
        "address_book": [
            {name: getattr(entry, name) for name in (*PARTS, "is_default")} for entry in user.addresses.order_by("pk")
        ],
        "orders": [_order(order) for order in orders],
        "cart": [
            {
                "isbn13": line.book.isbn13,
                "title": line.book.title,
                "quantity": line.quantity,
                "added_at": _time(line.added_at),
            }
            for line in CartLine.objects.filter(cart__user=user).select_related("book").order_by("added_at", "pk")
        ],
        "reviews": [_review(review) for review in user.reviews.select_related("book").order_by("pk")],
        "wishlist": [
            {"isbn13": entry.book.isbn13, "title": entry.book.title, "added_at": _time(entry.added_at)}
            for entry in user.wishlist.select_related("book").order_by("pk")
        ],
        "letters": [
            {
                "to": mail.to,
                "subject": mail.subject,
                # A code shows that one reads what comes to an address: it must not be had from here.
                "text": "" if mail.kind.startswith(WITH_A_CODE) and mail.to not in addresses else mail.text,
                "written_at": _time(mail.created_at),
            }
            for mail in letters
        ],
        "what_you_want_to_hear_of": {
            topic.label: topic.slug in wanted for topic in TOPICS.values() if topic.hears == Hears.CUSTOMER
        },
        "messages": [
            {"about": one.about, "text": one.text, "written_at": _time(one.at)} for one in user.messages.order_by("pk")
        ],
        "talks": [_talk(room) for room in talks],
        "sessions": [
            {"browser": one.user_agent, "ip": one.ip, "began_at": _time(one.created_at)}
            for one in user.usersession_set.order_by("pk")
        ],
        "log_ins_of_programs": [
            {"program": one.client, "began_at": _time(one.began_at)} for one in user.api_log_ins.order_by("began_at")
        ],
    }


def _orders_of(user: User) -> list[Order]:
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    events = Prefetch("events", OrderEvent.objects.order_by("version"))
    payments = Prefetch("payments", to_attr="tries")
    parcels = Prefetch("parcels", Parcel.objects.order_by("number"))
    returns = Prefetch("returns", Return.objects.prefetch_related("lines__line"), to_attr="sent_back")
    orders = Order.objects.filter(user=user).newest_first()
    return list(orders.prefetch_related(lines, events, payments, parcels, returns))


def _order(order: Order) -> dict[str, Any]:
    return {
        "number": str(order.number),
        "reference": order.reference,
        "placed_at": _time(order.placed_at),
        "state": order.state,
        "coupon": order.coupon_code,
        "saved_by_coupon": f"{order.discount} {order.currency}",
        "delivery": f"{order.delivery} {order.currency}",
        "total": f"{order.total} {order.currency}",
        "tax_percent_included": str(order.tax_percent),
        "payment": order.payment,
        "email": order.email,
        "ship_to": {name.removeprefix("ship_"): getattr(order, name) for name in SHIP},
        "bill_to": {part: getattr(order, f"bill_{part}") for part in ADDRESS} if order.bill_name else {},
        "if_copies_are_missing": order.if_short,
        "note": order.note,
        "lines": [
            {
                "isbn13": line.isbn13,
                "title": line.title,
                "quantity": line.quantity,
                "list_price": f"{line.list_price} {order.currency}",
                "unit_price": f"{line.unit_price} {order.currency}",
                "price_reason": line.price_reason,
                "saved_by_coupon": f"{line.discount} {order.currency}",
                "shipped": line.shipped,
            }
            for line in order.lines.all()
        ],
        "parcels": [
            {
                "number": parcel.number,
                "left_at": _time(parcel.sent_at),
                "carrier": parcel.carrier,
                "tracking_code": parcel.tracking,
            }
            for parcel in order.parcels.all()
        ],
        "events": [
            {"state": event.state, "at": _time(event.at), "reason": event.reason} for event in order.events.all()
        ],
        "returns": [_return(one) for one in order.sent_back],
        "payments": [
            {
                "gateway": one.gateway,
                "state": one.state,
                "taken": f"{one.captured} {one.currency}",
                "given_back": f"{one.refunded} {one.currency}",
                "began_at": _time(one.created_at),
            }
            for one in order.tries
        ],
    }


def _return(found: Return) -> dict[str, Any]:
    return {
        "reference": found.reference,
        "asked_at": _time(found.asked_at),
        "state": found.state,
        "why": found.why,
        "words": found.words,
        "lines": [
            {"isbn13": line.line.isbn13, "quantity": line.quantity, "received": line.received, "paid_back": line.refund}
            for line in found.lines.all()
        ],
    }


def _talk(room: Room) -> dict[str, Any]:
    return {
        "order": room.order.reference if room.order else "",
        "state": room.state,
        "began_at": _time(room.opened_at),
        "messages": [
            {"by": message.side, "name": message.name, "text": message.text, "at": _time(message.at)}
            for message in room.said
        ],
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "isbn13": review.book.isbn13,
        "title": review.book.title,
        "rating": review.rating,
        "text": review.text,
        "signature": review.signature,
        "state": review.state,
        "reason": review.reason,
        "written_at": _time(review.written_at),
    }


def _time(moment) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
