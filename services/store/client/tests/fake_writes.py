"""How the fake store takes books and files of them from another service."""

import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID


def write(store, row, problem, command: str, path: str, body, headers) -> tuple[int, dict] | None:
    """What the store answers to a write of a book; None if this is none.

    :param row, problem: how a book and a refusal are written.
    """
    if path.startswith("/api/imports/"):
        return _file(store, problem, command, path, body, headers)
    found = re.fullmatch(r"/api/books/(?:(\d+)/)?", path)
    if not found or command == "GET":
        return None
    key, pk = UUID(headers["Idempotency-Key"]), int(found[1]) if found[1] else None
    with store.lock:
        if key in store.writes:
            said, told = store.writes[key][1:]
            return (200, told) if said == body else (409, problem(409, "write-differs", "The key is used."))
        books = {told["id"]: told for _, told in store.books}
        if pk is not None and pk not in books:
            return 404, problem(404, "not-found", "There is no such book.")
        if body and body.get("price", "0").startswith("-"):
            errors = [{"field": "price", "message": "It is negative."}]
            return 422, problem(422, "invalid", "Correct the fields.", errors=errors)
        version = books[pk]["version"] if pk else 0
        if headers["If-Match"] not in (None, f'"{version}"'):
            return 412, problem(412, "changed-meanwhile", "It has another version.")
        before = books.get(pk) or row(max(books, default=0) + 1)
        told = before | (body or {"retired": True}) | {"version": version + 1}
        store.tell(told)
        store.writes[key] = (headers["X-Actor"], body, told)
        return 201 if pk is None else 200, told


def _file(store, problem, command: str, path: str, body, headers) -> tuple[int, dict]:
    """A file is a job that is done at once: each line but the first is a new book, or has an error if it is “bad”."""
    if command == "POST":
        lines = body.decode().splitlines()
        if "isbn13" not in lines[0] + store.requests[-1][1]:
            errors = [{"field": "file", "message": "One column must be the ISBN."}]
            return 422, problem(422, "invalid", "Correct the fields.", errors=errors)
        number = store.file_keys.setdefault(headers["Idempotency-Key"], len(store.file_keys) + 1)
        store.files[number] = (headers["X-Actor"], parse_qs(urlsplit(store.requests[-1][1]).query), lines)
        return 201, _job(store, number)
    said = parse_qs(urlsplit(store.requests[-1][1]).query)
    if path == "/api/imports/":
        whose = [
            one for one in sorted(store.files, reverse=True) if said.get("sent_by") in (None, [store.files[one][0]])
        ]
        first, most = int(said["offset"][0]), int(said["limit"][0])
        return 200, {"count": len(whose), "results": [_job(store, one) for one in whose[first : first + most]]}
    number = int(path.split("/")[3])
    if number not in store.files:
        return 404, problem(404, "not-found", "There is no such file.")
    first, most = int(said["offset"][0]), int(said["limit"][0])
    return 200, _job(store, number) | {"faults": _faults(store, number)[first : first + most]}


def _faults(store, number: int) -> list[dict]:
    lines = enumerate(store.files[number][2][1:], start=2)
    return [
        {"record": place, "reference": "", "reason": "It is bad.", "column": "" if place < 5 else "price"}
        for place, line in lines
        if line == "bad"
    ]


def _job(store, number: int) -> dict:
    who, said, lines = store.files[number]
    bad, dry_run = len(_faults(store, number)), said["dry_run"] == ["1"]
    new = len(lines) - 1 - bad
    meant = dict(one.split(":") for one in said.get("column", ()))
    columns = [
        {"name": name, "field": meant.get(name, name) if name != "notes" else None} for name in lines[0].split(",")
    ]
    return {
        "id": number, "name": said.get("name", [""])[0], "format": "csv", "columns": columns, "dry_run": dry_run, "ended": True, "left_out": bad,
        "state": "discarded" if dry_run else "done", "sentence": "Done.", "sent_by": who, "records": len(lines) - 1,
        "sent_at": "2026-11-26T10:00:00Z", "ended_at": "2026-11-26T10:00:01Z", "progress": {"done": new, "of": new},
        "found": {"new": new, "changed": 0, "retired": 0, "unchanged": 0, "copies": 0}, "faults_kept": bad,
        "brought_in": {"new": 0 if dry_run else new, "changed": 0, "retired": 0, "copies": 0},
    }  # fmt: skip
