"""Accounts that the machine sets up at its first start, and again at each start."""

import pytest
from django.core.management import CommandError, call_command

from shop.accounts.models import User
from shop.staff.roles import SHORT, permissions

pytestmark = pytest.mark.django_db


@pytest.fixture
def password_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("a-long-password\n")
    return file


def ensure(email, role, file):
    call_command("ensure_user", email, "--role", role, "--password-file", str(file))


def test_an_owner_may_look_at_the_admin_and_a_customer_may_not(client, password_file):
    ensure("Olga@example.org", "owner", password_file)
    ensure("alice@example.org", "customer", password_file)
    for email, status in (("olga@example.org", 200), ("alice@example.org", 403)):
        assert client.post("/accounts/login/", {"login": email, "password": "a-long-password"}).status_code == 302
        assert client.get("/admin/", follow=True).status_code == status
        client.post("/accounts/logout/")


@pytest.mark.parametrize("role, group", SHORT.items())
def test_each_role_comes_with_its_group_and_with_nothing_else(password_file, role, group):
    ensure("olga@example.org", role, password_file)
    olga = User.objects.get()
    assert olga.is_staff and not olga.is_superuser
    given = {f"{one.content_type.app_label}.{one.codename}" for one in olga.groups.get(name=group).permissions.all()}
    assert given == {permission for permission, groups in permissions().items() if group in groups}


def test_repeating_keeps_the_account_and_its_password(password_file):
    """L32: what a person has chosen since survives the next start."""
    ensure("olga@example.org", "owner", password_file)
    user = User.objects.get()
    user.set_password("chosen by Olga herself")
    user.save()
    ensure("OLGA@example.org", "owner", password_file)
    ensure("olga@example.org", "customer", password_file)
    after = User.objects.get()
    assert after.pk == user.pk and after.check_password("chosen by Olga herself") and after.is_staff


def test_what_cannot_be_is_told(tmp_path, password_file):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for email, file in (("nonsense", password_file), ("a@example.org", empty), ("a@example.org", tmp_path / "none")):
        with pytest.raises(CommandError):
            ensure(email, "customer", file)
    assert not User.objects.exists()
