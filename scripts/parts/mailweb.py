"""The mail catcher's web side: MailHog's API under /api/, and pages to read mails in the browser."""

import json
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from parts import mailpages
from parts.mailbox import Mailbox

DEFAULT_LIMIT, MAX_LIMIT = 50, 250
PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
# A mail's own HTML: no scripts, nothing loaded from outside, links open beside the mail.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class MailServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], mailbox: Mailbox):
        super().__init__(address, Handler)
        self.mailbox = mailbox


class NotThere(Exception):
    """No such page or mail."""


class Handler(BaseHTTPRequestHandler):
    """One request; `routes` maps a method and a path to what answers it."""

    server: MailServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def _answer(self, method: str) -> None:
        address = urlsplit(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            for wanted, pattern, action in self.routes:
                if wanted == method and (match := re.fullmatch(pattern, address.path)):
                    action(self, *match.groups(), **self._page(address.query) if "v2" in pattern else {})
                    return
            raise NotThere
        except NotThere:
            self._send("not found\n", "text/plain", HTTPStatus.NOT_FOUND)
        except ValueError as error:
            self._send(f"{error}\n", "text/plain", HTTPStatus.BAD_REQUEST)

    def _page(self, query: str) -> dict:
        """:raises ValueError: for a start or limit that is no number."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        start, limit = int(given.pop("start", 0)), int(given.pop("limit", DEFAULT_LIMIT))
        return {"start": max(start, 0), "limit": min(max(limit, 0), MAX_LIMIT), "asked": given}

    def messages(self, start: int, limit: int, asked: dict) -> None:
        self._list(self.server.mailbox.ids(), start, limit)

    def search(self, start: int, limit: int, asked: dict) -> None:
        self._list(self.server.mailbox.find(asked.get("kind", ""), asked.get("query", "")), start, limit)

    def _list(self, names: list[str], start: int, limit: int) -> None:
        items = [mail.as_mailhog() for mail in self.server.mailbox.mails(names[start : start + limit])]
        self._json({"total": len(names), "count": len(items), "start": start, "items": items})

    def message(self, name: str) -> None:
        self._json(self._mail(name).as_mailhog())

    def delete_message(self, name: str) -> None:
        if not self.server.mailbox.delete(name):
            raise NotThere
        self._json(None)

    def delete_messages(self) -> None:
        self.server.mailbox.clear()
        self._json(None)

    def list_page(self) -> None:
        mailbox = self.server.mailbox
        names = mailbox.ids()
        self._html(mailpages.listing(mailbox.mails(names[:MAX_LIMIT]), total=len(names)))

    def mail_page(self, name: str) -> None:
        self._html(mailpages.one(self._mail(name)))

    def mail_html(self, name: str) -> None:
        self._html(f'<base target="_blank">{self._mail(name).html}', MAIL_CSP)

    def mail_source(self, name: str) -> None:
        self._send(self._mail(name).raw.decode("utf-8", "replace"), "text/plain")

    def empty(self) -> None:
        if self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            self._send("only from the mail page itself\n", "text/plain", HTTPStatus.FORBIDDEN)
            return
        self.server.mailbox.clear()
        self._send("", "text/plain", HTTPStatus.SEE_OTHER, {"Location": "/"})

    routes = [
        ("GET", r"/", list_page),
        ("GET", r"/mail/([\w-]+)", mail_page),
        ("GET", r"/mail/([\w-]+)/html", mail_html),
        ("GET", r"/mail/([\w-]+)/source", mail_source),
        ("POST", r"/empty", empty),
        ("GET", r"/api/v2/messages", messages),
        ("GET", r"/api/v2/search", search),
        ("GET", r"/api/v1/messages/([\w-]+)", message),
        ("DELETE", r"/api/v1/messages/([\w-]+)", delete_message),
        ("DELETE", r"/api/v1/messages", delete_messages),
    ]

    def _mail(self, name: str):
        mail = self.server.mailbox.mail(name)
        if mail is None:
            raise NotThere
        return mail

    def _json(self, answer: object) -> None:
        self._send("" if answer is None else json.dumps(answer), "application/json")

    def _html(self, page: str, policy: str = PAGE_CSP) -> None:
        self._send(page, "text/html", headers={"Content-Security-Policy": policy})

    def _send(self, body: str, kind: str, status: int = HTTPStatus.OK, headers: dict | None = None) -> None:
        data = body.encode()
        self.send_response(status)
        always = {"Content-Type": f"{kind}; charset=utf-8", "X-Content-Type-Options": "nosniff"}
        for name, value in {**always, "Cache-Control": "no-store", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Requests are not logged: whoever waits for a mail asks ten times a second."""
