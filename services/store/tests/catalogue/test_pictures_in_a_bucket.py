"""The warehouse keeps pictures in a bucket: uploaded by staff, shown to them, and read by the shop through the API."""

import logging
from io import BytesIO

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer
from PIL import Image

from store.catalogue.models import Book
from store.catalogue.pictures import remake
from store.environment import Environment
from store.media import storage_of

BUCKET = "pictures-of-the-warehouse"


@pytest.fixture(scope="module")
def s3():
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys).create_bucket(Bucket=BUCKET)
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def in_the_bucket(s3, monkeypatch, settings):
    for name, value in {"ENDPOINT": s3, "BUCKET": BUCKET, "ACCESS_KEY": "a", "SECRET_KEY": "b"}.items():
        monkeypatch.setenv(f"S3_{name}", value)
    monkeypatch.setenv("MEDIA_STORAGE", "s3")
    storage, origins = storage_of(Environment())
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return origins


def picture():
    file = BytesIO()
    Image.new("RGB", (300, 450), "navy").save(file, format="PNG")
    file.seek(0)
    return remake(file)


@pytest.mark.django_db
def test_a_picture_is_kept_shown_and_read_again(in_the_bucket, books, s3):
    book, one = Book.objects.first(), picture()
    book.put_picture(one)
    assert default_storage.open(book.picture).read() == one.jpeg
    address = default_storage.url(book.picture)
    assert address.startswith(f"{s3}/{BUCKET}/") and "X-Amz-Signature" in address
    before = book.picture
    book.put_picture(one)
    assert book.picture == before, "the same picture is the same file"
    assert in_the_bucket == [s3], "pages may show it"


def test_what_is_missing_is_named_at_the_start(in_the_bucket, monkeypatch):
    monkeypatch.setenv("S3_SECRET_KEY", "")
    with pytest.raises(ImproperlyConfigured, match="S3_SECRET_KEY"):
        storage_of(Environment())
