"""Payments, and what goes back."""

from collections.abc import Iterable, Iterator

from shop.orders.models import Order
from shop.pages.wording import money
from shop.payments.models import PaymentEvent, Refund
from shop.payments.states import RefundState, State
from shop.story.entry import Entry
from shop.story.sources.delivery import how_far

WORDS: dict[State, str] = {
    State.CREATED: "A way to pay was chosen.",
    State.PENDING: "The customer is asked to pay.",
    State.AUTHORISED: "The customer allowed the payment; nothing is taken yet.",
    State.CAPTURED: "The money was taken.",
    State.FAILED: "The payment was declined.",
    State.EXPIRED: "The time to pay was over.",
    State.CANCELLED: "The try to pay was given up.",
}


def refunds(order: Order, given: Iterable[Refund]) -> Iterator[Entry]:
    """What goes back, when it was decided, and when it was done."""
    for refund in given:
        amount, far = money(refund.amount, refund.payment.captured_currency), how_far(refund)
        yield Entry(
            refund.created_at,
            "refund",
            "Money goes back.",
            to_customer=f"{amount} goes back to you.",
            sum=amount,
            reason=refund.reason,
            detail=f"{refund.key}: {far}",
            tries=refund.attempts,
            step="refund",
            key=refund.key,
        )
        if refund.stage == RefundState.DONE:
            words = f"{amount} was paid back."
            yield Entry(
                refund.done_at, "refund", "It was paid back.", words, amount, step="refund", after=(refund.key,)
            )


def payments(order: Order) -> Iterator[Entry]:
    for moved in PaymentEvent.objects.filter(payment__order=order).select_related("payment").order_by("at", "id"):
        payment, state = moved.payment, State(moved.state)
        is_taken = state == State.CAPTURED
        amount = money(
            payment.captured if is_taken else payment.amount,
            payment.captured_currency if is_taken else payment.currency,
        )
        yield Entry(
            moved.at,
            "payment",
            WORDS[state],
            to_customer={
                State.CAPTURED: f"Your payment of {amount} arrived.",
                State.FAILED: "Your payment was declined.",
            }.get(state, ""),
            sum=amount,
            reason=moved.reason,
            detail=f"payment {payment.key} by {payment.gateway}: {moved.state}"
            + (f", taken {payment.captured}, to be given back {payment.refunded}" if is_taken else ""),
        )
