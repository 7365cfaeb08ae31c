"""Every cell of the table of roles: what it allows works, and everything else is refused."""

from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.template.backends.django import Template
from django.urls import reverse

from shop.chat.desk_urls import urlpatterns as desk_pages
from shop.staff import groups, roles
from shop.staff.document import document
from shop.staff.roles import ACT_ON, GIVES, LETTERS, LOOK_AT_FEEDS, MODELS, PAGES, USERS, permissions
from shop.upkeep.urls import urlpatterns as upkeep_pages

pytestmark = pytest.mark.django_db

EVERY_ROLE = [*LETTERS.values(), ""]
IN_THE_ADMIN = {model._meta.label_lower for model in admin.site._registry}
# Each with what the page between says that some ask with.
ACTIONS = [
    ("notifications.mail", "send_again", ""),
    ("outbox.outboxmessage", "send_again", ""),
    ("payments.payment", "money_came", "Write it down"),
    ("payments.refund", "send_again", ""),
    ("payments.refund", "given_back", "Write it down"),
    ("contact.message", "dealt_with", ""),
    ("reviews.review", "refuse", "Refuse 0 reviews"),
    ("webhooks.delivery", "send_again", ""),
    ("webhooks.endpoint", "go_on", ""),
]
WITHOUT_ROW = {"desk:board", "desk:here", "desk:switch"}
UPKEEP_BY_ROW = {"try-again", "try-all-again", "give-up"}


def allowed(role: str, permission: str) -> bool:
    return role in permissions().get(permission, ())


def verb(model: str, word: str) -> str:
    app, _, name = model.partition(".")
    return f"{app}.{word}_{name}"


def address(model: str, page: str, *args) -> str:
    return reverse(f"admin:{model.replace('.', '_')}_{page}", args=args)


def test_every_model_of_the_admin_has_its_line():
    with_inlines = IN_THE_ADMIN | {
        inline.model._meta.label_lower for one in admin.site._registry.values() for inline in one.inlines
    }
    assert set(MODELS) == with_inlines, "one line in shop/staff/roles.py for each, also if nobody may see it"


@pytest.fixture
def unwritten(monkeypatch):
    """Pages are decided and not written out, nor are refusals, which takes most of their time; other tests read them."""
    monkeypatch.setattr(Template, "render", lambda template, context=None, request=None: "")


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_model_is_open_to_those_of_its_line_and_to_nobody_else(browser_in, role, one_of_each, unwritten):
    browser, got, expected = browser_in(role), {}, {}
    for model in sorted(model for model, verbs in MODELS.items() if verbs and model in IN_THE_ADMIN):
        key = one_of_each[model].pk
        pages = {"view": ("changelist",), "add": ("add",), "change": ("change", key), "delete": ("delete", key)}
        may = {word for word in pages if allowed(role, verb(model, word))}
        got[model] = {word: browser.get(address(model, *page)).status_code for word, page in pages.items()}
        got[model]["save"] = browser.post(address(model, *pages["change"]), {}).status_code
        expected[model] = {word: 200 if word in may else 403 for word in pages}
        expected[model]["change"] = 200 if may & {"view", "change"} else 403  # whoever only sees gets no form
        saves = {"accounts.user": 302}.get(model, 200) if "add" in MODELS[model] or model == "accounts.user" else 403
        expected[model]["save"] = saves if "change" in may else 403
    assert got == expected


def test_what_nobody_may_see_nobody_sees(each_role, unwritten):
    for model in IN_THE_ADMIN & {model for model, verbs in MODELS.items() if not verbs}:
        for role, browser in each_role.items():
            assert browser.get(address(model, "changelist")).status_code == 403, (model, role)


@pytest.mark.parametrize("model, action, asked", ACTIONS)
def test_an_action_does_its_work_for_those_of_its_line_and_nothing_for_others(
    each_role, model, action, asked, one_of_each
):
    rows = type(one_of_each[model]).objects.filter(pk=one_of_each[model].pk)
    sent = {"action": action, "_selected_action": [str(one_of_each[model].pk)]}
    for role, browser in each_role.items():
        rows.update(**({"state": "refused"} if "outbox" in model or "mail" in model or "refund" in model else {}))
        rows.update(**({"done_at": None} if model == "contact.message" else {}))
        before = rows.values().get()
        answer = browser.post(address(model, "changelist"), sent)
        if not allowed(role, verb(model, "change")):
            assert rows.values().get() == before, role
            assert not asked or asked not in answer.content.decode(), role
        elif asked:
            assert answer.status_code == 200 and asked in answer.content.decode(), role
        else:
            assert rows.values().get() != before, role


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_page_is_open_to_those_of_its_line(browser_in, role, one_of_each, settings, unwritten):
    """Those that act answer a GET with "not this way" (405), and 302 where there is nothing to do."""
    settings.BROKER_URL = ""
    about = {f"admin:orders_order_{name}": "orders.order" for name in ("settle", "story")} | {
        f"admin:invoices_invoice_{form}": "invoices.invoice" for form in ("page", "pdf")
    }
    about |= {f"desk:{step}": "chat.room" for step in ("talk", "look", "take", "answer", "close", "reopen")}
    browser = browser_in(role)
    for page, permission in PAGES.items():
        answer = browser.get(reverse(page, args=[one_of_each[about[page]].pk] if page in about else []))
        assert answer.status_code in ({200, 302, 405} if allowed(role, permission) else {403}), page
        assert "/login" not in answer.headers.get("Location", ""), page


