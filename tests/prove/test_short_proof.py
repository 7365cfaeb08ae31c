"""A short form of `make prove`, and the proof of its checks: each must turn red when a row is tampered with."""

import re
from dataclasses import replace

import pytest

from prove import checks
from prove.checks.evidence import SHOP, STORE, Evidence, rows_of
from prove.plan import Fault, Plan
from prove.proof import Proof
from prove.shoppers import ADDRESS
from prove.tampering import TAMPERING
from prove.ways import STORIES_OF

FAULTS = (
    Fault("store", "lost_answer", 3.0),
    Fault("worker_1", "kill", 0.5),
    Fault("db_shop", "kill", 0.5),
    Fault("mail", "refuse", 2.0),
)
PLAN = Plan(
    orders=50,
    seed=3,
    faults=FAULTS,
    books=60,
    copies_each=40,
    scarce_books=4,
    scarce_copies=3,
    payment_window_s=12,
    returned_share=0.36,
)


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    """Fifty orders were placed and packed while four parts were broken; the system is at rest and still running."""
    with Proof(PLAN, tmp_path_factory.mktemp("proof") / "home") as proof:
        proof.verdict = proof.run()
        yield proof


@pytest.fixture
def databases(proof):
    """Both databases, open to any change; nothing of it stays."""
    with (
        proof.system.db_shop.connect(as_superuser=True) as shop,
        proof.system.db_store.connect(as_superuser=True) as store,
    ):
        for connection in (shop, store):
            connection.execute("BEGIN")
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
        yield {"shop": shop, "store": store}
        for connection in (shop, store):
            connection.execute("ROLLBACK")


def red(evidence: Evidence) -> set[str]:
    return {finding.key for finding in checks.examine(evidence) if finding.violations}


@pytest.fixture
def evidence(proof, databases):
    """This function will read all evidence anew, with what a test has done to the databases."""

    def read() -> Evidence:
        known = proof.verdict.evidence
        return Evidence(
            rows_of(databases["shop"], SHOP),
            rows_of(databases["store"], STORE),
            mailbox=list(known.mailbox),
            accepted=[replace(order) for order in known.accepted],
            plenty=known.plenty,
            most_resent=known.most_resent,
            heard=list(known.heard),
        )

    return read


def test_fifty_orders_outlive_four_faults(proof):
    """L1 to L8, L17, L18, L25: see prove/checks."""
    assert proof.verdict.is_green, proof.verdict.table()
    assert len(proof.verdict.evidence.accepted) == PLAN.orders


def test_no_log_tells_who_a_customer_is(proof):
    """Whatever broke meanwhile: neither address nor name, nor the key that opens an order without a log-in."""
    logs = sorted(proof.system.home.rglob("*.log"))
    assert {"shop.log", "store.log", "worker_1.log"} <= {log.name for log in logs}
    telling = re.compile(rf"{ADDRESS['name']}|{ADDRESS['line1']}|@prove\.example|[?&]key=\w")
    assert [
        f"{log.name}: {found[0]}" for log in logs if (found := telling.search(log.read_text("utf8", "replace")))
    ] == []


def test_the_report_has_its_figures(proof):
    report = proof.verdict.as_json()
    assert (report["orders"], report["accepted"], report["seed"]) == (50, 50, 3)
    assert [fault["part"] for fault in report["faults"]] == [fault.part for fault in FAULTS]
    zeros = ("lost", "doubled", "oversold", "mails_missing", "mails_doubled")
    zeros += ("money_wrong", "status_differs", "unsent")
    assert {name: report[name] for name in zeros} == dict.fromkeys(zeros, 0)
    assert report["orders_per_s"] > 0 and report["seconds"] > 0


def test_orders_went_all_ways_and_money_moved_both_ways(proof):
    stories = {order.way.story for order in proof.verdict.evidence.accepted}
    assert stories == {story for stories in STORIES_OF.values() for story in stories}
    report = proof.verdict.as_json()
    assert set(report["ways"]) == set(STORIES_OF)
    assert float(report["money"]["returned"]) > 0 and float(report["money"]["kept"]) > 0


