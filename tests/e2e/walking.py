"""A walk through every page of an admin, the shop's or the store's: it finds them by itself, each kind once."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

MOST_PAGES = 250
# Where a link ends a log-in, leaves the admin, or is no page.
NO_PAGES = re.compile(r"/logout/|^r/|jsi18n")
OF_A_MODEL = re.compile(r"^(\w+/\w+)/(?:(add)/|(.+)/(change|history|delete|password)/)?$")
FIND_LINKS = """html => {
    const found = new DOMParser().parseFromString(html, "text/html");
    const all = selector => [...found.querySelectorAll(selector)].map(link => link.getAttribute("href"));
    return {
        models: all("tr[class*='model-'] a[href]"),
        links: all("a[href]"),
        filters: all("#changelist-filter a[href^='?']"),
        searches: found.querySelector("#searchbar") !== null,
    };
}"""


class Walk:
    """Paths of an admin's pages for whoever is logged in, found through its links; nothing is ever sent.

    From the index: each list, its form to add one, and of its first row the page, its history and the question before
    deleting it; each list as well with a search that finds nothing and with one filter; the page for a new password;
    one form in a window of its own; and the admin's own pages, each kind once, however many rows it is linked from.

    :param page: logged in; it only lends its cookies and its parser, so that it may be anywhere meanwhile.
    :param site: where the service is, as "http://localhost:8000".
    """

    def __init__(self, page, site: str, index: str = "/admin/", most: int = MOST_PAGES):
        self.page, self.site, self.index, self.most = page, site, index, most
        self.wrong = []  # links that lead to no page, and whether some were left off
        self._models, self._kinds, self._waiting = set(), set(), deque()

    def __iter__(self) -> Iterator[str]:
        self._models, self._kinds, self._waiting = set(), set(), deque()
        self._take(self.index, "")
        self._take(self.index, "password_change/")
        walked = 0
        while self._waiting:
            path, told_by = self._waiting.popleft()
            answer = self.page.request.get(self.site + path)
            if answer.status != 200:
                self.wrong.append(f"{told_by} leads to {path}, which answers {answer.status}")
                continue
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            if walked == self.most:
                self.wrong.append(
                    f"there are more than {self.most} pages: {path} and {len(self._waiting)} were left off"
                )
                return
            walked += 1
            yield path
            self._follow(urlsplit(answer.url)._replace(scheme="", netloc="").geturl(), answer.text())

    def _follow(self, path: str, html: str) -> None:
        found = self.page.evaluate(FIND_LINKS, html)
        # The index names all models, before any of their pages is walked.
        self._models |= {match[1] for href in found["models"] if (match := OF_A_MODEL.match(self._inside(href)))}
        for href in found["links"]:
            self._take(path, href)
        bare = urlsplit(path).path
        if not self._is_list(bare):
            return
        if found["searches"]:
            self._wait(bare + "?q=no+such+thing", "search", path)
        filters = [href for href in found["filters"] if not {"", "_facets"} >= set(parse_qs(href[1:]))]
        if filters:
            self._wait(bare + filters[-1], "filter", path)

    def _take(self, path: str, href: str) -> None:
        """This function will put a link on the list if it is the first to a page of its kind."""
        parts = urlsplit(urljoin(self.site + path, href))
        inside = self._inside(parts.path)
        if not parts.geturl().startswith(self.site + self.index) or NO_PAGES.search(inside):
            return
        keys = " ".join(sorted(parse_qs(parts.query)))
        if (match := OF_A_MODEL.match(inside)) and match[1] in self._models:
            # Their links carry the list's filters along, or open a window.
            if "_popup" in keys:
                self._wait(parts.path + "?_popup=1", "", path, kind="popup")
            self._wait(parts.path, "", path, kind=" ".join([match[1], match[2] or "", match[4] or ""]))
            return
        if any(model.startswith(inside) for model in self._models):
            self._wait(parts.path, "", path, kind="models of an app")
            return
        kind = "/".join("*" if re.search(r"\d", part) else part for part in inside.split("/"))
        self._wait(parts.path + (f"?{parts.query}" if keys else ""), "queried" if keys else "", path, kind=kind)

    def _wait(self, path: str, variant: str, told_by: str, *, kind: str = "") -> None:
        known = (kind or urlsplit(path).path, variant)
        if known not in self._kinds:
            self._kinds.add(known)
            self._waiting.append((path, told_by))

    def _is_list(self, path: str) -> bool:
        match = OF_A_MODEL.match(self._inside(path))
        return bool(match) and match[1] in self._models and not (match[2] or match[4])

    def _inside(self, path: str) -> str:
        return path.removeprefix(self.index)