@pytest.mark.parametrize("kind", ACT_ON)
def test_a_row_of_the_sync_page_is_tried_again_or_given_up_by_those_of_its_line(
    each_role, kind, one_of_each, unwritten
):
    model = {"message": "outbox.outboxmessage", "mail": "notifications.mail", "refund": "payments.refund"}
    key = one_of_each[model.get(kind, "storelink.setaside")].pk
    for role, browser in each_role.items():
        may = allowed(role, LOOK_AT_FEEDS) and allowed(role, ACT_ON[kind])
        assert browser.get(f"/admin/sync/give-up/{kind}/{key}/").status_code == (200 if may else 403), role
        if kind != "aside":
            for path in (f"/admin/sync/try-again/{kind}/", f"/admin/sync/try-again/{kind}/{key}/"):
                assert browser.post(path).status_code == (302 if may else 403), role


def test_every_page_beside_the_models_has_its_line():
    names = {pattern.name for pattern in upkeep_pages}
    assert {f"upkeep:{name}" for name in names - UPKEEP_BY_ROW} == {
        page for page in PAGES if page.startswith("upkeep:")
    }
    assert {f"desk:{pattern.name}" for pattern in desk_pages} == {page for page in PAGES if page.startswith("desk:")}
    for page in PAGES:
        assert page.startswith("upkeep:") or page in WITHOUT_ROW or reverse(page, args=[_key_for(page)])


def _key_for(page):
    return uuid4() if "order" in page or page.startswith("desk:") else 1


def test_customers_and_guests_see_none_of_it(client, alice, one_of_each):
    paths = [address(model, "changelist") for model in sorted(IN_THE_ADMIN)]
    paths += ["/admin/", "/admin/sync/", address("orders.order", "settle", one_of_each["orders.order"].pk)]
    for path in paths:
        assert client.get(path).status_code == 302, path
    client.force_login(alice)
    for path in paths:
        assert client.get(path, follow=True).status_code == 403, path


def test_groups_are_exactly_the_table_after_each_migrate():
    agents = Group.objects.get(name=roles.AGENTS)
    agents.permissions.add(Permission.objects.get(codename="change_payment"))
    agents.permissions.remove(Permission.objects.get(codename="view_order"))
    Group.objects.get(name=roles.CONTENT).delete()
    Group.objects.create(name="Friends of the house").permissions.add(Permission.objects.get(codename="view_book"))
    call_command("migrate", verbosity=0)
    for name in LETTERS.values():
        held = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{app}.{code}" for app, code in held} == {one for one, who in permissions().items() if name in who}
    assert Group.objects.get(name="Friends of the house").permissions.count() == 1, "not ours to change"


def test_nothing_is_written_when_the_groups_are_right(django_assert_num_queries):
    from django.apps import apps

    groups.set_up(apps)
    with django_assert_num_queries(4) as spent:
        groups.set_up(apps)
    assert not [one["sql"] for one in spent if one["sql"].startswith(("DELETE", "UPDATE"))]


def test_whatever_the_table_names_is_there():
    known = {f"{app}.{code}" for app, code in Permission.objects.values_list("content_type__app_label", "codename")}
    assert set(permissions()) <= known
    assert set(PAGES.values()) | set(ACT_ON.values()) <= set(permissions())


def test_what_user_managers_give_moves_neither_money_nor_rights():
    for permission in ("accounts.change_user", "payments.change_payment", "payments.change_refund"):
        assert not permissions()[permission] & GIVES[USERS], permission


def test_the_table_in_the_documents_is_the_one_in_the_code(pytestconfig):
    page = pytestconfig.rootpath.parents[1] / "docs" / "roles.md"
    assert page.read_text() == document(), "scripts/manage shop roles > docs/roles.md"
