"""A parcel that came back is taken in as a whole, so that its copies are not with a customer for ever."""

import pytest
from django.urls import reverse
from tests.returns.conftest import DAN

from store.orders.handing import note_end
from store.orders.models import Order
from store.orders.parcels import ParcelState
from store.orders.queries import books_with_wrong_level
from store.returns.models import Return, ReturnedCopy
from store.stock.models import BookItem, LedgerLine
from store.stock.queries import copies_that_differ_from_ledger


@pytest.fixture
def dan(staff):
    return staff("packer")


@pytest.fixture
def came_back(sent):
    def make(*wanted):
        order = sent(*wanted)
        parcel = order.parcels.get()
        note_end(parcel_id=parcel.pk, state=ParcelState.CAME_BACK, reason="Moved away", **DAN)
        return order, reverse("packing:parcel", args=[parcel.pk])

    return make


def states():
    return dict(BookItem.objects.values_list("barcode", "state"))


def all_adds_up():
    return books_with_wrong_level() == copies_that_differ_from_ledger() == []


def test_all_its_copies_are_taken_in_by_one_press_and_wait_for_a_look(dan, books, came_back):
    order, page = came_back((books[0], 2), (books[1], 1))
    assert "Nobody has taken in 3 copies of it." in dan.get(page).content.decode()
    answer = dan.post(page, {"take_in": "1"})
    found = Return.objects.get()
    assert answer["Location"] == reverse("admin:returns_return_change", args=[found.pk])
    assert (found.state, found.why, found.order) == ("received", "unasked", order)
    assert [(line.line.line, line.quantity) for line in found.lines.order_by("id")] == [(1, 2), (2, 1)]
    assert states() == {"B1-1": "returned", "B1-2": "returned", "B1-3": "available", "B2-1": "returned"}
    assert LedgerLine.objects.latest("id").note == f"return {found.reference}: Parcel 1 came back"
    assert found.events.latest("version").lines[0]["received"] == 2
    shown = dan.get(answer["Location"]).content.decode()
    assert f"Parcel 1 is taken in for return {found.reference}." in shown and shown.count("What becomes of it") == 3
    assert "Take its copies in" not in dan.get(page).content.decode()
    assert "Nothing of Parcel 1 is to be taken in." in dan.post(page, {"take_in": "1"}, follow=True).content.decode()
    assert ReturnedCopy.objects.count() == 3 and all_adds_up()


def test_what_a_return_waits_for_is_taken_in_for_it_and_the_rest_for_another(dan, books, came_back, approved):
    order, page = came_back((books[0], 2))
    waiting = approved(order, (1, 1))
    dan.post(page, {"take_in": "1"})
    made = Return.objects.exclude(pk=waiting.pk).get()
    assert [each.lines.get().copies.count() for each in (waiting, made)] == [1, 1]
    waiting.refresh_from_db()
    assert waiting.state == made.state == "received" and all_adds_up()


def test_a_return_that_nobody_has_decided_on_comes_first(dan, books, came_back, asked):
    order, page = came_back((books[0], 2))
    asked(order, (1, 2))
    assert "decide on that one" in dan.post(page, {"take_in": "1"}, follow=True).content.decode()
    assert states()["B1-1"] == "shipped" and Return.objects.count() == 1


def test_a_copy_that_was_scanned_before_is_left_alone(dan, books, came_back):
    _, page = came_back((books[0], 2))
    dan.post(reverse("admin:returns_return_receive"), {"code": "B1-1", "make": "1"})
    assert "Nobody has taken in 1 copy of it." in dan.get(page).content.decode()
    dan.post(page, {"take_in": "1"})
    assert ReturnedCopy.objects.count() == 2 and all_adds_up()


def test_nothing_is_taken_in_of_a_parcel_that_did_not_come_back_or_while_the_rest_is_packed(
    dan, books, sent, came_back
):
    order = sent((books[0], 1))
    page = reverse("packing:parcel", args=[order.parcels.get().pk])
    assert "Take its copies in" not in dan.get(page).content.decode()
    assert "Nothing of Parcel 1" in dan.post(page, {"take_in": "1"}, follow=True).content.decode()
    order, page = came_back((books[0], 1))
    Order.objects.filter(pk=order.pk).update(state="part_sent")
    assert "is still being packed" in dan.post(page, {"take_in": "1"}, follow=True).content.decode()
    assert not Return.objects.exists()


def test_who_does_not_take_returns_back_takes_in_no_parcel(client, django_user_model, books, came_back):
    from django.contrib.auth.models import Group, Permission

    _, page = came_back((books[0], 1))
    packers = Group.objects.create(name="Only packers")
    packers.permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order"]))
    bob = django_user_model.objects.create_user("bob@example.org", "x", is_staff=True)
    bob.groups.add(packers)
    client.force_login(bob)
    assert "Take its copies in" not in client.get(page).content.decode()
    assert client.post(page, {"take_in": "1"}).status_code == 403 and not Return.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_in_at_once_one_does(staff, books, came_back, together):
    _, page = came_back((books[0], 2))
    dan, petra = staff("packer"), staff("packer", email="petra@example.org")
    answers = together(*(lambda who=who: who.post(page, {"take_in": "1"}) for who in (dan, petra)))
    assert sorted(answer["Location"] == page for answer in answers) == [False, True]
    assert Return.objects.count() == 1 and ReturnedCopy.objects.count() == 2 and all_adds_up()
