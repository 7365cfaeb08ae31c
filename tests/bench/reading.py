"""Read one of the store's feeds some times with the shop's own code and say what one reading cost this process.

Run as `python -m bench.reading books|orders TIMES` with the shop's environment; the last line is JSON.
"""

import json
import sys
import time

import django


def main(feed: str, times: int) -> None:
    django.setup()
    from django.utils import timezone

    from shop.storelink.books import sync_books
    from shop.storelink.statuses import sync_order_statuses
    from shop.storelink.store import open_store

    read = {"books": sync_books, "orders": sync_order_statuses}[feed]
    with open_store() as store:
        runs = [read(store, timezone.now)]
        cpu, began = time.process_time(), time.monotonic()
        runs += [read(store, timezone.now) for _ in range(times)]
        cpu, seconds = time.process_time() - cpu, time.monotonic() - began
    assert not any(run.error or run.stopped_because for run in runs), runs
    told = {
        "rows": sum(run.rows for run in runs[1:]),
        "requests": runs[-1].requests,
        "cpu_ms": {"shop": round(cpu / times * 1000, 2)},
        "seconds": round(seconds / times, 4),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
