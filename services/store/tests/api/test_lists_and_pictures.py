"""GET lists and single books, orders and pictures."""

from io import BytesIO

from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.conftest import isbn_number

from store.catalogue.models import Book
from store.catalogue.pictures import remake


def png(size=(300, 450)):
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    file.seek(0)
    return file


def test_books_are_found_by_title_author_and_isbn(shop, books):
    def found(search):
        return [book["title"] for book in shop.get("/api/books/", {"search": search}).json()["results"]]

    assert found("pride") == ["Pride and Prejudice"]
    assert found("brontë") == ["Jane Eyre"]
    assert found("9780140449136") == ["Crime and Punishment"]
    assert found("%") == []
    assert found("") == [book.title for book in books]


def test_lists_go_on_where_they_stopped(shop, books, accept):
    orders = [accept((books[0], 1)) for _ in range(3)]
    first = shop.get("/api/orders/", {"limit": 2}).json()
    rest = shop.get("/api/orders/", {"limit": 2, "after": first["next"]}).json()
    numbers = [order["order"] for order in first["results"] + rest["results"]]
    assert numbers == [str(order.number) for order in orders]
    assert rest["next"] is None
    first = shop.get("/api/books/", {"limit": 2}).json()
    rest = shop.get("/api/books/", {"limit": 2, "after": first["next"]}).json()
    assert (len(first["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)


def test_orders_can_be_listed_by_status(shop, books, accept):
    order = accept((books[0], 1))
    accept((books[1], 5))
    listed = shop.get("/api/orders/", {"status": "received"}).json()["results"]
    assert [(row["order"], row["status"]) for row in listed] == [(str(order.number), "received")]
    assert shop.get("/api/orders/", {"status": "lost"}).status_code == 400


def test_one_order_tells_everything_about_it(shop, books, accept):
    order = accept((books[0], 2))
    told = shop.get(f"/api/orders/{order.number}/").json()
    assert (told["total"], told["ship_to"]["city"], told["lines"][0]["quantity"]) == ("25.00", "Berlin", 2)
    assert [event["version"] for event in told["events"]] == [1]


def test_lists_cost_the_same_for_any_number_of_rows(shop, books, accept):
    def statements(url):
        with CaptureQueriesContext(connection) as queries:
            shop.get(url)
        return len(queries)

    accept((books[0], 1))
    before = statements("/api/books/"), statements("/api/orders/")
    Book.objects.bulk_create(Book(isbn13=isbn_number(n), title=f"Book {n}", price=1) for n in range(50))
    for _ in range(5):
        accept((books[0], 1), (books[1], 1))
    assert (statements("/api/books/"), statements("/api/orders/")) == before == (2, 3)


def test_what_is_not_there_is_not_found(shop, books):
    for url in ("/api/books/999999/", f"/api/books/{10**30}/", f"/api/books/{books[0].id}/picture/", "/api/orders/7/"):
        answer = shop.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_picture_comes_with_its_checksum_and_only_once(shop, books):
    picture = remake(png())
    books[0].put_picture(picture)
    books[0].save()
    told = shop.get(f"/api/books/{books[0].id}/").json()["picture"]
    assert told == {"sha256": picture.sha256, "url": f"/api/books/{books[0].id}/picture/"}
    answer = shop.get(told["url"])
    assert b"".join(answer.streaming_content) == picture.jpeg
    assert (answer["ETag"], answer["Content-Type"]) == (f'"{picture.sha256}"', "image/jpeg")
    assert shop.get(told["url"], HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
