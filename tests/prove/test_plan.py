"""A plan says what will be broken; the same seed says the same again."""

from collections import Counter
from dataclasses import replace
from math import ceil

import pytest

from prove.customers import STORIES
from prove.plan import PROCESSES, SERVERS, BadPlan, make_plan
from prove.sending_back import SENDINGS
from prove.shoppers import Tickets
from prove.ways import SENT, STORIES_OF, deal


def test_a_seed_makes_the_same_plan_again_and_another_seed_another():
    plans = [make_plan(orders=10, seed=seed).faults for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    assert set(plans[0]) == set(plans[2])


def test_every_part_is_killed_and_paused_and_every_server_cut_off_in_each_way():
    struck = {(fault.part, fault.kind) for fault in make_plan(orders=10, seed=1, with_nginx=True).faults}
    assert struck >= {(part, kind) for part in (*PROCESSES, "nginx") for kind in ("kill", "pause")}
    assert struck >= {(part, kind) for part in (*SERVERS, "nginx") for kind in ("refuse", "hole", "lost_answer")}
    assert struck >= {("rabbitmq", "wipe"), ("everything", "kill")}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("none", set()),
        ("kill:store, pause:beat", {("store", "kill"), ("beat", "pause")}),
        ("beat", {("beat", "kill"), ("beat", "pause")}),
        ("wipe", {("rabbitmq", "wipe")}),
    ],
)
def test_faults_are_chosen_by_words(words, expected):
    faults = make_plan(orders=10, seed=1, faults=words).faults
    assert {(fault.part, fault.kind) for fault in faults} == expected


def test_so_many_faults_are_chosen_by_a_number():
    assert len(make_plan(orders=10, seed=1, faults="4").faults) == 4


@pytest.mark.parametrize("wrong", [{"faults": "kill:moon"}, {"faults": "explode"}, {"orders": 0}])
def test_what_cannot_be_done_is_refused(wrong):
    with pytest.raises(BadPlan):
        make_plan(**{"orders": 10, "seed": 1, **wrong})


def test_orders_are_handed_out_once_and_no_more_than_released():
    import threading

    stop, tickets = threading.Event(), Tickets(5)
    tickets.release(3)
    assert [tickets.take(stop) for _ in range(3)] == [0, 1, 2]
    threading.Timer(0.1, tickets.release, [99]).start()
    assert [tickets.take(stop) for _ in range(3)] == [3, 4, None]


def test_the_ways_of_orders_are_dealt_by_their_shares_and_the_seed():
    plan = make_plan(orders=1000, seed=1)
    ways = deal(plan)
    counted = Counter(way.name for way in ways)
    assert counted == {name: round(share * 1000) for name, share in plan.shares}
    assert (
        {way.story for way in ways} == set(STORIES) == {story for stories in STORIES_OF.values() for story in stories}
    )
    assert ways == deal(plan) != deal(replace(plan, seed=2))


def test_every_way_is_gone_when_there_are_few_orders():
    assert {way.name for way in deal(make_plan(orders=5, seed=1))} == set(STORIES_OF)
    assert len(deal(make_plan(orders=3, seed=1))) == 3


def test_some_of_those_whose_order_is_sent_send_copies_back_as_the_seed_says():
    plan = make_plan(orders=1000, seed=1)
    ways = deal(plan)
    back = [way for way in ways if way.sends_back]
    assert {way.story for way in back} <= SENT
    assert len(back) == ceil(plan.returned_share * sum(way.story in SENT for way in ways))
    assert {way.sends_back for way in back} == set(SENDINGS)
    assert [way.sends_back for way in ways] != [way.sends_back for way in deal(replace(plan, seed=2))]
    assert not any(way.sends_back for way in deal(replace(plan, returned_share=0.0)))


def test_one_story_may_have_a_share_of_its_own():
    ways = deal(make_plan(orders=4, seed=1, shares=(("pays twice", 1.0),)))
    assert {(way.name, way.story) for way in ways} == {("paid", "pays twice")}
