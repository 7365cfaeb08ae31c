"""A store that speaks the contract over HTTP on the loopback, and every way of not speaking it."""

import json
import re
import threading
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import fake_digests
import fake_writes

TOKEN = "the-shops-token"
AT = datetime(2026, 11, 21, 10, 5, tzinfo=UTC).isoformat().replace("+00:00", "Z")

HELD_UNTIL = "2026-11-21T10:17:00Z"


def book_row(pk: int, version: int = 1, **fields) -> dict:
    return {
        "id": pk,
        "version": version,
        "isbn13": f"{9780000000000 + pk}",
        "title": f"Book {pk}",
        "subtitle": "",
        "authors": ["Jane Austen"],
        "publisher": "",
        "series": "",
        "series_number": "",
        "language": "en",
        "format": "",
        "first_published": 1813,
        "description": "",
        "price": "12.50",
        "currency": "EUR",
        "categories": [["Fiction", "Classics"]],
        "picture": None,
        "free": 10,
        "retired": False,
        **fields,
    }


def parcel_told(number: int, inside: dict) -> dict:
    """A parcel as the store tells of it; `contents` apart, what is not said is usual."""
    contents = inside.get("contents", inside)
    told = {"number": number, "carrier": "", "tracking": "", "state": "dispatched"}
    told |= {name: inside[name] for name in told if name in inside}
    return told | {"lines": [{"line": line, "copies": copies} for line, copies in contents.items()]}


