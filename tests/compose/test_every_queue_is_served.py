"""A new kind of work must not lie in a queue that no container reads."""

from composition import composition

from worker_bell import Topic


def test_each_queue_is_served_by_one_kind_of_worker():
    commands = [service.get("command") or [] for service in composition()["services"].values()]
    served = [name for command in commands if "-Q" in command for name in command[command.index("-Q") + 1].split(",")]
    assert sorted(served) == sorted({topic.value.queue for topic in Topic})
