"""Every cell of the table of roles: what it allows works, and everything else is refused."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, reverse
from rest_framework.test import APIClient
from tests.conftest import NOW

from store.accounts import groups
from store.accounts.document import document
from store.accounts.roles import API, LETTERS, MODELS, PAGES, permissions
from store.api.models import Scope
from store.api.operations import register

pytestmark = pytest.mark.django_db

ADMINS = {model._meta.label_lower: one for model, one in admin.site._registry.items()}
EVERY_ROLE = [*LETTERS.values(), ""]
OF_A_MODEL = ("changelist", "add", "change", "delete")
OF_THE_ADMIN = "index login logout password_change password_change_done autocomplete jsi18n view_on_site app_list"
OF_EACH_PERSON = "own code recovery set-up recovery-codes"
# What a page or a door is about: the label of its row in `one_of_each`; what is not named here is about nothing.
ABOUT = {
    "packing:parcel": "orders.parcel", "packing:slip": "orders.parcel", "packing:bench": "orders.order",
    "packing:story": "orders.order", "api:order-story": "orders.order",
    "labels:batch": "labels.labelbatch", "labels:batch-file": "labels.labelbatch",
    "shelves:book": "catalogue.book", "shelves:copy": "stock.bookitem", "receiving:delivery": "receiving.delivery",
    "counting:count": "counting.shelfcount", "admin:orders_order_change": "orders.order",
    "admin:orders_order_copies": "orders.order", "admin:returns_return_change": "returns.return",
    "admin:importing_importrun_change": "importing.importrun", "admin:auth_user_password_change": "accounts.user",
    "admin:importing_importrun_faults": "importing.importrun", "admin:importing_importrun_changes": "importing.importrun",
    "api:book": "catalogue.book", "api:picture": "catalogue.book", "api:hold": "holds.hold", "api:order": "orders.order",
    "api:import": "importing.importrun", "api:cancel-order": "orders.order", "api:return": "returns.return",
}  # fmt: skip


def allowed(role: str, permission: str) -> bool:
    return role in permissions().get(permission, ())


def verb(model: str, word: str) -> str:
    app, _, name = model.partition(".")
    return f"{app}.{word}_{name}"


def address(name: str, one_of_each) -> str:
    about = one_of_each.get(ABOUT.get(name))
    key = about and (about.number if name.startswith("api:") and hasattr(about, "number") else about.pk)
    more = [1] if name == "labels:batch-file" else []
    return reverse(name, args=[key, *more] if key else [])


def names_below(resolver: URLResolver, spaces: tuple[str, ...] = ()):
    """The name of each address, or the address itself where it has none."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names_below(pattern, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        else:
            yield ":".join((*spaces, pattern.name)) if pattern.name else str(pattern.pattern)


