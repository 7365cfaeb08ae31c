"""Pictures handed out by Django itself, as the demo does, and nothing else."""

from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404
from django.test import RequestFactory

from shop.pages.views import media


@pytest.fixture
def folder(settings):
    root = Path(settings.MEDIA_ROOT)
    (root / "covers").mkdir(parents=True)
    (root / "covers" / "a.webp").write_bytes(b"RIFF....WEBP")
    (root / "secret.txt").write_text("secret")
    (root.parent / "outside.webp").write_bytes(b"outside")
    return root


def test_a_picture_is_served_for_long(folder):
    answer = media(RequestFactory().get("/media/covers/a.webp"), "covers/a.webp")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/webp"
    assert b"".join(answer.streaming_content) == b"RIFF....WEBP" and "max-age" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["secret.txt", "../outside.webp", "covers/", "", "none.webp", "/etc/passwd", "covers/../../outside.webp"]
)
def test_nothing_else_leaves_the_folder(folder, path):
    with pytest.raises((Http404, SuspiciousFileOperation)):  # a 404 or a 400
        media(RequestFactory().get("/media/x"), path)
