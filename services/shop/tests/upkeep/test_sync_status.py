"""The same figures for programs: `sync_status` says what the page says, and its exit code is an alarm."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from shop.outbox.models import OutboxMessage
from shop.storelink.models import Feed
from shop.upkeep.status import look

pytestmark = pytest.mark.django_db


def run(*arguments) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("sync_status", *arguments, stdout=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue()


def test_all_is_well(all_is_well):
    code, said = run()
    assert code == 0 and said.startswith("Everything is fine")
    assert "Books from the store: fine." in said


def test_what_needs_a_person_is_exit_code_1_and_named_with_what_to_do(all_is_well, place):
    place()
    OutboxMessage.objects.update(state="refused", last_error="403 not your scope")
    code, said = run()
    assert code == 1
    assert "Orders to the store: needs a person. 1 message refused." in said
    assert f"message:{OutboxMessage.objects.get().pk}" in said and "403 not your scope" in said and "to do:" in said


def test_what_goes_on_by_itself_is_exit_code_0(all_is_well):
    Feed.objects.update(last_error="timeout", heard_at=timezone.now() - timedelta(minutes=1))
    code, said = run()
    assert code == 0 and "Nothing needs a person." in said


def test_the_json_has_the_figures_of_the_page(all_is_well, place):
    place()
    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(hours=2))
    code, said = run("--json")
    answer = json.loads(said)
    assert code == 1 and answer["needs_a_person"] is True
    streams = {stream["slug"]: stream for stream in answer["streams"]}
    assert set(streams) == {stream.slug for stream in look(now=timezone.now()).streams}
    assert streams["outbox"]["figures"]["waiting"] == 1
    assert streams["outbox"]["figures"]["oldest unsent"] == pytest.approx(7200, abs=60)
    assert streams["books"]["level"] == "fine"