@dataclass
class FakeStore:
    """What the store knows. Tests change it directly; the HTTP side only reads it and takes orders in.

    :ivar faults: names of what goes wrong with the next requests, one each; see Door.
    :ivar sealed: numbers of orders with a sealed parcel, which it is too late to cancel.
    :ivar single_faults: numbers of orders that fail by themselves the next time they come together with others.
    """

    epoch: str = "first"
    tokens: set = field(default_factory=lambda: {TOKEN})
    books: list = field(default_factory=list)
    events: list = field(default_factory=list)
    orders: dict = field(default_factory=dict)
    holds: dict = field(default_factory=dict)
    returns: dict = field(default_factory=dict)
    return_events: list = field(default_factory=list)
    return_refusal: str = ""
    short_of: dict = field(default_factory=dict)
    cancelled: set = field(default_factory=set)
    sealed: set = field(default_factory=set)
    free: dict = field(default_factory=dict)
    pictures: dict = field(default_factory=dict)
    stories: dict = field(default_factory=dict)
    writes: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    file_keys: dict = field(default_factory=dict)
    not_in_feed: set = field(default_factory=set)
    faults: deque = field(default_factory=deque)
    single_faults: dict = field(default_factory=dict)
    requests: list = field(default_factory=list)
    told: int = 0
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    def tell(self, *rows: dict) -> None:
        """This function will append rows to the feed of books; an older row of the same book goes, as in a real one."""
        with self.lock:
            for row in rows:
                key = row.get("id") if isinstance(row, dict) else None
                if key is not None:
                    self.books = [old for old in self.books if not isinstance(old[1], dict) or old[1].get("id") != key]
                self.told = max([self.told, *(place for place, _ in self.books)]) + 1
                self.books.append((self.told, row))

    def move(
        self,
        number,
        status: str,
        reason: str = "",
        line_reasons: dict | None = None,
        parcels: list | None = None,
        **counts,
    ) -> dict:
        """This function will add the next event of an order. A count is that of every line, or a dict by line.

        :param parcels: for each that has left its contents, copies by line; or all that is told of it.
        """
        with self.lock:
            version = sum(1 for event in self.events if event["order"] == str(number)) + 1
            lines = [
                {"line": line["line"], "ordered": line["quantity"], "packed": 0, "shipped": 0, "short": 0}
                | {name: n.get(line["line"], 0) if isinstance(n, dict) else n for name, n in counts.items()}
                for line in self.orders.get(str(number), {}).get("lines", [])
            ]
            event = {
                "order": str(number), "version": version, "status": status, "at": AT, "reason": reason, "lines": lines
            }  # fmt: skip
            if line_reasons:
                event["line_reasons"] = {str(line): why for line, why in line_reasons.items()}
            if parcels:
                event["parcels"] = [parcel_told(n, inside) for n, inside in enumerate(parcels, start=1)]
            self.events.append(event)
            return event

    def take_return(self, number: str, body: dict) -> tuple[int, dict]:
        with self.lock:
            if self.return_refusal:
                return 409, problem(409, self.return_refusal, "Line 1: 2 to be sent back, 0 can be.")
            if self.returns.setdefault(number, body) != body:
                return 409, problem(409, "return-differs", "This number belongs to another return.")
            events = [event for event in self.return_events if event["return"] == number]
            is_new = not events
            events = events or [self.move_return(number, "asked")]
            last = events[-1]
            return 201 if is_new else 200, {
                "return": number, "order": body["order"], "status": last["status"], "version": last["version"],
                "events": events,
            }  # fmt: skip

    def move_return(self, number, status: str, *, reason: str = "", **counts) -> dict:
        """This function will add the next event of a return; a count is that of every line."""
        with self.lock:
            asked = self.returns[str(number)]
            version = sum(event["return"] == str(number) for event in self.return_events) + 1
            names = ("received", "restocked", "damaged", "not_ours", "missing", "refund")
            lines = [
                {"line": line["line"], "asked": line["quantity"], **dict.fromkeys(names, 0), **counts}
                for line in asked["lines"]
            ]
            event = {
                "return": str(number), "order": asked["order"], "version": version, "status": status, "at": AT,
                "why": asked["why"], "reason": reason, "lines": lines,
            }  # fmt: skip
            self.return_events.append(event)
            return event

    def events_of(self, number: str) -> list:
        return [event for event in self.events if event["order"] == number]

    def page(self, rows: list, after: str, limit: int) -> tuple[int, dict]:
        epoch, _, position = after.rpartition(":")
        if after and (epoch != self.epoch or not position.isdecimal()):
            return 410, problem(410, "feed-restarted", "The feed has begun anew.")
        start = int(position) if after else 0
        found = [(place, row) for place, row in rows if place > start]
        last = found[:limit][-1][0] if found else max([start, *(place for place, _ in rows)])
        return 200, {
            "epoch": self.epoch,
            "changes": [row for _, row in found[:limit]],
            "next": f"{self.epoch}:{last}",
            "more": len(found) > limit,
        }

    def take(self, number: str, body: dict) -> tuple[int, dict]:
        with self.lock:
            if number in self.cancelled:
                return 410, problem(410, "order-cancelled", "A cancel came before the order.")
            if number in self.orders:
                if self.orders[number] != body:
                    return 409, problem(409, "order-differs", "This number belongs to an order with another content.")
                return self._answer(number, 200)
            unknown = [line for line in body["lines"] if line["book"] not in self.free]
            if unknown:
                errors = [{"field": "lines.0.book", "message": f"There is no book {unknown[0]['book']}."}]
                return 422, problem(422, "invalid", "Take the lines out.", errors=errors)
            self.orders[number] = body
            self._end_hold(number, "used")
            short = [
                {"line": x["line"], "book": x["book"], "isbn13": x["isbn13"], "wanted": x["quantity"], "free": free}
                for x in body["lines"]
                if x["quantity"] > (free := self.free[x["book"]])
            ]
            self.move(
                number, "rejected" if short else "received", short=short[0]["wanted"] - short[0]["free"] if short else 0
            )
            if not short:
                for line in body["lines"]:
                    self.free[line["book"]] -= line["quantity"]
            self.short_of[number] = short
            return self._answer(number, 201)

    def hold(self, number: str, lines: list) -> tuple[int, dict]:
        with self.lock:
            state, held = self.holds.get(number, ("none", []))
            if number in self.orders:
                return 409, problem(409, "hold-used", "The order has come.")
            if state == "held":
                if held != lines:
                    return 409, problem(409, "hold-differs", "Other lines are held. Release them first.")
                return 200, {"order": number, "state": "held", "held_until": HELD_UNTIL}
            short = [
                {"line": x["line"], "book": x["book"], "wanted": x["quantity"], "free": free}
                for x in lines
                if x["quantity"] > (free := self.free.get(x["book"], 0))
            ]
            if short:
                return 409, problem(409, "out-of-stock", "Too few copies.", order=number, short=short)
            for line in lines:
                self.free[line["book"]] -= line["quantity"]
            self.holds[number] = ("held", lines)
            return 201, {"order": number, "state": "held", "held_until": HELD_UNTIL}

    def release(self, number: str) -> tuple[int, dict]:
        with self.lock:
            if number in self.orders:
                return 409, problem(409, "hold-used", "The order has come.")
            known = number in self.holds
            self._end_hold(number, "released")
            return 200, {"order": number, "state": "released" if known else "none"}

    def lapse(self, number) -> None:
        """This function will let the time of a hold be over."""
        with self.lock:
            self._end_hold(str(number), "lapsed")

    def _end_hold(self, number: str, state: str) -> None:
        if self.holds.get(number, ("none",))[0] == "held":
            lines = self.holds[number][1]
            for line in lines:
                self.free[line["book"]] += line["quantity"]
            self.holds[number] = (state, lines)

    def _answer(self, number: str, status: int) -> tuple[int, dict]:
        events = self.events_of(number)
        if short := self.short_of.get(number):
            return 409, problem(409, "out-of-stock", "Too few copies.", short=short, events=events)
        return status, {
            "order": number, "status": events[-1]["status"], "version": events[-1]["version"], "events": events
        }  # fmt: skip


