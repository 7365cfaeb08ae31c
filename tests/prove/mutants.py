"""Guards taken out one at a time, to show that the proof would notice. Production code has no hooks for this.

A guard in the database is taken out by SQL after migrating; one in the code by mutation/sitecustomize.py, which the
mutated processes find on their PYTHONPATH. Each mutant has a small plan that aims at the place where its guard stood.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from parts import ROOT
from prove.nemesis import Nemesis
from prove.plan import BadPlan, Fault, Plan
from prove.system import System
from prove.ways import ON_DELIVERY

MUTATION = Path(__file__).parent / "mutation"
SEED = 7
NEVER = "86400"
# Not a guard taken out: what the guard is for, and harmless with it.
SOME_COMMIT_LATE = """
    CREATE FUNCTION commit_late() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN IF NEW.id % 3 = 0 THEN PERFORM pg_sleep(0.7); END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER commit_late AFTER INSERT ON orders_orderevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commit_late()"""
TOO_FEW_TO_MOVE_ON = 6  # transactions left before the number grows by a digit


@dataclass(frozen=True)
class Mutant:
    name: str
    sentence: str
    plan: Plan
    expected: frozenset[str]  # checks of which one must turn red
    sql: tuple[tuple[str, str], ...] = ()  # pairs of a database and a statement
    patched: bool = False
    special: dict = field(default_factory=dict)  # further kinds of faults: {kind: function(system, fault)}

    @property
    def environment(self) -> dict[str, str]:
        if not self.patched:
            return {}
        return {"PROVE_MUTANT": self.name, "PYTHONPATH": os.pathsep.join([str(MUTATION), str(ROOT / "scripts")])}

    def take_out_guards(self, system: System, nemesis: Nemesis) -> None:
        for database, statement in self.sql:
            with system.part(database).connect() as connection:
                connection.execute(statement)
        for kind, strike in self.special.items():
            nemesis.special[kind] = lambda fault, strike=strike: strike(system, fault)


def _cross_a_power_of_ten(system: System, fault: Fault) -> None:
    """While nobody reads the feeds, let the store's transaction numbers grow by a digit, with events on both sides."""
    workers = [system.worker_1, system.worker_2]
    for worker in workers:
        worker.pause()
    try:
        with system.db_store.connect() as store:
            number = int(store.execute("SELECT pg_current_xact_id()::text AS n").fetchone()["n"])
            for _ in range(10 ** len(str(number)) - number - TOO_FEW_TO_MOVE_ON):
                store.execute("SELECT pg_current_xact_id()")
        time.sleep(fault.seconds)
    finally:
        for worker in workers:
            worker.resume()


def _plan(orders: int, *faults: tuple, **more) -> Plan:
    few = {"books": 40, "scarce_books": 0, "quiet_within_s": 30.0}
    few |= {"shares": ((ON_DELIVERY, 1.0),), "returned_share": 0.0}
    return Plan(orders=orders, seed=SEED, faults=tuple(Fault(*fault) for fault in faults), **{**few, **more})


