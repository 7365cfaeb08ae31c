"""Pictures kept in a bucket: against a server on this machine that speaks S3 (moto's), by the settings of the shop itself."""

import hashlib
import logging
from io import BytesIO

import boto3
import environ
import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from fake_store import book_row
from moto.server import ThreadedMotoServer
from PIL import Image

from shop.catalogue.models import Book
from shop.catalogue.shown import COVER_WIDTHS, cover_path
from shop.media import storage_of
from shop.storelink.books import sync_books
from shop.storelink.pictures import fetch_pictures, forget_lost_pictures

pytestmark = pytest.mark.django_db(transaction=True)

BUCKET = "covers-of-books"


@pytest.fixture(scope="module")
def s3():
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def surroundings(s3: str, monkeypatch, **more):
    """The environment of a shop whose pictures are in that bucket."""
    variables = {
        "MEDIA_STORAGE": "s3",
        "S3_ENDPOINT": s3,
        "S3_BUCKET": BUCKET,
        "S3_ACCESS_KEY": "key-of-the-test",
        "S3_SECRET_KEY": "secret-of-the-test",
        **more,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return environ.FileAwareEnv()


@pytest.fixture
def bucket(s3, monkeypatch, settings):
    """The shop keeps its pictures there; answers a client of the server, to look at what is in it."""
    storage, _ = storage_of(surroundings(s3, monkeypatch))
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=s3, **keys)
    client.create_bucket(Bucket=BUCKET)
    yield client
    for entry in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=entry["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def pictured(store, client, clock):
    """A book of which the store has a picture and the shop has heard."""
    file = BytesIO()
    Image.new("RGB", (600, 900), "navy").save(file, format="PNG")
    raw = file.getvalue()
    sha256 = hashlib.sha256(raw).hexdigest()
    store.pictures[1] = raw
    store.tell(book_row(1, 1, picture={"sha256": sha256, "url": "/api/books/1/picture/"}))
    sync_books(client, clock)
    return sha256


def test_a_picture_comes_over_in_three_widths_and_a_browser_can_read_it(bucket, pictured, client, clock, s3):
    assert fetch_pictures(client, clock).fetched == 1
    kept = {entry["Key"] for entry in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert kept == {cover_path(pictured, width) for width in COVER_WIDTHS}
    address = Book.objects.get().cover_medium
    assert (
        address.startswith(f"{s3}/{BUCKET}/covers/")
        and "X-Amz-Signature" in address
        and "X-Amz-Expires=3600" in address
    )
    answer = requests.get(address, timeout=10)
    assert answer.headers["Content-Type"] == "image/webp" and "max-age=86400" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.content)).size == (320, 480)
    with default_storage.open(cover_path(pictured, 160)) as file:
        assert Image.open(file).size == (160, 240)


def test_a_picture_that_is_there_is_not_fetched_again_and_a_lost_one_is(bucket, pictured, client, clock, store):
    fetch_pictures(client, clock)
    assert forget_lost_pictures() == 0
    bucket.delete_object(Bucket=BUCKET, Key=cover_path(pictured, COVER_WIDTHS[-1]))
    assert forget_lost_pictures() == 1
    assert fetch_pictures(client, clock).fetched == 1


def test_a_bucket_that_is_away_leaves_the_picture_wanted(bucket, pictured, client, clock, settings):
    there = settings.STORAGES["default"]
    away = {**there, "OPTIONS": {**there["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}}
    settings.STORAGES = {**settings.STORAGES, "default": away}
    assert fetch_pictures(client, clock).unreachable == 1
    settings.STORAGES = {**settings.STORAGES, "default": there}
    assert fetch_pictures(client, clock).fetched == 1


def test_a_bucket_that_refuses_us_leaves_the_picture_wanted(bucket, pictured, client, clock, settings):
    there = settings.STORAGES["default"]
    other = {**there, "OPTIONS": {**there["OPTIONS"], "bucket_name": "no-such-bucket"}}
    settings.STORAGES = {**settings.STORAGES, "default": other}
    assert fetch_pictures(client, clock).unreachable == 1


def test_where_everybody_may_read_addresses_are_plain_and_stay_the_same(
    bucket, pictured, client, clock, s3, monkeypatch, settings
):
    storage, origins = storage_of(surroundings(s3, monkeypatch, S3_PUBLIC_URL="https://pictures.example/shop"))
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    fetch_pictures(client, clock)
    assert Book.objects.get().cover_small == f"https://pictures.example/shop/{cover_path(pictured, 160)}"
    assert origins == ["https://pictures.example"]


def test_pages_may_show_pictures_from_the_bucket_and_from_nowhere_else(s3, monkeypatch):
    assert storage_of(surroundings(s3, monkeypatch))[1] == [s3]
    monkeypatch.setenv("MEDIA_STORAGE", "folder")
    assert storage_of(environ.FileAwareEnv())[1] == []


def test_the_book_page_names_the_picture_by_its_whole_address(bucket, pictured, client, clock, client_of_shop):
    fetch_pictures(client, clock)
    page = client_of_shop.get(Book.objects.get().get_absolute_url()).content.decode()
    assert 'property="og:image" content="http://127.0.0.1:' in page and "http://127.0.0.1:8000http" not in page


@pytest.mark.parametrize("missing", ["S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"])
def test_what_is_missing_is_named_at_the_start(s3, monkeypatch, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        storage_of(surroundings(s3, monkeypatch, **{missing: ""}))
    with pytest.raises(ImproperlyConfigured, match="folder or s3"):
        storage_of(surroundings(s3, monkeypatch, MEDIA_STORAGE="floppy"))


@pytest.fixture
def client_of_shop():
    from django.test import Client

    return Client()
