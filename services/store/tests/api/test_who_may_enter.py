"""The API is closed: tokens with scopes for services, sessions for staff, nothing for anybody else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import get_resolver
from rest_framework.test import APIClient
from tests.conftest import NOW

from store.api.models import ServiceCredential, digest_of
from store.api.operations import register

READS = ["/api/books/changes/", "/api/orders/changes/", "/api/books/", "/api/orders/", "/api/books/1/"]
NUMBER = "7db2425c-0399-4769-8003-6bdb679e58bc"  # not by chance: tests that run side by side must have the same names
READS += ["/api/books/1/picture/", f"/api/orders/{NUMBER}/"]
PUSHES = [f"/api/orders/{NUMBER}/", f"/api/orders/{NUMBER}/cancel/"]


def with_token(token):
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")


@pytest.mark.parametrize("url", [*READS, "/api/", "/api/nothing/here/"])
def test_without_a_token_nothing_can_be_read(db, url):
    """L27"""
    answer = APIClient().get(url)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/unauthenticated"


@pytest.mark.parametrize("url", PUSHES)
def test_without_a_token_nothing_can_be_pushed(db, url):
    """L2, L27"""
    assert APIClient().put(url, {}, format="json").status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer ", "Bearer wrong", "Basic b2xnYTp4", "Token x", "Bearer " + "x" * 9_000, "é"]
)
def test_a_wrong_token_is_refused(shop, header):
    assert APIClient(HTTP_AUTHORIZATION=header.encode().decode("latin-1")).get("/api/books/").status_code == 401


def test_an_expired_token_is_refused(db):
    register(name="shop", token="old", scopes=["feeds:read"], overlap=timedelta(0), now=NOW)
    assert with_token("old").get("/api/books/").status_code == 200
    ServiceCredential.objects.update(expires_at=NOW - timedelta(days=400))
    assert with_token("old").get("/api/books/").status_code == 401


def test_each_scope_opens_its_own_doors_only(service, books, order_body):
    """L31"""
    reader, pusher = service("feeds:read", name="reader"), service("orders:push", name="pusher")
    body = order_body((books[0], 1))
    assert reader.get("/api/books/changes/").status_code == 200
    assert pusher.get("/api/books/changes/").status_code == 403
    assert reader.put(f"/api/orders/{uuid4()}/", body, format="json").status_code == 403
    assert pusher.put(f"/api/orders/{uuid4()}/", body, format="json").status_code == 201


@pytest.mark.parametrize("url", ["/api/books/", "/api/orders/", "/api/books/changes/"])
def test_staff_read_with_their_session_and_others_do_not(staff, django_user_model, client, url):
    assert staff("packer").get(url).status_code == 200
    client.force_login(django_user_model.objects.create_user("bob@example.org", "x"))
    assert client.get(url).status_code == 403


def test_staff_push_no_orders_and_read_no_clients_feed(staff):
    owner = staff("owner")
    assert owner.put(f"/api/orders/{uuid4()}/", {}, content_type="application/json").status_code == 403
    assert owner.get("/api/orders/changes/").status_code == 403


def test_no_door_but_health_is_public(db, client):
    """L27: every route of the project, as a stranger."""
    parts = ("counting", "labels", "packing", "receiving", "second-step", "shelves")
    doors = {str(route.pattern) for route in get_resolver().url_patterns}
    assert doors == {"", "admin/", *(f"admin/{part}/" for part in parts), "api/", "health/live", "health/ready"}
    assert client.get("/").status_code == 302
    assert client.get("/admin/").status_code == 302
    for door in ("", "commands/", "1/", "1/story/", "parcels/", "parcels/1/", "parcels/1/slip.pdf"):
        assert client.get(f"/admin/packing/{door}").url.startswith("/admin/login/?next="), door
        assert client.post(f"/admin/packing/{door or 'next/'}").status_code in (302, 405), door
    assert client.get("/admin/labels/pick-list.pdf?number=1").url.startswith("/admin/login/?next=")
    for door in (
        "shelves/", "shelves/move/", "shelves/books/1/", "shelves/copies/1/", "labels/copies/", "labels/shelves/",
        "labels/batches/", "labels/batches/1/", "labels/batches/1/1.pdf",
        "receiving/", "receiving/new/", "receiving/1/", "counting/", "counting/1/", "second-step/",
    ):  # fmt: skip
        assert client.get(f"/admin/{door}").url.startswith("/admin/login/?next="), door
        assert client.post(f"/admin/{door}").status_code in (302, 405), door
    assert client.get("/health/live").status_code == 200


def test_pairing_makes_a_token_once_and_keeps_only_its_digest(db, tmp_path, capsys):
    """L31: the machine makes it; nobody copies it."""
    file = tmp_path / "secrets" / "token"
    command = ["pair_service", "shop", "--scope=orders:push", "--scope=feeds:read", f"--token-file={file}"]
    call_command(*command)
    token = file.read_text().strip()
    assert file.stat().st_mode & 0o777 == 0o600
    assert with_token(token).get("/api/books/").status_code == 200
    call_command(*command)
    assert file.read_text().strip() == token
    credential = ServiceCredential.objects.get()
    assert (credential.token_sha256, credential.scopes) == (digest_of(token), ["feeds:read", "orders:push"])
    assert token not in capsys.readouterr().out


def test_a_token_file_the_database_does_not_know_is_registered(db, tmp_path):
    file = tmp_path / "token"
    file.write_text("a-token-from-before-the-database-was-new\n")
    call_command("pair_service", "shop", "--scope=feeds:read", f"--token-file={file}")
    assert with_token("a-token-from-before-the-database-was-new").get("/api/books/").status_code == 200


def test_while_rotating_both_tokens_are_valid(db, tmp_path):
    file = tmp_path / "token"
    call_command("pair_service", "shop", "--scope=feeds:read", f"--token-file={file}")
    old = file.read_text().strip()
    call_command("rotate_credential", "shop", f"--token-file={file}", "--overlap-hours=1")
    new = file.read_text().strip()
    assert new != old
    assert [with_token(token).get("/api/books/").status_code for token in (old, new)] == [200, 200]
    call_command("rotate_credential", "shop", f"--token-file={file}", "--overlap-hours=0")
    newest = file.read_text().strip()
    assert [with_token(token).get("/api/books/").status_code for token in (old, new, newest)] == [401, 401, 200]


def test_a_service_that_was_never_paired_cannot_be_rotated(db, tmp_path):
    with pytest.raises(CommandError, match="Pair it first"):
        call_command("rotate_credential", "shop", f"--token-file={tmp_path / 'token'}")
