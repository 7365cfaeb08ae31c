"""Takes the pictures: each page on a phone and on a desk, some on a phone in the dark, small on the disk."""

import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Error as BrowserError

from screenshots.pages import GUEST, PACKER, Page
from screenshots.visits import Scene, Visitor

# Beyond this many pixels a page only goes on as it began.
PHONE = {"viewport": {"width": 375, "height": 720}, "has_touch": True, "is_mobile": True}
WINDOWS = {
    "phone": (PHONE, 1200),
    "desktop": ({"viewport": {"width": 1200, "height": 800}}, 900),
    "dark": ({**PHONE, "color_scheme": "dark"}, 1200),
}
WEBP = {"format": "WEBP", "quality": 40, "method": 6}
OK = 200
WIDEST = 900
SLOWEST_STEP_MS = 20_000
OPEN_LOG_IN = {"shop": "/accounts/login/", "store": "/admin/"}


class NoPicture(Exception):
    """This page could not be shown; the message says which and why."""


def windows_of(page: Page) -> list[str]:
    return [window for window in WINDOWS if window != "dark" or page.dark]


def small(picture: Image.Image) -> Image.Image:
    """This function will make a picture no wider than documents show it."""
    picture = picture.convert("RGB")
    picture.thumbnail((WIDEST, picture.height), Image.Resampling.LANCZOS)
    return picture


class Camera:
    """:param folder: where the pictures go, each under its page's and its window's name."""

    def __init__(self, browser: Browser, card: dict, folder: Path):
        self.browser, self.scene, self.folder = browser, Scene(card), folder
        self._logged_in: dict[str, dict] = {}

    def take(self, page: Page) -> Iterator[Path]:
        """This function will write the page's pictures.

        :raises NoPicture: if there is no such page, or a step of the way to it is not there.
        """
        for window in windows_of(page):
            options, tallest = WINDOWS[window]
            context = self._enter(page.who, options)
            try:
                png = self._shown(page, context, tallest)
            except (BrowserError, AssertionError) as error:
                reason = str(error).splitlines()[0]
                raise NoPicture(f"{page.name} ({window}) cannot be shown: {reason}") from error
            finally:
                context.close()
            file = self.folder / f"{page.name}-{window}.webp"
            small(Image.open(io.BytesIO(png))).save(file, **WEBP)
            yield file

    def _shown(self, page: Page, context: BrowserContext, tallest: int) -> bytes:
        sheet = context.new_page()
        if callable(page.way):
            page.way(Visitor(sheet, self.scene, self.scene.card["logins"].get(page.who)))
        else:
            answer = sheet.goto(self.scene.card[page.site]["url"] + page.way)
            if answer.status != page.status:
                raise AssertionError(f"{page.way} of the {page.site} answers {answer.status}, not {page.status}.")
            arrived = urlsplit(sheet.url).path
            if page.status == OK and arrived != urlsplit(page.way).path:
                raise AssertionError(f"{page.way} of the {page.site} leads the {page.who} to {arrived}.")
        # Pictures below the window are fetched as somebody scrolls there.
        sheet.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(each => each.loading = 'eager')")
        sheet.wait_for_load_state("networkidle")
        sheet.evaluate("document.fonts.ready.then(() => true)")
        tall = min(sheet.evaluate("document.documentElement.scrollHeight"), tallest)
        area = {"x": 0, "y": 0, "width": sheet.viewport_size["width"], "height": tall}
        return sheet.screenshot(full_page=True, clip=area, animations="disabled")

    def _enter(self, who: str, options: dict) -> BrowserContext:
        """A new window of somebody who has logged in once; of a guest, one that nobody has used."""
        if who != GUEST and who not in self._logged_in:
            self._logged_in[who] = self._log_in(who)
        context = self.browser.new_context(**options, storage_state=self._logged_in.get(who))
        context.set_default_timeout(SLOWEST_STEP_MS)
        return context

    def _log_in(self, who: str) -> dict:
        site, login = "store" if who == PACKER else "shop", self.scene.card["logins"][who]
        sheet = self.browser.new_page()
        sheet.goto(self.scene.card[site]["url"] + OPEN_LOG_IN[site])
        sheet.locator("[name=login], [name=username]").fill(login["email"])
        sheet.locator("[name=password]").fill(login["password"])
        sheet.locator("main form [type=submit], #login-form [type=submit]").first.click()
        sheet.wait_for_load_state()
        kept = sheet.context.storage_state()
        sheet.context.close()
        return kept
