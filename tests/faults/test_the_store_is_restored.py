"""The store's database is put back to an older state; both sides are made equal again, and nobody hears anything twice."""

import json
import os
import subprocess
from collections import Counter

import pytest
from faults.onlookers import Guest, wait_for

from parts import ROOT
from parts.backups import run
from parts.ports import HOST
from parts.postgres import SUPERUSER, binaries

pytestmark = pytest.mark.skipif(os.environ.get("FAULT_TESTS") != "all", reason="slow; asked for by make faults")

QUIET_WITHIN_S = 120
BOTH_SIDES = {
    "shop": """
        SELECT number::text, CASE state WHEN 'accepted' THEN 'received' WHEN 'shipped' THEN 'dispatched' ELSE state END,
               store_version FROM orders_order ORDER BY 1
    """,
    "store": "SELECT number::text, state, version FROM orders_order ORDER BY 1",
}
FREE = {
    "shop": "SELECT id, store_free FROM catalogue_book WHERE retired_at IS NULL ORDER BY id",
    "store": "SELECT book_id, on_shelf - reserved FROM stock_stocklevel ORDER BY book_id",
}


class Ops:
    """What those who run the bookshop do with the store's database, and say to the shop."""

    def __init__(self, whole):
        self.whole = whole

    def dump(self, file) -> None:
        with file.open("wb") as writes:
            self._pg("pg_dump", "-Fc", "store", writes=writes)

    def restore(self, file) -> None:
        """As scripts/restore does it, for the one database alone."""
        for statement in ("DROP DATABASE store WITH (FORCE)", "CREATE DATABASE store OWNER store"):
            self._pg("psql", "-d", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement)
        with file.open("rb") as reads:
            self._pg("pg_restore", "--exit-on-error", "--no-owner", "--role=store", "--dbname", "store", reads=reads)

    def reconcile(self, *arguments) -> tuple[int, dict]:
        command = [str(ROOT / ".venv/bin/python"), "manage.py", "reconcile", "--json", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT / "services/shop",
            env={**os.environ, **self.whole.shop_env},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def _pg(self, program, *arguments, **files) -> None:
        port = str(self.whole.postgres.port)
        password = (self.whole.home / "secrets" / f"postgres-{SUPERUSER}").read_text()
        command = [str(binaries() / program), "-h", HOST, "-p", port, "-U", SUPERUSER, *arguments]
        run(command, env={"PGPASSWORD": password}, **files)


@pytest.fixture(scope="module")
def ops(bookshop):
    return Ops(bookshop)


def test_both_sides_become_equal_and_no_letter_comes_twice(bookshop, books, ops, tmp_path):
    """P3.4"""
    on_sale = books.on_sale()

    def buy(name: str) -> str:
        return Guest(bookshop.shop.url, name).buy(on_sale[0])[0]

    kept = [buy(f"before-{number}") for number in range(2)]
    wait_for(books.is_quiet, QUIET_WITHIN_S, "the first orders are taken")
    ops.dump(tmp_path / "store.dump")
    lost = [buy(f"after-{number}") for number in range(3)]
    wait_for(books.is_quiet, QUIET_WITHIN_S, "the later orders are taken")
    told = Counter(books.letters())

    bookshop.store.stop()
    ops.restore(tmp_path / "store.dump")
    bookshop.store.start()
    bookshop.store.wait_until_ready()
    assert {number for number, *_ in books.ask("store", BOTH_SIDES["store"])} == set(kept)

    code, dry = ops.reconcile()
    assert code == 1 and dry["subjects"]["orders"]["differing"] == len(lost), dry
    noticed = books.ask("shop", "SELECT count(*) FROM storelink_feed WHERE began_anew_at IS NOT NULL")
    assert noticed == [(2,)] or noticed == [(1,)], (
        "both feeds have begun anew; that of books may be found equal already"
    )
    code, healed = ops.reconcile("--repair")
    assert code == 0 and healed["subjects"]["orders"]["repaired"] == len(lost), healed

    wait_for(books.is_quiet, QUIET_WITHIN_S, "the lost orders are taken again")
    wait_for(lambda: ops.reconcile()[1]["clean"], QUIET_WITHIN_S, "both sides are found equal")
    assert books.ask("shop", BOTH_SIDES["shop"]) == books.ask("store", BOTH_SIDES["store"])
    assert dict(books.ask("shop", FREE["shop"])).items() >= dict(books.ask("store", FREE["store"])).items()
    assert Counter(books.letters()) == told
    assert books.ask("shop", "SELECT count(*) FROM storelink_feed WHERE began_anew_at IS NOT NULL") == [(0,)]