_ALL = (
    Mutant(
        "no_sweeper",
        "Nothing looks for messages whose hint was lost.",
        # Guests only: an account is confirmed by a mail, whose hint would be lost as well.
        _plan(30, ("rabbitmq", "refuse", 5.0, True), settings={"SWEEP_EVERY_S": NEVER}, members_every=0),
        frozenset({"lost", "unsent"}),
    ),
    Mutant(
        "store_without_key",
        "The store does not look whether it has an order already, and its number need not be unique.",
        _plan(40, ("store", "lost_answer", 10.0)),
        frozenset({"doubled"}),
        patched=True,
        sql=(
            (
                "db_store",
                """DO $$ DECLARE rule text; BEGIN
                   SELECT conname INTO STRICT rule FROM pg_constraint
                   WHERE conrelid = 'orders_order'::regclass AND contype = 'u';
                   EXECUTE 'ALTER TABLE orders_order DROP CONSTRAINT ' || quote_ident(rule); END $$""",
            ),
        ),
    ),
    Mutant(
        "early_ack",
        "A message counts as sent once a worker has taken it, before the store has answered.",
        _plan(40, ("store", "refuse", 5.0, True)),
        frozenset({"lost"}),
        patched=True,
    ),
    Mutant(
        "cursor_on_id",
        "The feed of statuses goes by row id, so that a row which commits late is passed by.",
        _plan(60, packers=4),
        frozenset({"status_differs"}),
        sql=(("db_store", SOME_COMMIT_LATE),),
        patched=True,
    ),
    Mutant(
        "no_stock_check",
        "Neither the promise nor the database looks whether copies are left; the shop hears late of what is left.",
        _plan(60, scarce_books=3, scarce_share=1.0, settings={"BOOKS_EVERY_S": NEVER}),
        frozenset({"oversold"}),
        sql=(("db_store", "ALTER TABLE stock_stocklevel DROP CONSTRAINT no_more_promised_than_on_the_shelf"),),
        patched=True,
    ),
    Mutant(
        "mail_without_unique_key",
        "A letter is written whenever an event is heard, and the table takes two for one event.",
        _plan(30),
        frozenset({"mails_doubled"}),
        sql=(
            (
                "db_shop",
                """DO $$ DECLARE rule text; BEGIN
                   SELECT conname INTO STRICT rule FROM pg_constraint
                   WHERE conrelid = 'notifications_mail'::regclass AND contype = 'u';
                   EXECUTE 'ALTER TABLE notifications_mail DROP CONSTRAINT ' || quote_ident(rule); END $$""",
            ),
        ),
        patched=True,
    ),
    Mutant(
        "unsorted_locks",
        "Books are locked in whatever order they come.",
        _plan(24, ("db_store", "slow", 15.0, True), books=5, copies_each=200, most_lines=5, packers=4),
        frozenset({"deadlocks"}),
        patched=True,
    ),
    Mutant(
        "web_publishes_instead_of_outbox",
        "The web process tells the store itself after its commit, and nobody tells it again.",
        _plan(40, ("store", "refuse", 5.0, True)),
        frozenset({"lost"}),
        patched=True,
    ),
    Mutant(
        "positions_sorted_as_text",
        "The feed of statuses sorts the numbers of transactions as text.",
        _plan(60, ("beat", "pause", 8.0), ("worker", "cross a power of ten", 10.0)),
        frozenset({"status_differs"}),
        patched=True,
        special={"cross a power of ten": _cross_a_power_of_ten},
    ),
    Mutant(
        "webhooks_told_once",
        "A webhook counts as taken, whatever the partner answered.",
        _plan(24),
        frozenset({"webhooks_missing"}),
        patched=True,
    ),
    Mutant(
        "webhooks_under_new_ids",
        "A webhook that is sent again has another id.",
        _plan(24),
        frozenset({"webhooks_doubled"}),
        patched=True,
    ),
    Mutant(
        "refund_without_key",
        "A refund whose outcome was lost is asked for as if it were another one, and the bank does not count.",
        _plan(16, shares=(("pays twice", 1.0),)),
        frozenset({"money_wrong"}),
        sql=(("db_shop", "ALTER TABLE test_bank_charge DROP CONSTRAINT bank_returns_what_it_took"),),
        patched=True,
    ),
    Mutant(
        "amount_not_checked",
        "Any amount pays for an order; the bank takes one less.",
        _plan(20, shares=(("pays", 1.0),)),
        frozenset({"money_wrong"}),
        sql=(
            (
                "db_shop",
                """CREATE FUNCTION one_less() RETURNS trigger LANGUAGE plpgsql
                   AS $$ BEGIN NEW.amount = NEW.amount - 1; RETURN NEW; END $$;
                   CREATE TRIGGER one_less BEFORE INSERT ON test_bank_charge
                   FOR EACH ROW EXECUTE FUNCTION one_less()""",
            ),
        ),
        patched=True,
    ),
)
MUTANTS = {mutant.name: mutant for mutant in _ALL}


def mutant_named(name: str) -> Mutant:
    """:raises BadPlan: naming those that there are."""
    if name not in MUTANTS:
        raise BadPlan(f"MUTANT knows no {name!r}, only: {', '.join(MUTANTS)}, all.")
    return MUTANTS[name]
