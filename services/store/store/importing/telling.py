"""How an import is, in sentences."""

from datetime import datetime, timedelta

from store.importing.models import MOST_FAULTS_KEPT, ImportRun, RunState

SILENT_AFTER = timedelta(minutes=2)
DRY_RUN = "It was a dry run."  # why one ended that was checked to its end


def sentence_of(run: ImportRun) -> str:
    """Where it stands, or how it ended."""
    records = f"{run.what_a_record_is}s"
    match run.state:
        case RunState.MAPPING:
            return "Say which column is what; then the file is checked. Nothing is changed by that."
        case RunState.CHECKING:
            return f"It is being checked: {run.records:,} {records} read so far. Nothing is changed by that."
        case RunState.CHECKED if not run.to_do:
            return f"All {run.records:,} {records} are checked: there is nothing to bring in."
        case RunState.CHECKED:
            return f"All {run.records:,} {records} are checked and nothing is changed yet. Look at what would happen, and say yes."
        case RunState.APPLYING:
            return (
                f"It is being brought in: {run.done:,} of {run.to_do:,} {records} so far. Should the worker stop half-way, "
                "whole books are in, and it goes on with the others when it is back; nothing is brought in twice."
            )
        case RunState.DONE:
            return f"Done: {outcome_of(run)}."
        case RunState.STOPPED:
            return f"Stopped ({run.reason}) after {run.done:,} of {run.to_do:,} {records}, which stay in: {outcome_of(run)}."
        case RunState.DISCARDED:
            return f"Discarded ({run.reason}); nothing was changed."
    return f"Refused: {run.reason}" + ("" if run.reason.endswith("brought in.") else " Nothing was changed.")


def outcome_of(run: ImportRun) -> str:
    parts = [f"{run.done_new:,} new", f"{run.done_changed:,} changed", f"{run.done_retired:,} retired"]
    left_out = f"; {run.bad:,} left out" if run.bad else ""
    return f"{', '.join(parts)}; {run.done_copies:,} copies added{left_out}"


def share_of(run: ImportRun) -> tuple[int, int]:
    """How far it has come, of how much: of the check in bytes, and then of bringing in. A dry run ends with the check."""
    if run.is_dry_run and run.reason == DRY_RUN:
        return run.size_bytes, run.size_bytes
    if run.is_dry_run or run.state == RunState.CHECKING:
        return run.position, run.size_bytes
    return run.done, run.to_do


def what_keeps_it(run: ImportRun, ahead: ImportRun | None, now: datetime) -> str:
    """Why it does not go on; empty if there is no reason to wonder."""
    if not run.is_worked_on:
        return ""
    if ahead:
        return f"It waits for “{ahead.name}” to end: imports are brought in one after the other."
    if now - (run.worked_at or run.uploaded_at) > SILENT_AFTER:
        return (
            "The worker for imports has not been at it for some minutes. It goes on here as soon as the worker is back."
        )
    return ""


def about_kept_faults(run: ImportRun) -> str:
    return f"The first {MOST_FAULTS_KEPT:,} are kept." if run.bad > MOST_FAULTS_KEPT else ""
