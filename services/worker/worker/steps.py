"""Long work is cut into tasks, so that each stays within its time limit."""

from datetime import timedelta

RUN_FOR = timedelta(seconds=12)  # the soft limit is 20 s; a last page or batch, or a wait for the turn, fits in between


def go_on_if(unfinished: bool, task, run) -> str:
    """This function will ring for the rest, and say what came of this step."""
    if unfinished:
        task.apply_async()
    return str(run)
