"""Who gives roles gives no more than the table says, to nobody who has more, and never to themselves."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from shopping import text

from shop.accounts.models import User
from shop.staff import giving
from shop.staff.roles import AGENTS, CUSTOMERS, DISPATCHERS, GIVES, LETTERS, OFFICE, OWNERS, USERS

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"


def page_of(person) -> str:
    return f"{PEOPLE}{person.pk}/change/"


def give(browser, person, *roles, active=True, **more):
    keys = [group.pk for group in Group.objects.filter(name__in=roles)]
    sent = {"name": person.name, "roles": keys, **({"is_active": "on"} if active else {}), **more}
    return browser.post(page_of(person), sent)


def roles_of(person) -> set[str]:
    return set(person.groups.values_list("name", flat=True))


@pytest.fixture
def ursula(person_in):
    """She manages users."""
    return person_in(USERS, name="Ursula")


@pytest.fixture
def oscar(person_in):
    """He owns the shop by his role; no superuser."""
    return person_in(OWNERS, name="Oscar")


def test_an_owner_gives_any_role_and_the_person_may_enter(oscar, browser_of, bob):
    browser = browser_of(oscar)
    assert browser_of(bob).get("/admin/", follow=True).status_code == 403
    for role in LETTERS.values():
        assert give(browser, bob, role).status_code == 302
        assert roles_of(bob) == {role}
    assert browser_of(bob).get("/admin/").status_code == 200
    give(browser, bob)
    bob.refresh_from_db()
    assert roles_of(bob) == set() and not bob.is_staff
    assert LogEntry.objects.filter(object_id=str(bob.pk)).latest("id").get_change_message() == "Roles: none."


@pytest.mark.parametrize("role", LETTERS.values())
def test_a_user_manager_gives_the_lower_roles_and_no_other(ursula, browser_of, bob, role):
    browser = browser_of(ursula)
    is_offered = f">\n {role}" in browser.get(page_of(bob)).content.decode() or f" {role}</label>" in _flat(
        browser, bob
    )
    answer = give(browser, bob, role)
    may = role in GIVES[USERS]
    assert (is_offered, roles_of(bob)) == (may, {role} if may else set())
    assert may or "not one of the available choices" in text(answer)


def _flat(browser, person) -> str:
    return " ".join(browser.get(page_of(person)).content.decode().split())


def test_a_user_manager_cannot_make_itself_an_owner(ursula, browser_of):
    browser = browser_of(ursula)
    assert browser.get(page_of(ursula)).status_code == 200, "may look"
    answer = give(browser, ursula, OWNERS, is_superuser="on", is_staff="on", user_permissions=["1"])
    assert answer.status_code == 403
    ursula.refresh_from_db()
    assert (roles_of(ursula), ursula.is_superuser) == ({USERS}, False)


@pytest.mark.parametrize("role", [OWNERS, OFFICE, USERS])
def test_a_user_manager_cannot_touch_somebody_with_a_higher_role(ursula, browser_of, person_in, role):
    other = person_in(role, AGENTS, name="Other")
    assert give(browser_of(ursula), other, DISPATCHERS, active=False).status_code == 403
    other.refresh_from_db()
    assert other.is_active and roles_of(other) == {role, AGENTS}


def test_nobody_touches_a_superuser_but_another_superuser(ursula, oscar, olga, browser_of, make_user):
    for who in (ursula, oscar):
        assert give(browser_of(who), olga, active=False).status_code == 403
        assert "Save" not in text(browser_of(who).get(page_of(olga)))
    second = make_user("Odette", is_staff=True, is_superuser=True)
    assert give(browser_of(second), olga, AGENTS).status_code == 302
    olga.refresh_from_db()
    assert olga.is_superuser and olga.is_staff


def test_nobody_changes_their_own_roles_or_closes_themselves(oscar, olga, browser_of):
    for who in (oscar, olga):
        assert give(browser_of(who), who, active=False).status_code == 403
        who.refresh_from_db()
        assert who.is_active


def test_somebody_with_rights_of_their_own_is_no_user_managers_to_change(ursula, browser_of, bob):
    bob.user_permissions.add(Permission.objects.get(codename="view_payment"))
    assert give(browser_of(ursula), bob, AGENTS).status_code == 403


def test_a_promotion_in_between_is_seen_under_the_lock(ursula, bob):
    """The form was opened before, and sent after, somebody else made Bob an owner."""
    opened = User.objects.get(pk=bob.pk)
    bob.groups.add(Group.objects.get(name=OWNERS))
    with pytest.raises(giving.NotYours):
        giving.give_roles(opened, [AGENTS], by=ursula)
    assert roles_of(bob) == {OWNERS}


def test_a_closed_account_is_out_at_once_and_nothing_else_of_the_row_is_written(ursula, browser_of, person_in):
    agent = person_in(AGENTS, name="Agnes")
    inside = browser_of(agent)
    assert inside.get("/admin/").status_code == 200
    give(browser_of(ursula), agent, AGENTS, active=False)
    assert inside.get("/admin/").status_code == 302
    assert User.objects.get(pk=agent.pk).password == agent.password


def test_roles_come_with_the_second_step(ursula, browser_of, bob, settings):
    settings.STAFF_TOTP = True
    bob.is_staff = True
    bob.save()
    assert browser_of(bob).get(PEOPLE).status_code == 302


def test_groups_that_are_no_roles_stay(oscar, olga, browser_of, bob):
    friends = Group.objects.create(name="Friends of the house")
    bob.groups.add(friends)
    assert give(browser_of(oscar), bob, AGENTS).status_code == 403, "who knows what friends may do"
    assert give(browser_of(olga), bob, AGENTS).status_code == 302
    assert roles_of(bob) == {"Friends of the house", AGENTS}


def test_people_are_filtered_and_searched(ursula, browser_of, alice, bob, person_in, make_order):
    make_order(user=alice)
    agent = person_in(AGENTS, name="Agnes")
    bob.emailaddress_set.update(verified=False)
    browser = browser_of(ursula)
    found = {
        "role=none": {alice, bob},
        "role=any": {agent, ursula},
        f"role={AGENTS}": {agent},
        "verified=no": {bob},
        "verified=yes": {alice, agent, ursula},
        "orders=yes": {alice},
        "orders=no": {bob, agent, ursula},
        "is_active__exact=0": set(),
        "joined_at__gte=2020-01-01+00:00:00%2B00:00": {alice, bob, agent, ursula},
        "q=AGNES": {agent},
        "q=bob@example": {bob},
        "orders=nonsense": {alice, bob, agent, ursula},
    }
    for asked, people in found.items():
        rows = browser.get(f"{PEOPLE}?{asked}").context["cl"].result_list
        assert {row.pk for row in rows} == {one.pk for one in people}, asked


def test_the_list_of_people_costs_a_constant_number_of_statements(ursula, browser_of, person_in, statements):
    browser = browser_of(ursula)
    browser.get(PEOPLE)
    before = statements(lambda: browser.get(PEOPLE))
    for number in range(5):
        person_in(AGENTS, DISPATCHERS, name=f"Agent {number}".replace(" ", ""))
    assert statements(lambda: browser.get(PEOPLE)) == before


def reset(browser, *people):
    """This function will choose these people in the list, and say that they have lost their telephones."""
    chosen = {"action": "reset_second_step", "_selected_action": [person.pk for person in people]}
    return browser.post(PEOPLE, chosen, follow=True)


def test_who_may_give_the_roles_of_somebody_may_reset_their_second_step(ursula, oscar, person_in, browser_of, bob):
    agent, staff = person_in(AGENTS), browser_of(ursula)
    for person in (bob, agent, oscar, ursula):
        Authenticator.objects.create(user=person, type="totp", data={})
    bobs_program = bob.api_log_ins.create(**dict.fromkeys(("began_at", "rotated_at", "ends_at"), timezone.now()))
    assert "Choose one person" in text(reset(staff, bob, agent))
    for person in (bob, agent):
        assert f"The second step of {person.email} is taken away" in text(reset(staff, person))
        entry = LogEntry.objects.get(object_id=str(person.pk))
        assert entry.user == ursula and entry.change_message == "Second step reset."
    for person in (oscar, ursula):
        assert "is you, or holds more than you may give" in text(reset(staff, person))
    assert set(Authenticator.objects.values_list("user", flat=True)) == {oscar.pk, ursula.pk}
    assert not type(bobs_program).objects.filter(pk=bobs_program.pk).exists()
    assert "has no second step" in text(reset(staff, bob))


def test_who_may_only_look_at_people_resets_nothing(person_in, browser_of, bob):
    Authenticator.objects.create(user=bob, type="totp", data={})
    reset(browser_of(person_in(CUSTOMERS)), bob)
    assert Authenticator.objects.filter(user=bob).exists()
