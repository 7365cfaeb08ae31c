"""Pictures come over by checksum, are made small, and a broken one costs no other."""

import hashlib
import time
from io import BytesIO
from pathlib import Path

import pytest
from fake_store import book_row
from PIL import Image

from shop.catalogue.models import Book
from shop.catalogue.shown import COVER_WIDTHS, cover_path
from shop.storelink.books import sync_books
from shop.storelink.pictures import fetch_pictures, forget_lost_pictures

pytestmark = pytest.mark.django_db(transaction=True)


def picture(colour="navy", size=(600, 900), kind="PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, format=kind)
    return file.getvalue()


@pytest.fixture
def show(store, client, clock):
    """Gives a book of the store a picture and lets the shop hear of it; answers the checksum that the store tells."""

    def give(pk: int, raw: bytes | None, version: int = 1, sha256: str = "") -> str:
        sha256 = sha256 or (hashlib.sha256(raw).hexdigest() if raw else "")
        if raw is not None:
            store.pictures[pk] = raw
        named = {"sha256": sha256, "url": f"/api/books/{pk}/picture/"} if sha256 else None
        store.tell(book_row(pk, version, picture=named))
        sync_books(client, clock)
        return sha256

    return give


def files(settings) -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_picture_is_shown_in_three_widths_under_its_checksum(show, client, clock, settings):
    sha256 = show(1, picture())
    assert Book.objects.get().cover_small == ""
    assert fetch_pictures(client, clock).fetched == 1
    book = Book.objects.get()
    assert book.cover_medium == f"/media/covers/{sha256[:2]}/{sha256}-320.webp"
    assert files(settings) == sorted(cover_path(sha256, width) for width in COVER_WIDTHS)
    sizes = [Image.open(Path(settings.MEDIA_ROOT, cover_path(sha256, width))).size for width in COVER_WIDTHS]
    assert sizes == [(160, 240), (320, 480), (600, 900)], "never larger than it came"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_usual_kinds_are_read(show, client, clock, kind):
    show(1, picture(kind=kind))
    assert fetch_pictures(client, clock).fetched == 1


def test_with_nothing_wanted_the_store_is_not_asked(show, client, clock, store):
    show(1, picture())
    fetch_pictures(client, clock)
    asked = len(store.requests)
    assert fetch_pictures(client, clock).fetched == 0
    assert len(store.requests) == asked


def test_a_changed_picture_replaces_the_old_one_and_a_removed_one_goes(show, client, clock):
    show(1, picture("navy"))
    fetch_pictures(client, clock)
    second = show(1, picture("maroon"), version=2)
    assert Book.objects.get().cover_small, "the old one is shown until the new one is here"
    fetch_pictures(client, clock)
    assert second in Book.objects.get().cover_small
    show(1, None, version=3)
    assert Book.objects.get().cover_small == ""


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<svg onload=alert(1)>", "cannot be read"),
        (picture()[:200], "cannot be read"),
        (b"", "cannot be read"),
        (picture("navy", (6000, 6000)), "36000000|6000 × 6000"),
    ],
)
def test_a_picture_that_cannot_be_used_is_noted_and_the_others_come(show, client, clock, settings, store, raw, why):
    show(1, raw, sha256=hashlib.sha256(raw).hexdigest())
    show(2, picture())
    run = fetch_pictures(client, clock)
    assert (run.fetched, run.broken) == (1, 1)
    broken = Book.objects.get(pk=1)
    assert any(part in broken.cover_error for part in why.split("|")), broken.cover_error
    assert broken.cover_small == "" and len(files(settings)) == 3
    asked = len(store.requests)
    fetch_pictures(client, clock)
    assert len(store.requests) == asked, "it is not asked for again until it changes"
    show(1, picture("green"), version=2)
    assert fetch_pictures(client, clock).fetched == 1
    assert Book.objects.get(pk=1).cover_error == ""


def test_other_bytes_than_promised_are_not_shown(show, client, clock, settings):
    show(1, picture(), sha256="ab" * 32)
    assert fetch_pictures(client, clock).broken == 1
    assert "checksum" in Book.objects.get().cover_error
    assert files(settings) == []


def test_an_address_outside_the_store_is_never_asked(store, client, clock):
    store.tell(book_row(1, picture={"sha256": "ab" * 32, "url": "http://169.254.169.254/latest/"}))
    sync_books(client, clock)
    assert fetch_pictures(client, clock).broken == 1
    assert "not an address of the store" in Book.objects.get().cover_error


def test_a_store_that_is_away_leaves_the_pictures_wanted(show, client, clock, store):
    for pk in range(1, 6):
        show(pk, picture())
    store.faults.extend(["503"] * 3)
    assert fetch_pictures(client, clock).unreachable == 3
    assert fetch_pictures(client, clock).fetched == 5
    assert not Book.objects.exclude(cover_error="").exists()


def test_pictures_lost_from_disk_are_found_missing_and_fetched_again(show, client, clock, settings):
    sha256 = show(1, picture())
    fetch_pictures(client, clock)
    Path(settings.MEDIA_ROOT, cover_path(sha256, 640)).unlink()
    assert forget_lost_pictures() == 1
    assert fetch_pictures(client, clock).fetched == 1
    assert len(files(settings)) == 3


def test_a_picture_costs_a_fraction_of_a_second(show, client, clock, store):
    noise = Image.effect_noise((800, 1200), 40).convert("RGB")
    for pk in range(1, 13):
        file = BytesIO()
        noise.rotate(pk).save(file, format="JPEG")
        show(pk, file.getvalue())
    began = time.process_time()
    assert fetch_pictures(client, clock).fetched == 12
    assert (time.process_time() - began) / 12 < 0.25, "processor time, with room for a busy machine"
