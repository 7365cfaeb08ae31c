"""What is true of the shop's orders, payments, refunds and letters at every moment. Each table is read once."""

from collections import Counter, defaultdict
from decimal import Decimal
from uuid import UUID

from shop.notifications.models import Mail
from shop.orders.letters import kind_of
from shop.orders.models import Order, OrderEvent
from shop.orders.states import MOVES, State
from shop.payments.gateways.test.models import Charge
from shop.payments.models import Payment, PaymentEvent
from shop.payments.states import MOVES as PAYMENT_MOVES
from shop.payments.states import State as Paid

OVER = frozenset({State.REJECTED, State.FAILED, State.CANCELLED})
UNPAID = frozenset({State.AWAITING_PAYMENT, State.EXPIRED})


def all_adds_up(store) -> None:
    """This function will check everything; `store` is the fake one."""
    orders = list(Order.objects.prefetch_related("lines"))
    payments = list(Payment.objects.prefetch_related("refunds"))
    letters = list(Mail.objects.all())
    paths = _paths()
    moves_are_legal(orders, paths)
    each_event_has_its_letter(paths, payments, letters)
    money_is_kept_for_what_is_owed(orders, payments)
    each_refund_is_told(payments, letters)
    nothing_unpaid_reaches_the_store(orders, payments, store)


def _paths() -> dict[UUID, list[State | None]]:
    """The states of each order, with its beginning; a version that is missing or doubled shows at once."""
    paths = defaultdict(lambda: [None])
    for event in OrderEvent.objects.order_by("order_id", "version"):
        path = paths[event.order_id]
        assert event.version == len(path), "versions are 1 to n"
        path.append(State(event.state))
    return paths


def moves_are_legal(orders, paths) -> None:
    for order in orders:
        path = paths[order.pk]
        assert (order.state, order.version) == (path[-1], len(path) - 1)
        assert all(after in MOVES[before] for before, after in zip(path, path[1:])), path
        assert not {State.EXPIRED, State.CANCELLED} & {path[-1]} or State.SHIPPED not in path
    states: dict = {}
    for event in PaymentEvent.objects.order_by("id"):
        # A second charge on one try is a payment that begins as pending.
        assert event.state in PAYMENT_MOVES[states.get(event.payment_id, Paid.CREATED)]
        states[event.payment_id] = Paid(event.state)


def each_event_has_its_letter(paths, payments, letters) -> None:
    """Late money that goes back tells more than "not paid in time", and takes its place."""
    wanted = Counter(
        f"order:{number}:{version}:{kind}"
        for number, path in paths.items()
        for version, (before, after) in enumerate(zip(path, path[1:]), start=1)
        if (kind := kind_of(before, after))
    )
    told = Counter(mail.event for mail in letters if mail.event.startswith("order:"))
    late = {payment.order_id for payment in payments for refund in payment.refunds.all() if refund.key[-5:] == ":late"}
    assert not told - wanted
    missing = wanted - told
    assert all(event.endswith(":order_expired") and UUID(event.split(":")[1]) in late for event in missing), missing


def money_is_kept_for_what_is_owed(orders, payments) -> None:
    """Captured − refunded = what was shipped or is still owed; never more goes back than came."""
    kept = Counter()
    for payment in payments:
        assert 0 <= payment.refunded <= payment.captured
        assert payment.refunded == sum((refund.amount for refund in payment.refunds.all()), Decimal(0))
        if payment.state == Paid.CAPTURED and payment.settled_at:
            kept[payment.order_id] += payment.kept
    for order in orders:
        assert kept[order.pk] == (_owed(order) if order.payment == Order.Payment.PREPAID else 0), order.state
    for charge in Charge.objects.prefetch_related("returns"):
        assert charge.returned == sum((back.amount for back in charge.returns.all()), Decimal(0)) <= charge.amount


def _owed(order) -> Decimal:
    if order.state in OVER | UNPAID:
        return Decimal(0)
    lines, is_sent = order.lines.all(), order.state == State.SHIPPED
    copies = [(line, line.shipped if is_sent else line.quantity - line.short) for line in lines]
    if not any(number for _, number in copies):
        return Decimal(0)
    return order.delivery + sum((_part(line, number) for line, number in copies), Decimal(0))


def _part(line, copies) -> Decimal:
    """A part of a line costs its share of what the whole costs after the coupon, in whole cents."""
    whole = (line.quantity * line.unit_price - line.discount) * 100
    return Decimal(int(whole * copies / line.quantity)) / 100


def each_refund_is_told(payments, letters) -> None:
    """By a letter of its own, or in the one on its cause."""
    own = Counter(mail.event for mail in letters if mail.kind == "payment_returned")
    keys = {refund.key for payment in payments for refund in payment.refunds.all()}
    assert set(own) <= keys and set(own.values()) <= {1}
    for payment in payments:
        texts = [mail.text for mail in letters if mail.key == str(payment.order_id)]
        for refund in payment.refunds.all():
            ways = (f"€{refund.amount} goes back", f"€{refund.amount}, the price of the rest")
            assert refund.key in own or any(way in text for way in ways for text in texts), refund


def nothing_unpaid_reaches_the_store(orders, payments, store) -> None:
    paid = {payment.order_id for payment in payments if payment.state == Paid.CAPTURED}
    for order in orders:
        if str(order.number) in store.orders:
            assert order.state not in UNPAID, "both expired and on its way to the customer"
            assert order.payment == Order.Payment.ON_DELIVERY or order.pk in paid
    assert all(free >= 0 for free in store.free.values())
