"""Pictures of pages: a page that is not there, or not for its visitor, is named instead of left out."""

import pytest

from screenshots.camera import Camera, NoPicture
from screenshots.pages import PAGES, Page


@pytest.fixture
def camera(card, browser, tmp_path):
    return Camera(browser, card, tmp_path)


@pytest.mark.parametrize(
    "page, told",
    [
        (
            Page("lost", "/no-such-page/"),
            "lost (phone) cannot be shown: /no-such-page/ of the shop answers 404, not 200.",
        ),
        (
            Page("own", "/account/"),
            "own (phone) cannot be shown: /account/ of the shop leads the guest to /accounts/login/.",
        ),
    ],
)
def test_a_page_that_cannot_be_shown_is_named(camera, tmp_path, page, told):
    with pytest.raises(NoPicture) as refused:
        list(camera.take(page))
    assert str(refused.value) == told and not list(tmp_path.iterdir())


def test_a_page_is_shown_on_each_window_as_a_small_picture(camera):
    page = next(page for page in PAGES if page.name == "not-found")
    files = list(camera.take(page))
    assert [file.name for file in files] == ["not-found-phone.webp", "not-found-desktop.webp", "not-found-dark.webp"]
    assert all(file.read_bytes()[8:12] == b"WEBP" and file.stat().st_size < 100_000 for file in files)
