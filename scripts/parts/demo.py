"""The demo: one launcher in the foreground that starts the bookshop, shows a card, and looks after the parts."""

import os
import signal
import sys
import time
from pathlib import Path

from parts.bookshop import Bookshop, write_json
from parts.lock import Busy, Lock
from parts.ports import HOST, is_taken
from parts.process import Part, PartFailed

# What the shop asks for delivery and says of tax, unless the environment says otherwise.
PRICES = {"DELIVERY_PRICE": "3.90", "FREE_DELIVERY_FROM": "29", "TAX_PERCENT": "7"}
COUPONS = "WELCOME10 (10 % off), GIFT5 (€5 off from €20), SENDFREE (free delivery)"
SETTINGS = {"shop": "SHOP_PORT", "store": "STORE_PORT", "mail": "MAIL_PORT"}
STOPPED_WITHIN_SECONDS = 15
LONGEST_PAUSE_SECONDS = 30
STEADY_AFTER_SECONDS = 60


class Refused(Exception):
    """The demo cannot be started or stopped; the message says why and what to do."""


class Stopped(BaseException):
    """Somebody asked us to stop."""


class Demo:
    def __init__(self, home: Path, ports: dict[str, int]):
        self.home, self.ports = home, ports
        self.card_file = home / "card.json"
        self.environment_file = home / "environment.json"  # for scripts/manage
        self._lock = Lock(home)

    def run(self) -> int:
        """This function will run the demo until it is told to stop, and return the exit code.

        :raises Refused: if it runs already, or a port is taken.
        """
        try:
            lock = self._lock.take(f"the shop is at http://{HOST}:{self.ports['shop']}")
        except Busy as other:
            raise Refused(f"The demo is running already: {other}. To stop it: make down") from None
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        self._forget_addresses()
        began = time.monotonic()
        bookshop = Bookshop(
            self.home,
            shop_port=self.ports["shop"],
            store_port=self.ports["store"],
            mail_port=self.ports["mail"],
            prices={name: os.environ.get(name, usual) for name, usual in PRICES.items()},
        )
        bookshop.stop_leftovers()
        self._check_ports()
        try:
            print("Starting the bookshop …", flush=True)
            bookshop.start(_tick)
            write_json(self.environment_file, {"shop": bookshop.shop_env, "store": bookshop.store_env})
            write_json(self.card_file, bookshop.card())
            print(card_text(bookshop.card(), time.monotonic() - began), flush=True)
            Watch(bookshop.parts).go_on()
        except Stopped:
            print("\nStopping …", flush=True)
            return 0
        except PartFailed as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        finally:
            self._stop(bookshop)
            lock.close()

    def _stop(self, bookshop: Bookshop) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of the parts behind
        self._forget_addresses()
        bookshop.stop()
        print(f"Everything is stopped. The data stays in {self.home}.", flush=True)

    def _forget_addresses(self) -> None:
        for file in (self.card_file, self.environment_file):
            file.unlink(missing_ok=True)

    def _check_ports(self) -> None:
        taken = [f"{SETTINGS[name]}={port}" for name, port in self.ports.items() if is_taken(port)]
        if taken:
            name, port = taken[0].split("=")
            raise Refused(
                f"Taken by another program on this machine: {', '.join(taken)}. "
                f"Stop it, or choose another port, for example: {name}={int(port) + 1000} make demo"
            )

    def down(self) -> int:
        """This function will stop a running demo from another terminal, and what a killed one left behind.

        :raises Refused: if the launcher does not end in time.
        """
        if pid := self._lock.holder():
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOPPED_WITHIN_SECONDS
            while self._lock.holder():
                if time.monotonic() > deadline:
                    raise Refused(f"The launcher (process {pid}) has not ended within {STOPPED_WITHIN_SECONDS} s.")
                time.sleep(0.1)
            print("The demo is stopped.")
            return 0
        self._sweep()
        print("The demo is not running.")
        return 0

    def _sweep(self) -> None:
        for pid_file in (self.home / "run").glob("*.pid"):
            Part(pid_file.stem, [], home=self.home).stop_leftover()
        self._forget_addresses()


class Watch:
    """Parts that die are named and started again, after pauses that grow: 1, 2, 4 … 30 seconds."""

    def __init__(self, parts: list[Part]):
        self.parts = parts
        self._pause = {part.name: 1 for part in parts}
        self._again_at: dict[str, float] = {}

    def go_on(self) -> None:
        while True:
            for part in self.parts:
                self.look_at(part, time.monotonic())
            time.sleep(0.2)

    def look_at(self, part: Part, now: float) -> None:
        if part.is_running():
            if now - part.started > STEADY_AFTER_SECONDS:
                self._pause[part.name] = 1
        elif part.name not in self._again_at:
            pause = self._pause[part.name]
            self._again_at[part.name] = now + pause
            self._pause[part.name] = min(pause * 2, LONGEST_PAUSE_SECONDS)
            print(
                f"{part.name} has ended ({part.process.returncode}); its log: {part.log}. Again in {pause} s.",
                flush=True,
            )
        elif now >= self._again_at[part.name]:
            del self._again_at[part.name]
            part.kill()  # children that outlived it
            part.start()
            print(f"{part.name} is started again.", flush=True)


def card_text(card: dict, seconds: float) -> str:
    logins = card["logins"]
    rows = [
        ("Shop", card["shop"]["url"], "customer", logins["customer"]),
        ("", f"{card['shop']['url']}/admin/", "owner", logins["owner"]),
        *(("", "", role, logins[role]) for role in ("office", "dispatcher", "agent")),
        ("Store", f"{card['store']['url']}/admin/", "owner", logins["owner"]),
        *(("", "", role, logins[role]) for role in ("packer", "keeper")),
    ]
    lines = [f"{what:6} {url:32} {who:10} {login['email']:24} {login['password']}" for what, url, who, login in rows]
    lines += [
        f"{'Mail':6} {card['mail']['url']}",
        f"{'Live':6} {card['live']['url']} (what programs listen to: docs/live.md)",
        f"Coupons: {COUPONS}",
    ]
    width = max(map(len, lines)) + 2
    framed = "\n".join(f"│ {line:{width - 2}} │" for line in lines)
    ready = f"Ready after {seconds:.0f} s. Ctrl-C stops everything; the data stays."
    return f"\n╭{'─' * width}╮\n{framed}\n╰{'─' * width}╯\n{ready}"


def _tick(part: Part, seconds: float) -> None:
    print(f"  ✓ {part.name:14} {seconds:5.1f} s", flush=True)


def _stop(number: int, _frame: object) -> None:
    raise Stopped(number)
