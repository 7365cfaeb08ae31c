"""A visitor who notes what is wrong with each page seen."""

from pathlib import Path

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
MOST_REQUESTS = 25
FIND_MISTAKES = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map(found => found.id + ": " + found.nodes.map(node => node.target.join(" ")).slice(0, 3).join(", "))"""


class Reader:
    """A visitor who notes what is wrong with each page seen."""

    def __init__(self, page, shop: str):
        self.page, self.shop, self.wrong = page, shop, []
        self.requests = []
        page.on("request", self._note)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    def _note(self, request) -> None:
        self.requests.append(request.url)
        # Who pays elsewhere goes there; no page of ours fetches anything from there.
        if not request.is_navigation_request() and not request.url.startswith((self.shop, "data:")):
            if self.page.url.startswith(self.shop):
                self.wrong.append(f"{self.page.url} asks for {request.url}")

    def _hear(self, message) -> None:
        # Chromium reports the answers 400 and 404 that some steps ask for, and axe's own trial of a style.
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "47DEQpj8HBSa" not in message.text
        ):
            self.wrong.append(f"{self.page.url}: {message.text}")

    def open(self, path: str) -> None:
        self.requests.clear()
        self.page.goto(self.shop + path)
        self.page.wait_for_load_state("networkidle")
        self.look(path)
        pictures = [url for url in self.requests if "/media/" in url]
        if len(self.requests) - len(pictures) > MOST_REQUESTS:
            self.wrong.append(f"{path}: {len(self.requests)} requests")

    def look(self, name: str) -> None:
        self.page.evaluate(AXE)
        self.wrong += [f"{name}: {mistake}" for mistake in self.page.evaluate(FIND_MISTAKES)]
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            self.wrong.append(f"{name}: {wider} pixels wider than the window")
