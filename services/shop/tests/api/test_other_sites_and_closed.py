"""Pages of other sites call the API only where a setting names them; and while the shop is closed programs are told so."""

import pytest
from asking import problem
from django.core.management import call_command

from shop.staff import maintenance

pytestmark = pytest.mark.django_db
ORIGIN = "https://partner.example"


def preflight(client, origin):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-cart-token",
    }
    return client.options("/api/cart/", headers=asked)


def test_no_other_site_is_let_in_unless_it_is_named(guest, settings):
    for answer in (preflight(guest, ORIGIN), guest.get("/api/cart/", headers={"Origin": ORIGIN})):
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    allowed = preflight(guest, ORIGIN)
    assert (
        allowed["Access-Control-Allow-Origin"] == ORIGIN and "x-cart-token" in allowed["Access-Control-Allow-Headers"]
    )
    read = guest.get("/api/cart/", headers={"Origin": ORIGIN})
    assert read["Access-Control-Allow-Origin"] == ORIGIN and "ETag" in read["Access-Control-Expose-Headers"]
    assert "origin" in read["Vary"].lower() and "Access-Control-Allow-Credentials" not in read
    for answer in (preflight(guest, "https://other.example"), guest.get("/", headers={"Origin": ORIGIN})):
        assert "Access-Control-Allow-Origin" not in answer


def test_while_the_shop_is_closed_programs_hear_when_to_come_back(guest, hers, staff, olga, monkeypatch):
    monkeypatch.setattr(maintenance, "sign", maintenance.Sign())
    monkeypatch.setattr(maintenance, "LOOK_EVERY_S", 0)
    call_command("maintenance", "on", "--minutes", "30")
    for client in (guest, hers):
        for answer in (client.get("/api/products/"), client.post("/api/cart/", {"product_id": 1})):
            problem(answer, 503, "closed")
            assert 1700 < int(answer["Retry-After"]) <= 1800
    assert staff.get("/api/orders/").status_code == 200
    wish = {"username": olga.email, "password": "a-long-password"}
    assert guest.post("/auth/token/", wish).status_code == 200  # who is staff is known only then
    call_command("maintenance", "off")
    assert guest.get("/api/products/").status_code == 200
