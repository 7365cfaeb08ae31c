"""A demo of its own for tests: `scripts/demo` with its own folder and ports."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts import ROOT
from parts.ports import free_port
from parts.process import ends_with_us
from parts.tree import process_tree, same_process, started_at
from peers.door import running
from peers.partner import PartnerPeer
from peers.paypal import PayPalPeer
from peers.settings import demo_settings, webhook_settings
from peers.zarinpal import ZarinpalPeer

# A guard against waiting for ever. How fast a start is depends on what else the machine does.
READY_WITHIN_SECONDS = 240
PORTS = ("SHOP_PORT", "STORE_PORT", "MAIL_PORT")


class Launched:
    """The launcher in the background, its output in a file."""

    def __init__(self, folder: Path, ports: dict[str, int] | None = None):
        self.home, self.log = folder / "home", folder / "output"
        ports = ports or {name: free_port() for name in PORTS}
        self.env = {**os.environ, "DEMO_DIR": str(self.home), **{name: str(port) for name, port in ports.items()}}
        self.launcher = None
        self.beside = {}  # what stands beside it, for the card
        self.family = {}  # each process of it with its start time, since numbers are used again

    def start(self):
        """Return once the card is there; nothing is left running if it does not come."""
        # A test run that is killed must not leave a bookshop behind.
        command = ends_with_us([str(ROOT / "scripts" / "demo")], signal.SIGTERM)
        with self.log.open("ab") as log:
            self.launcher = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self.card_file.exists() and self.launcher.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        self.count_family()
        if not self.card_file.exists():
            self.end()
            raise AssertionError(self.log.read_text())

    def end(self, number=signal.SIGTERM):
        began = time.monotonic()
        self.launcher.send_signal(number)
        self.launcher.wait(timeout=30)
        return time.monotonic() - began

    def again(self, *arguments):
        """What the same command says in a second terminal."""
        return subprocess.run(
            [ROOT / "scripts" / "demo", *arguments], env=self.env, capture_output=True, text=True, timeout=60
        )

    @property
    def card_file(self):
        return self.home / "card.json"

    @property
    def card(self):
        return json.loads(self.card_file.read_text()) | self.beside

    def count_family(self):
        self.family = {pid: started_at(pid) for pid in process_tree(self.launcher.pid)}

    def left_over(self):
        """What still runs, each with its command; who has ended and is not yet taken off the list does not run."""
        return [
            f"{pid} {Path(f'/proc/{pid}/cmdline').read_bytes().replace(bytes(1), b' ').decode()}"
            for pid, born in self.family.items()
            if same_process(pid, born)
        ]


@contextmanager
def demo_with_peers(folder: Path) -> Iterator[Launched]:
    """A demo whose shop takes money by peers of PayPal and Zarinpal, too, and beside which a partner listens."""
    launched = Launched(folder)
    with running(PayPalPeer()) as paypal, running(ZarinpalPeer()) as zarinpal, running(PartnerPeer()) as partner:
        paypal.webhook_url = f"http://127.0.0.1:{launched.env['SHOP_PORT']}/payments/notices/paypal/"
        launched.env |= demo_settings(paypal, zarinpal) | webhook_settings(partner)
        launched.beside = {"partner": {"url": partner.url}}
        launched.start()
        try:
            yield launched
        finally:
            launched.end()