def problem(status: int, slug: str, detail: str, **members) -> dict:
    return {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": detail, **members}


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: FakeStore

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:
        self._handle(None)

    def do_PUT(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self._handle(json.loads(raw) if self.headers.get("Content-Type") == "application/json" else raw)

    do_POST = do_PATCH = do_PUT

    def do_DELETE(self) -> None:
        self._handle(None)

    def _handle(self, body: dict | None) -> None:
        store, address = self.store, urlsplit(self.path)
        store.requests.append((self.command, self.path))
        fault = store.faults.popleft() if store.faults else ""
        if self._fails_before(fault):
            return
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in store.tokens:
            self._send(401, problem(401, "not-authenticated", "Send a token."))
            return
        if number := re.fullmatch(r"/api/books/(\d+)/picture/", address.path):
            raw = store.pictures.get(int(number[1]))
            self._send(404, problem(404, "not-found", "No picture.")) if raw is None else self._raw(
                200, raw, "image/png"
            )
            return
        status, answer = self._answer(address, body)
        if not self._fails_after(fault, status, answer):
            self._send(status, answer)

    def _answer(self, address, body) -> tuple[int, dict]:
        store, query = self.store, {name: values[0] for name, values in parse_qs(address.query).items()}
        after, limit = query.get("after", ""), int(query.get("limit", 500))
        written = fake_writes.write(store, book_row, problem, self.command, address.path, body, self.headers)
        if written:
            return written
        if address.path == "/api/books/changes/":
            return store.page(store.books, after, limit)
        if address.path == "/api/orders/changes/":
            return store.page(list(enumerate(store.events, start=1)), after, limit)
        if address.path == "/api/returns/changes/":
            return store.page(list(enumerate(store.return_events, start=1)), after, limit)
        if found := re.fullmatch(r"/api/returns/([0-9a-f-]{36})/", address.path):
            return store.take_return(found[1], store.returns[found[1]] if self.command == "GET" else body)
        if address.path == "/api/orders/batch/":
            return 200, {"answers": [self._one_of_many(**entry) for entry in body["orders"]]}
        if (answer := self._in_short(address.path, query)) is not None:
            return 200, answer
        if cancel := re.fullmatch(r"/api/orders/([0-9a-f-]+)/cancel/", address.path):
            events = store.events_of(cancel[1])
            is_over = events and events[-1]["status"] in ("part_sent", "dispatched", "failed", "rejected")
            if is_over or cancel[1] in store.sealed:
                return 409, problem(409, "too-late", "It is sealed or on its way.", events=events)
            if events and events[-1]["status"] == "cancelled":
                last = events[-1]
                return 200, {"order": cancel[1], "status": "cancelled", "version": last["version"], "events": events}
            store.cancelled.add(cancel[1])
            if not events:  # a tombstone: the order never came
                return 201, {"order": cancel[1], "status": "cancelled", "version": 0, "events": []}
            store.move(cancel[1], "cancelled", body["reason"])
            events = store.events_of(cancel[1])
            return 200, {
                "order": cancel[1], "status": "cancelled", "version": events[-1]["version"], "events": events
            }  # fmt: skip
        if hold := re.fullmatch(r"/api/holds/([0-9a-f-]+)/", address.path):
            return store.release(hold[1]) if self.command == "DELETE" else store.hold(hold[1], body["lines"])
        return store.take(address.path.split("/")[3], body)

    def _in_short(self, path: str, query: dict) -> dict | None:
        store, first, number = self.store, query.get("from", "0"), int(query.get("ranges", 20))
        match path.removeprefix("/api/"):
            case "books/":
                after = int(query["after"])
                rows = [row for _, row in store.books if row["id"] > after and not row.get("deleted")]
                return {"results": sorted(rows, key=lambda row: row["id"])[: int(query["limit"])], "next": None}
            case "books/digests/":
                return fake_digests.book_ranges(store, int(first), number)
            case "books/digests/rows/":
                return fake_digests.book_rows(store, int(first))
            case "orders/digests/":
                return fake_digests.order_ranges(store, first, number)
            case "orders/digests/rows/":
                return fake_digests.order_rows(store, first)
            case "returns/digests/":
                return fake_digests.return_ranges(store, first, number)
            case "returns/digests/rows/":
                return fake_digests.return_rows(store, first)
        if told := re.fullmatch(r"/api/orders/([0-9a-f-]{36})/story/", path):
            return {"order": told[1], "audience": query["audience"], "entries": store.stories.get(told[1], [])}
        if self.command == "GET" and (order := re.fullmatch(r"/api/orders/([0-9a-f-]{36})/", path)):
            return fake_digests.stored_order(store, order[1])
        return None

    def _one_of_many(self, number: str, order: dict) -> dict:
        if self.store.single_faults.pop(number, ""):
            return {"order": number, "status": 500, "body": problem(500, "fault", "A fault of ours.")}
        status, answer = self.store.take(number, order)
        return {"order": number, "status": status, "body": answer}

    def _fails_before(self, fault: str) -> bool:
        """What never reaches the store's own work."""
        if fault in ("500", "503", "403", "429"):
            self._send(int(fault), problem(int(fault), "trouble", "Not now."))
        elif fault == "html":
            self._raw(200, b"<html>Welcome to the proxy</html>", "text/html")
        elif fault == "html 404":
            self._raw(404, b"<html>Not found</html>", "text/html")
        elif fault == "empty":
            self._raw(200, b"", "application/json")
        elif fault == "not json":
            self._raw(200, b'{"epoch": "first", "chan', "application/json")
        elif fault == "no envelope":
            self._raw(200, b"[]", "application/json")
        elif fault == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.store.url}/api/books/changes/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault == "slow":
            time.sleep(4)  # longer than any caller in a test waits
            self.close_connection = True
        elif fault == "hang up":
            self.close_connection = True
        elif fault == "in progress":
            self._send(409, problem(409, "in-progress", "Another request works on this."))
        else:
            return False
        return True

    def _fails_after(self, fault: str, status: int, answer: dict) -> bool:
        """The work is done and committed; the answer does not arrive."""
        if fault == "swallow":
            self.close_connection = True
        elif fault == "truncated":
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw[: len(raw) // 2])
            self.close_connection = True
        else:
            return False
        return True

    def _send(self, status: int, answer: dict) -> None:
        kind = "application/json" if status < 400 else "application/problem+json"
        self._raw(status, json.dumps(answer).encode(), kind)

    def _raw(self, status: int, raw: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


@contextmanager
def fake_store():
    """This function will run a fake store on a free port of the loopback."""
    store = FakeStore()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisDoor", (Door,), {"store": store}))
    server.daemon_threads = True
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
