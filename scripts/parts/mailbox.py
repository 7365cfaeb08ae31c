"""Caught mails, one file each, and the JSON in which MailHog would show them (its API v1 and v2)."""

import json
import secrets
import threading
import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path


class Mailbox:
    """Mails newest first; a mail is on disk before its sender is told that we have it."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._envelopes = {path.stem: _read(path)["envelope"] for path in sorted(self.folder.glob("*.json"))}

    def keep(self, *, sender: str, recipients: list[str], helo: str, data: bytes) -> str:
        """This function will keep the mail and return its id; ids rise with time."""
        envelope = {"from": sender, "to": recipients, "helo": helo, "at": datetime.now(UTC).isoformat()}
        with self._lock:
            name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
            unfinished = self.folder / f"{name}.part"
            # latin-1 gives every byte a character and back again: mails are bytes, whatever they claim to be.
            unfinished.write_text(json.dumps({"envelope": envelope, "data": data.decode("latin-1")}))
            unfinished.rename(self.folder / f"{name}.json")
            self._envelopes[name] = envelope
        return name

    def ids(self) -> list[str]:
        with self._lock:
            return sorted(self._envelopes, reverse=True)

    def find(self, kind: str, query: str) -> list[str]:
        """This function will return the ids of mails to, from or containing the words, newest first.

        :raises ValueError: for another kind.
        """
        matches = {"to": self._is_to, "from": self._is_from, "containing": self._contains}.get(kind)
        if matches is None:
            raise ValueError(f"kind is to, from or containing, not {kind}")
        return [name for name in self.ids() if matches(name, query.lower())]

    def _is_to(self, name: str, query: str) -> bool:
        return any(query in address.lower() for address in self._envelopes.get(name, {}).get("to", []))

    def _is_from(self, name: str, query: str) -> bool:
        return query in self._envelopes.get(name, {}).get("from", "").lower()

    def _contains(self, name: str, query: str) -> bool:
        mail = self.mail(name)
        if mail is None:
            return False
        seen = [mail.raw.decode("utf-8", "replace"), mail.subject, mail.text, mail.html]
        return any(query in words.lower() for words in seen)

    def mail(self, name: str) -> "Mail | None":
        with self._lock:
            if name not in self._envelopes:
                return None
            kept = _read(self.folder / f"{name}.json")
        return Mail(name, kept["envelope"], kept["data"].encode("latin-1"))

    def mails(self, names: list[str]) -> list["Mail"]:
        return [mail for name in names if (mail := self.mail(name))]

    def delete(self, name: str) -> bool:
        with self._lock:
            known = self._envelopes.pop(name, None) is not None
            if known:
                (self.folder / f"{name}.json").unlink()
        return known

    def clear(self) -> None:
        for name in self.ids():
            self.delete(name)


class Mail:
    """One mail: as it came (raw), as a person reads it (subject, text, html), and in MailHog's shape."""

    def __init__(self, name: str, envelope: dict, raw: bytes):
        self.name, self.envelope, self.raw = name, envelope, raw
        self._readable: EmailMessage = message_from_bytes(raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self._readable["Subject"] or "(no subject)")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.envelope["at"])

    def _body(self, kind: str) -> str:
        part = self._readable.get_body(preferencelist=(kind,))
        if part is None:
            return ""
        try:
            return part.get_content()
        except (LookupError, ValueError):  # a character set nobody knows
            return part.get_payload(decode=True).decode("utf-8", "replace")

    def as_mailhog(self) -> dict:
        message = message_from_bytes(self.raw, policy=policy.compat32)
        content = _content(message, self.raw)
        content["Headers"].setdefault("Return-Path", [f"<{self.envelope['from']}>"])
        return {
            "ID": self.name,
            "From": _path(self.envelope["from"]),
            "To": [_path(address) for address in self.envelope["to"]],
            "Content": content,
            "Created": self.envelope["at"],
            "MIME": _mime(message),
            "Raw": {
                "From": self.envelope["from"],
                "To": self.envelope["to"],
                "Data": self.raw.decode("utf-8", "replace"),
                "Helo": self.envelope["helo"],
            },
        }


def _path(address: str) -> dict:
    mailbox, _, domain = address.rpartition("@")
    return {"Relays": None, "Mailbox": mailbox, "Domain": domain, "Params": ""}


def _mime(message: Message) -> dict | None:
    if not message.is_multipart():
        return None
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    return {"Parts": [_content(part, part.as_bytes()) | {"MIME": _mime(part)} for part in parts]}


def _content(message: Message, raw: bytes) -> dict:
    """Headers and body as they were sent, still encoded: MailHog decodes neither."""
    headers: dict[str, list[str]] = {}
    for name, value in message.items():
        headers.setdefault(name, []).append("".join(str(value).splitlines()))
    body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].replace(b"\n", b"\r\n")
    return {"Headers": headers, "Body": body.decode("utf-8", "replace"), "Size": len(raw), "MIME": None}


def _read(path: Path) -> dict:
    return json.loads(path.read_text())