def test_copies_came_back_in_every_way(proof):
    known, returns = proof.verdict.evidence, proof.verdict.as_json()["returns"]
    assert {"closed", "refused", "asked", "received"} >= set(returns) >= {"closed"}
    assert sum(order.returns for order in known.accepted) == sum(returns.values()) > 5
    assert any(row["by_hand"] for row in known.shop["returns"]), "who paid the carrier is paid back by hand"
    assert any(event["amount"] for event in known.shop["return_events"])


def test_both_sides_tell_the_story_of_an_order(proof):
    number = proof.verdict.evidence.accepted[0].number
    story = proof.system.story(number)
    assert f"Store order {number}" in story and "placed by customer" in story and "order_received" in story


def test_untouched_evidence_is_green(evidence):
    assert red(evidence()) == set()


@pytest.mark.parametrize("what", TAMPERING)
def test_a_check_turns_red_when_a_row_is_tampered_with(what, databases, evidence):
    side, statement = TAMPERING[what]
    databases[side].execute(statement)
    assert what.partition(":")[0] in red(evidence())


@pytest.mark.parametrize("state", ["expired", "cancelled"])
def test_copies_held_for_an_order_that_is_over_are_noticed(state, databases, evidence):
    wanted = """SELECT number FROM orders_order o WHERE state = %s
                AND NOT EXISTS (SELECT 1 FROM orders_orderevent e WHERE e.order_id = o.number AND e.state = 'placed')"""
    number = databases["shop"].execute(wanted, [state]).fetchone()["number"]
    databases["store"].execute(
        """INSERT INTO holds_hold (id, number, client, state, made_at, held_until)
           VALUES (999999, %s, 'shop', 'held', now(), now() + interval '1 hour')""",
        [number],
    )
    databases["store"].execute("INSERT INTO holds_holdline (hold_id, line, book_id, quantity) VALUES (999999, 1, 1, 1)")
    assert "holds_left" in red(evidence())


def test_a_charge_that_its_customer_saw_and_the_bank_denies_is_noticed(evidence):
    known = evidence()
    known.accepted[0].charges += 1
    assert red(known) == {"money_wrong"}


def test_a_return_that_its_customer_asked_for_and_the_shop_denies_is_noticed(evidence):
    known = evidence()
    next(order for order in known.accepted if order.returns).returns += 1
    assert red(known) == {"returns_differ"}


def test_a_mail_that_never_arrived_is_missed(evidence):
    known = evidence()
    lost = known.mailbox[-1].message_id
    known.mailbox = [mail for mail in known.mailbox if mail.message_id != lost]
    assert red(known) == {"mails_missing"}


def test_a_mail_that_came_too_often_is_noticed(evidence):
    known = evidence()
    known.mailbox += known.mailbox[-1:] * (known.most_resent + 1)
    assert red(known) == {"mails_resent_too_often"}


def test_mails_in_another_order_are_noticed(evidence):
    known = evidence()
    known.mailbox.reverse()
    assert "mails_out_of_order" in red(known)


def test_a_partner_heard_everything_though_it_took_some_of_it_badly(proof, evidence):
    treated, known = proof.system.partner.treated, evidence()
    assert min(treated["busy"], treated["hung up"], treated["slow"], treated["taken"]) > 0
    assert len({one.id for one in known.heard}) == len(known.shop["events"]) < len(known.heard)


def test_what_a_partner_never_heard_or_could_not_know_again_is_noticed(evidence):
    known = evidence()
    heard = known.heard
    known.heard = [one for one in heard if one.id != heard[-1].id]
    assert red(known) == {"webhooks_missing"}
    known.heard, known.not_ours = heard, 1
    assert red(known) == {"webhooks_missing"}
    known.heard, known.not_ours = [*heard, replace(heard[-1], id="evt_another")], 0
    assert "webhooks_doubled" in red(known)
    known.heard = heard[::-1]
    assert red(known) == {"webhooks_out_of_order"}


def test_two_checkouts_with_one_order_are_noticed(evidence):
    known = evidence()
    known.accepted[0] = known.accepted[1]
    assert "doubled" in red(known)


def test_deadlocks_and_errors_are_noticed(evidence):
    known = evidence()
    known.deadlocks, known.errors = {"db_store": 1}, ["shopper 1: KeyError"]
    assert red(known) == {"deadlocks", "errors"}
