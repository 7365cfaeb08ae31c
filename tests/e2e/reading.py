"""A visitor who notes what is wrong with each page seen."""

from pathlib import Path
from urllib.parse import urlsplit

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
MOST_REQUESTS = 25
# Colours that are still on their way, as after the change from day to night, are nobody's.
SETTLE = """async () => { await Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)) }"""
COLOURS = ["color-contrast", "link-in-text-block"]
FIND_MISTAKES = """async rules => (await axe.run(document, {
    resultTypes: ["violations"], ...(rules ? {runOnly: {type: "rule", values: rules}} : {})})).violations
    .map(found => found.id + ": " + found.nodes.map(node => node.target.join(" ")).slice(0, 3).join(", "))"""

FIND_INLINE = r"""() => [...document.querySelectorAll("*")].flatMap(element => [...element.attributes]
    .filter(({name, value}) => name.startsWith("on") || /^\s*javascript:/i.test(value))
    .map(({name}) => `${element.localName} has code in ${name}`))"""

# Words of drawn covers that go on in the next line. A line may break at a space or a dash.
FIND_BROKEN_WORDS = """() => [...document.querySelectorAll(".drawn-title")].flatMap(title => {
    const text = title.firstChild, range = document.createRange();
    return [...text.data.matchAll(/[^\\s–—-]+/g)].filter(({0: word, index}) => {
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        return new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1;
    }).map(([word]) => word);
})"""


class Reader:
    """A visitor who notes what is wrong with each page seen."""

    def __init__(self, page, shop: str, *, most_requests: int | None = MOST_REQUESTS):
        """:param most_requests: for one page; None for pages whose visitor has them all already, as staff have."""
        self.page, self.shop, self.wrong = page, shop, []
        self.most_requests, self.requests = most_requests, []
        self._axe_runs = False
        page.on("request", self._note)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))

    def _note(self, request) -> None:
        self.requests.append(request.url)
        # Who pays elsewhere goes there; no page of ours fetches anything from there.
        # In the demo the streams of pages have a port of their own.
        is_stream = request.resource_type == "eventsource" and urlsplit(request.url).path.startswith("/sse/")
        ours = is_stream or request.url.startswith((self.shop, "data:"))
        if not request.is_navigation_request() and not ours:
            if self.page.url.startswith(self.shop):
                self.wrong.append(f"{self.page.url} asks for {request.url}")

    def _hear(self, message) -> None:
        # Chromium reports the answers 400 and 404 that some steps ask for; and what the page's policy refuses, but axe
        # tries styles of its own.
        by_axe = self._axe_runs and "Content Security Policy" in message.text
        if message.type == "error" and "Failed to load resource" not in message.text and not by_axe:
            self.wrong.append(f"{self.page.url}: {message.text}")

    def open(self, path: str, *, until: str = "networkidle") -> None:
        """:param until: "load" for pages that fetch nothing later; it saves half a second each."""
        self.requests.clear()
        self.page.goto(self.shop + path)
        self.page.wait_for_load_state(until)
        self.look(path)
        pictures = [url for url in self.requests if "/media/" in url]
        if self.most_requests and len(self.requests) - len(pictures) > self.most_requests:
            self.wrong.append(f"{path}: {len(self.requests)} requests")

    def look(self, name: str) -> None:
        """This function will look at the page as it is, and at its colours by day and by night."""
        self.wrong += [f"{name}: {inline}" for inline in self.page.evaluate(FIND_INLINE)]
        self.page.evaluate(AXE)
        is_dark = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        self._find(name, None)
        self.page.emulate_media(color_scheme="light" if is_dark else "dark")
        self._find(f"{name}, {'by day' if is_dark else 'by night'}", COLOURS)
        self.page.emulate_media(color_scheme="dark" if is_dark else "light")
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            self.wrong.append(f"{name}: {wider} pixels wider than the window")
        self.wrong += [f"{name}: a cover breaks “{word}”" for word in self.page.evaluate(FIND_BROKEN_WORDS)]

    def _find(self, name: str, rules: list[str] | None) -> None:
        self.page.evaluate(SETTLE)
        self._axe_runs = True
        self.wrong += [f"{name}: {mistake}" for mistake in self.page.evaluate(FIND_MISTAKES, rules)]
        self._axe_runs = False
