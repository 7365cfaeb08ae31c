"""The ways to the pages of webhooks, where a partner has really been sent something."""

from screenshots.visits import Visitor

NAME, ENDPOINTS, DELIVERIES = "City library", "/admin/webhooks/endpoint/", "/admin/webhooks/delivery/"
# Beside a bookshop that was started without a partner: nobody is there, and the delivery waits.
NOBODY = {"url": "https://partner.example"}
DELIVERED_WITHIN_TRIES, PAUSE_MS = 60, 500


def webhooks(visitor: Visitor) -> None:
    visitor.scene.once("webhook", lambda: _made(visitor))
    visitor.open(ENDPOINTS)


def webhook(visitor: Visitor) -> None:
    webhooks(visitor)
    visitor.page.get_by_role("link", name=NAME).click()


def delivery(visitor: Visitor) -> None:
    """One that has arrived: its attempts, and what was told."""
    visitor.open(visitor.scene.once("webhook", lambda: _made(visitor)))


def _made(visitor: Visitor) -> str:
    """The address of a delivery to a webhook that was made by hand."""
    visitor.open(ENDPOINTS)
    if not visitor.page.get_by_role("link", name=NAME).count():
        partner = visitor.scene.card.get("partner", NOBODY)
        visitor.open(f"{ENDPOINTS}add/")
        visitor.page.get_by_label("Name").fill(NAME)
        visitor.page.get_by_label("Address").fill(f"{partner['url']}/hook")
        visitor.page.get_by_label("Moves of orders").check()
        visitor.press("Save")
        visitor.page.locator("#secret").wait_for()
        visitor.open(ENDPOINTS)
    visitor.page.locator("tr", has_text=NAME).get_by_role("checkbox").check()
    visitor.page.locator("select[name=action]").select_option("send_test")
    visitor.page.locator("button[name=index]").first.click()
    visitor.page.locator(".messagelist .success").wait_for()
    return _arrived(visitor)


def _arrived(visitor: Visitor) -> str:
    for _ in range(DELIVERED_WITHIN_TRIES):
        visitor.open(DELIVERIES)
        first = visitor.page.locator("#result_list tbody tr").first
        if "partner" not in visitor.scene.card or "sent" in first.locator(".field-state").inner_text().lower():
            break
        visitor.page.wait_for_timeout(PAUSE_MS)
    address = first.get_by_role("link").first.get_attribute("href")
    assert address
    return address
