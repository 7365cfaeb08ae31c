"""Characters that turn the direction of text are taken out of what people write about themselves and to us."""

import pytest
from shopping import log_in, order, put_in_cart

from shop.accounts.models import Address
from shop.api.placing import plain
from shop.contact.forms import ContactForm
from shop.contact.models import Message
from shop.orders.models import Order
from shop.reviews.forms import ReviewForm

pytestmark = pytest.mark.django_db
EVIL = "Rita \u202eevil\u2066\u2069\u200e\u200f"
PERSIAN = "کتاب\u200cفروشی"  # with the joiner that belongs to its spelling


def test_a_name_and_an_address_cannot_reverse_the_page_they_stand_on(client, alice, make_book):
    log_in(client, alice.email)
    client.post("/account/name/", {"name": EVIL})
    alice.refresh_from_db()
    assert alice.name == "Rita evil"
    put_in_cart(client, make_book(1))
    order(client, name=EVIL, city=PERSIAN, note=EVIL)
    placed, kept = Order.objects.get(), Address.objects.get()
    assert (placed.ship_name, placed.note, kept.name) == ("Rita evil",) * 3 and placed.ship_city == PERSIAN
    here = {"name": EVIL, "line1": EVIL, "postcode": "1", "city": "Berlin", "country": "DE"}
    client.post(f"/account/addresses/{kept.pk}/", here)
    kept.refresh_from_db()
    assert (kept.name, kept.line1) == ("Rita evil", "Rita evil")
    assert "<bdi>Rita evil</bdi>" in client.get("/account/").content.decode()


def test_what_is_refused_is_shown_again_without_them(client):
    answer = client.post("/contact/", {"name": EVIL})
    assert answer.status_code == 400 and "\u202e" not in answer.content.decode()
    assert not Message.objects.exists()


def test_reviews_and_messages_lose_them_and_keep_all_else():
    text = f"{EVIL} {PERSIAN} and so on, as long as a review has to be."
    said = ReviewForm({"rating": "5", "text": text, "signature": EVIL})
    assert said.is_valid() and said.cleaned_data["text"] == plain(text) and PERSIAN in said.cleaned_data["text"]
    assert said.cleaned_data["signature"] == "Rita evil"
    form = ContactForm({"name": EVIL, "email": "a@example.org", "text": text})
    form.is_valid()
    assert form.cleaned_data["name"] == "Rita evil" and "\u202e" not in form.cleaned_data["text"]
