"""Staff send pictures in; the worker makes them ours, with a small one for the staff's pages, or says why it cannot."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests.conftest import NOW

from store.catalogue import covers
from store.catalogue.models import Book, BookChange, SentPicture, SmallPicture
from store.catalogue.pictures import remake

LIST = reverse("admin:catalogue_book_changelist")


def picture(kind="PNG", size=(300, 450), colour="teal") -> bytes:
    file = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(file, kind) if colour == "noise" else Image.new(
        "RGB", size, colour
    ).save(file, kind)
    return file.getvalue()


def page(book) -> str:
    return reverse("admin:catalogue_book_change", args=[book.pk])


def send(client, book, raw: bytes):
    form = {"isbn13": book.isbn13, "title": book.title, "price": book.price, "currency": "EUR", "language": "en"}
    return client.post(page(book), form | {"authors": "", "new_picture": SimpleUploadedFile("cover", raw)})


def work(**changes) -> str:
    return str(covers.work_on(lambda: NOW, run_for=timedelta(seconds=12), **changes))


def kept() -> list[Path]:
    return list(covers.FOLDER.path().iterdir())


@pytest.fixture
def owner(staff):
    return staff("owner")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_picture_is_made_anew_by_the_worker_and_named_by_its_content(owner, books, kind):
    assert send(owner, books[0], picture(kind, size=(2_400, 3_600))).status_code == 302
    assert Book.objects.get(pk=books[0].pk).picture == "" and len(kept()) == 1
    assert "is being made ready" in owner.get(page(books[0])).content.decode()
    version = BookChange.objects.get(book_id=books[0].pk).version
    assert work() == "2 made"
    book = Book.objects.get(pk=books[0].pk)
    assert book.picture == f"books/{book.picture_sha256}.jpg"
    assert (book.picture_width, book.picture_height) == (1200, 1800)
    assert BookChange.objects.get(book_id=book.pk).version == version + 1, "told once: small ones are no news"
    assert not SentPicture.objects.exists() and kept() == []
    assert work() == "nothing to do"


def test_staffs_pages_show_the_small_one_and_the_list_costs_no_statement_more(
    owner, books, django_assert_max_num_queries
):
    books[0].put_picture(remake(BytesIO(picture(size=(800, 1200)))))
    books[0].save()
    assert work() == "1 made"
    name = SmallPicture.objects.get().name
    assert Image.open(default_storage.open(name)).size == (160, 240)
    owner.get(LIST)
    with django_assert_max_num_queries(8):
        shown = owner.get(LIST).content.decode()
    assert shown.count(name) == 1 and name in owner.get(page(books[0])).content.decode()
    assert not owner.get(page(books[1])).content.decode().count("-small.jpg")


def test_a_damaged_picture_is_not_taken_and_its_sender_is_told(owner, books):
    assert send(owner, books[0], picture(colour="noise")[:20_000]).status_code == 302
    assert work() == "1 made"
    told = owner.get(page(books[0])).content.decode()
    assert "by olga@example.org was not taken. The file is not a picture" in told
    assert Book.objects.get(pk=books[0].pk).picture == "" and kept() == []
    send(owner, books[0], picture())
    work()
    assert "was not taken" not in owner.get(page(books[0])).content.decode()


def test_of_two_pictures_for_one_book_the_later_wins_also_if_it_comes_while_the_first_is_made(
    owner, books, monkeypatch
):
    send(owner, books[0], picture(colour="red"))
    real = covers.remake

    def slow(*args):
        monkeypatch.setattr(covers, "remake", real)
        send(owner, books[0], picture(colour="blue"))
        return real(*args)

    monkeypatch.setattr(covers, "remake", slow)
    work()
    red, green, blue = Image.open(default_storage.open(Book.objects.get(pk=books[0].pk).picture)).getpixel((9, 9))
    assert blue > 200 > red and kept() == []


def test_a_picture_that_ends_its_worker_is_given_up_after_three_tries(owner, books, monkeypatch):
    send(owner, books[0], picture())
    send(owner, books[1], picture())

    def killed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(covers, "remake", killed)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            work()
    monkeypatch.undo()
    work()
    assert "Three times" in SentPicture.objects.get(pk=books[0].pk).reason
    assert Book.objects.get(pk=books[1].pk).picture, "the next one is made"


def test_where_pictures_are_kept_may_be_away_for_as_long_as_it_likes(owner, books, monkeypatch):
    send(owner, books[0], picture())
    with monkeypatch.context() as away:
        away.setattr(Book, "put_picture", lambda self, picture: (_ for _ in ()).throw(OSError("away")))
        for _ in range(covers.MOST_TRIES + 1):
            with pytest.raises(OSError, match="away"):
                work()
    work()
    assert Book.objects.get(pk=books[0].pk).picture


def test_a_picture_whose_file_is_lost_gets_no_small_one_and_holds_up_no_other(books):
    for book, colour in zip(books[:2], ("red", "blue"), strict=True):
        book.put_picture(remake(BytesIO(picture(colour=colour))))
        book.save()
    default_storage.delete(books[0].picture)
    assert work() == "2 made" and work() == "nothing to do"
    assert [small.name != "" for small in SmallPicture.objects.order_by("name")] == [False, True]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_make_the_same(owner, books, together):
    send(owner, books[0], picture())
    assert sorted(together(work, work))[0] in ("2 made", "another worker is at it")
    assert SmallPicture.objects.count() == 1