def test_every_model_page_and_door_has_its_line():
    with_inlines = set(ADMINS) | {
        inline.model._meta.label_lower for one in ADMINS.values() for inline in one.get_inlines(None, object())
    }
    asked_for = {right for page in PAGES.values() for right in (page.see, page.act, *page.buttons.values()) if right}
    of_own_pages = {model for model in MODELS if any(verb(model, word) in asked_for for word in ("view", "change"))}
    assert with_inlines <= set(MODELS) <= with_inlines | of_own_pages, "one line in store/accounts/roles.py for each"
    standard = {f"admin:{model.replace('.', '_')}_{page}" for model in ADMINS for page in (*OF_A_MODEL, "history")}
    standard |= {f"second-step:{page}" for page in OF_EACH_PERSON.split()}
    standard |= {f"admin:{page}" for page in OF_THE_ADMIN.split()} | {"api:nothing-here", "api:schema"}
    open_to_all = {"", "health/live", "health/ready"}
    led_on = {"<path:object_id>/", "(?P<url>.*)$"}  # by Django: to the page of a row, and to nothing
    found = set(names_below(get_resolver())) - open_to_all - led_on
    assert set(PAGES) | set(API) <= found
    assert found - standard == (set(PAGES) | set(API)) - standard, "one line in store/accounts/roles.py for each"


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_model_is_open_to_those_of_its_line_and_to_nobody_else(browser_of, one_of_each, role):
    browser, got, expected = browser_of(role), {}, {}
    for model in ADMINS:
        may = {word for word in ("view", "add", "change") if allowed(role, verb(model, word))}
        there = {
            word: reverse(
                f"admin:{model.replace('.', '_')}_{word}",
                args=[] if word in ("changelist", "add") else [one_of_each[model].pk],
            )
            for word in OF_A_MODEL
        }
        opens = {"changelist": may & {"view"}, "add": may & {"add"}, "change": may, "delete": set()}
        expected[model] = {word: bool(opens[word]) for word in OF_A_MODEL} | {"save": "change" in may}
        got[model] = {word: browser.get(path).status_code == 200 for word, path in there.items()}
        got[model]["save"] = browser.post(there["change"], {}).status_code in (200, 302)
    assert got == expected


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_page_is_open_to_those_of_its_line_and_to_nobody_else(browser_of, one_of_each, role):
    """Those that only act answer a GET with "not this way" (405), and so do those that only show a POST."""
    browser, wrong = browser_of(role), []
    for name, page in PAGES.items():
        there = address(name, one_of_each)
        for method, right, presses in (
            ("get", page.see, {}),
            ("post", page.act, {}),
            *(("post", right, {button: "1"}) for button, right in page.buttons.items()),
        ):
            answer = getattr(browser, method)(there, presses)
            fine = {200, 302} if allowed(role, right) else {403, 405} if not right else {403}
            if answer.status_code not in fine or "/login" in answer.headers.get("Location", ""):
                wrong.append((name, method, presses, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_door_of_the_api_lets_staff_read_by_its_line_and_write_nothing(browser_of, one_of_each, role):
    browser, wrong = browser_of(role), []
    for name, door in API.items():
        there = address(name, one_of_each)
        read = browser.get(there).status_code
        if read not in ({200, 404} if allowed(role, door.staff) else {403}):  # 404: the book has no picture
            wrong.append((name, "get", read))
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(browser, method)(there, "{}", content_type="application/json")
            if answer.status_code != 403:
                wrong.append((name, method, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("scope", Scope.values)
def test_a_scope_opens_the_doors_of_its_lines_and_no_other(one_of_each, scope):
    register(name="shop", token="t", scopes=[scope], overlap=timedelta(0), now=NOW)
    service, wrong = APIClient(HTTP_AUTHORIZATION="Bearer t"), []
    assert {asked for door in API.values() for asked in door.scopes.values()} == set(Scope.values)
    for name, door in API.items():
        for method in ("get", "post", "put", "patch", "delete"):
            status = getattr(service, method)(address(name, one_of_each), {}, format="json").status_code
            if (status == 403) == (door.scopes.get(method.upper()) == scope):
                wrong.append((name, method, status))
    assert not wrong


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_an_action_is_offered_to_those_of_its_line_and_to_nobody_else(browser_of, django_user_model, role):
    browser_of(role)
    request = RequestFactory().get("/admin/")
    request.user = django_user_model.objects.get()
    for model, one in ADMINS.items():
        every = {name: act for name, act in ((act.__name__, act) for act in map(_of(one), one.actions or []))}
        assert all(hasattr(act, "allowed_permissions") for act in every.values()), "each says who may"
        mine = {n for n, act in every.items() if all(allowed(role, verb(model, w)) for w in act.allowed_permissions)}
        assert set(one.get_actions(request)) == mine, model


def _of(one: admin.ModelAdmin):
    return lambda name: getattr(one, name)


def test_rows_below_a_row_are_shown_with_it(browser_of, one_of_each):
    browser, hold, copy = browser_of("Office employees"), one_of_each["holds.hold"], one_of_each["stock.bookitem"]
    assert "Jane Eyre" in browser.get(reverse("admin:holds_hold_change", args=[hold.pk])).content.decode()
    assert "came in" in browser.get(reverse("admin:stock_bookitem_change", args=[copy.pk])).content.decode()


def test_an_action_that_is_not_offered_does_nothing(browser_of, books):
    retire = {"action": "retire", "_selected_action": [books[0].pk]}
    for role, retired in (("Stock keepers", False), ("Dispatchers", False), ("Office employees", True)):
        browser_of(role).post(reverse("admin:catalogue_book_changelist"), retire)
        books[0].refresh_from_db()
        assert books[0].retired == retired, role


def test_groups_are_exactly_the_table_after_each_migrate():
    keepers = Group.objects.get(name="Stock keepers")
    keepers.permissions.add(Permission.objects.get(codename="view_order"))
    keepers.permissions.remove(Permission.objects.get(codename="view_book"))
    Group.objects.get(name="Dispatchers").delete()
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


def test_whatever_the_table_names_is_there_and_nobody_deletes():
    known = {f"{app}.{code}" for app, code in Permission.objects.values_list("content_type__app_label", "codename")}
    assert set(permissions()) <= known
    asked = {right for page in PAGES.values() for right in (page.see, page.act, *page.buttons.values())}
    assert (asked | {door.staff for door in API.values()}) - {""} <= set(permissions())
    assert not [permission for permission in permissions() if ".delete_" in permission]


def test_the_table_in_the_documents_is_the_one_in_the_code(repository):
    page = repository / "docs" / "roles-store.md"
    assert page.read_text() == document(), "scripts/manage store roles > docs/roles-store.md"
