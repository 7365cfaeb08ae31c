"""The mail catcher: takes every mail by SMTP, delivers none, and shows them in the browser and by MailHog's API."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from parts import ROOT
from parts.mailbox import Mailbox
from parts.mailweb import MailServer
from parts.ports import HOST, answers
from parts.process import Part


class MailCatcher(Part):
    def __init__(self, home: Path, *, smtp_port: int, web_port: int):
        self.smtp_port, self.web_port = smtp_port, web_port
        folder = Path(home) / "mails"
        command = [sys.executable, "-m", "parts.mailcatcher", str(smtp_port), str(web_port), str(folder)]
        super().__init__("mail", command, home=home, env={"PYTHONPATH": str(ROOT / "scripts")})

    @property
    def smtp_url(self) -> str:
        return f"smtp://{HOST}:{self.smtp_port}"

    @property
    def web_url(self) -> str:
        return f"http://{HOST}:{self.web_port}"

    def is_ready(self) -> bool:
        return answers(self.smtp_port, expect=b"220") and answers(self.web_port)


class Inbox:
    """aiosmtpd's handler: whatever comes is kept."""

    def __init__(self, mailbox: Mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = self.mailbox.keep(
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
            helo=session.host_name or "",
            data=envelope.original_content,
        )
        return f"250 kept as {name}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailcatcher", description=__doc__)
    parser.add_argument("smtp_port", type=int)
    parser.add_argument("web_port", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--host", default=HOST, help="the address to listen at (in a container 0.0.0.0)")
    options = parser.parse_args()
    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    mailbox = Mailbox(options.folder)
    smtp = Controller(Inbox(mailbox), hostname=options.host, port=options.smtp_port, enable_SMTPUTF8=True)
    web = MailServer((options.host, options.web_port), mailbox)
    smtp.start()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    end.wait()
    web.shutdown()
    smtp.stop()


if __name__ == "__main__":
    main()
