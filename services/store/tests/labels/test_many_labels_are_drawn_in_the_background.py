"""More labels than somebody should wait for are drawn part by part by the worker, and printed as soon as a part is there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.conftest import NOW
from tests.printed import words_of

from store.labels import batches, drawing, forms, views
from store.labels.models import LabelBatch, LabelFile
from store.stock.models import BookItem

COPIES, SHELVES, BATCHES = reverse("labels:copies"), reverse("labels:shelves"), reverse("labels:batches")
SHELF_NAMES = [f"S-{number}" for number in range(60)]


@pytest.fixture
def keeper(staff):
    return staff("keeper")


@pytest.fixture
def small_parts(monkeypatch):
    """Two sheets a part, and a batch from there on."""
    monkeypatch.setattr(batches, "PART", 2 * drawing.ON_A_SHEET)
    monkeypatch.setattr(views, "MOST_AT_ONCE", 2)


def ask(client, page, names, *, paper="sheet", start=1):
    answer = client.post(page, {"what": "\n".join(names), "paper": paper, "start": start})
    assert answer.status_code == 302, answer.content.decode()
    return LabelBatch.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))


def work(run_for=timedelta(seconds=12)):
    return batches.work_on(lambda: NOW, run_for=run_for)


def page(client, batch) -> str:
    return " ".join(client.get(reverse("labels:batch", args=[batch.pk])).content.decode().split())


def part(client, batch, first) -> list[str]:
    answer = client.get(reverse("labels:batch-file", args=[batch.pk, first]))
    assert answer["Content-Type"] == "application/pdf"
    return words_of(b"".join(answer.streaming_content))


def test_asked_for_drawn_and_printed_part_by_part(keeper, books, small_parts):
    batch = ask(keeper, SHELVES, SHELF_NAMES, start=5)
    assert "0 of 60 labels are drawn." in page(keeper, batch)
    assert "60 labels of shelves" in keeper.get(BATCHES).content.decode()
    assert str(work()) == "2 parts drawn"
    told = page(keeper, batch)
    assert "All 60 labels are drawn." in told and "Labels 1 to 44 (PDF)" in told and "Labels 45 to 60 (PDF)" in told
    # The first goes on where the sheet was begun, so that the second begins on a sheet of its own.
    assert [sheet.split() for sheet in part(keeper, batch, 1)] == [SHELF_NAMES[:20], SHELF_NAMES[20:44]]
    assert [sheet.split() for sheet in part(keeper, batch, 45)] == [SHELF_NAMES[44:]]
    assert str(work()) == "nothing to do"


def test_copies_come_in_the_order_that_was_asked_for_also_on_a_roll(keeper, books, small_parts):
    batch = ask(keeper, COPIES, ["B2-1", "B1-3", "B1-1"], paper="roll", start=9)
    work()
    assert [code in words for code, words in zip(("B2-1", "B1-3", "B1-1"), part(keeper, batch, 1), strict=True)] == [
        True, True, True,
    ]  # fmt: skip


def test_a_step_ends_in_time_and_the_next_goes_on_where_it_ended(keeper, db, small_parts):
    batch = ask(keeper, SHELVES, SHELF_NAMES)
    moments = iter([NOW, NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=1)])
    step = batches.work_on(lambda: next(moments), run_for=timedelta(seconds=12))
    assert (str(step), step.unfinished) == ("1 parts drawn", True)
    assert "48 of 60 labels are drawn." in page(keeper, batch) and part(keeper, batch, 1)
    assert str(work()) == "1 parts drawn"
    assert [(file.first, file.last) for file in LabelFile.objects.order_by("first")] == [(1, 48), (49, 60)]


def test_a_part_that_cannot_be_drawn_is_given_up_and_holds_up_no_other_batch(keeper, db, small_parts, monkeypatch):
    bad, good = ask(keeper, SHELVES, SHELF_NAMES), ask(keeper, SHELVES, ["A-1", "A-2", "A-3"])
    real = batches.wanted.of_shelves

    def broken(names):
        if names[0] == SHELF_NAMES[0]:
            raise RuntimeError
        return real(names)

    monkeypatch.setattr(batches.wanted, "of_shelves", broken)
    assert str(work()) == "1 parts drawn"
    assert "the rest is given up." in page(keeper, bad) and "All 3 labels are drawn." in page(keeper, good)


def test_what_is_few_is_answered_at_once_and_mistakes_are_told_before(keeper, books, monkeypatch):
    answer = keeper.post(COPIES, {"what": "B1-1", "paper": "sheet", "start": 1})
    assert answer["Content-Type"] == "application/pdf"
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)
    wrong = keeper.post(COPIES, {"what": "B1-1\nnowhere", "paper": "sheet", "start": 1})
    assert "No copy has the barcode nowhere" in wrong.content.decode()
    assert not LabelBatch.objects.exists()
    assert forms.MOST_AT_ONCE == batches.PART, "what is answered at once is no longer than a step"


def test_what_is_not_there_is_not_found(keeper, books, small_parts):
    batch = ask(keeper, SHELVES, SHELF_NAMES)
    for name, args in (
        ("batch", [batch.pk + 1]), ("batch", [10**20]), ("batch-file", [batch.pk, 1]), ("batch-file", [10**20, 10**20]),
    ):  # fmt: skip
        assert keeper.get(reverse(f"labels:{name}", args=args)).status_code == 404
    work()
    for path in batches.FOLDER.path().iterdir():
        path.unlink()
    assert keeper.get(reverse("labels:batch-file", args=[batch.pk, 1])).status_code == 404


def test_the_list_of_batches_costs_the_same_for_many(keeper, db, small_parts, django_assert_num_queries):
    ask(keeper, SHELVES, SHELF_NAMES)
    with django_assert_num_queries(4):
        keeper.get(BATCHES)
    for _ in range(3):
        ask(keeper, SHELVES, SHELF_NAMES)
    with django_assert_num_queries(4):
        keeper.get(BATCHES)


@pytest.mark.django_db(transaction=True)
def test_two_workers_draw_each_part_once(keeper, books, small_parts, together):
    batch = ask(keeper, SHELVES, SHELF_NAMES)
    said = together(work, work)
    assert not [answer for answer in said if isinstance(answer, Exception)]
    work()
    batch.refresh_from_db()
    assert batch.drawn == 60 and LabelFile.objects.count() == 2
    assert BookItem.objects.exists()
