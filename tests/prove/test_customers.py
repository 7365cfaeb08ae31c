"""What a customer of the proof does when an answer was lost."""

from decimal import Decimal
from types import SimpleNamespace

from prove.customers import Accepted, Customer
from prove.ways import Way

OPEN = '<input type="hidden" name="csrfmiddlewaretoken" value="token">'
OVER = 'This payment is over. <a href="/orders/1/returned/?key=2">Back to the shop</a>'


class Scripted:
    """A browser whose answers are known beforehand: (method, path) → answers, one after the other."""

    def __init__(self, answers: dict[tuple[str, str], list]):
        self.answers, self.asked = answers, []

    def get(self, path: str):
        return self._answer("GET", path)

    def post(self, path: str, data: dict):
        return self._answer("POST", path)

    def _answer(self, *asked):
        self.asked.append(asked)
        return self.answers[asked].pop(0)


def page(text: str = OPEN, status: int = 200, **headers):
    return SimpleNamespace(text=text, status_code=status, headers=headers, is_redirect=status == 302)


def test_a_declined_customer_whose_answer_was_lost_comes_back_by_the_banks_link_and_pays():
    browser = Scripted(
        {
            ("GET", "/orders/1/pay/"): [page(), page(), page()],
            ("POST", "/orders/1/pay/start/"): [page(status=302, Location=f"/test-bank/{n}/") for n in "112"],
            ("GET", "/test-bank/1/"): [page(), page(OVER)],
            ("POST", "/test-bank/1/"): [page(OVER, status=409)],  # declined, but nobody was told
            ("GET", "/orders/1/returned/"): [page()],
            ("GET", "/test-bank/2/"): [page()],
            ("POST", "/test-bank/2/"): [page(status=302, Location="/orders/1/")],
            ("GET", "/orders/1/"): [page()],
        }
    )
    order = Accepted("1", Decimal(10), "alice@example.org", Way("declined", "is declined, and pays then"))
    assert list(Customer(browser, order, payment_window_s=10).is_declined(tries_again=True)) == []
    assert not any(browser.answers.values()) and order.charges == 1
