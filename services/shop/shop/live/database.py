"""Asking the database from a process in which nothing may wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import DatabaseError, connections
from psycopg_pool import PoolTimeout

THREADS = 4
DatabaseAway = (DatabaseError, PoolTimeout)
Answer = TypeVar("Answer")


class Database:
    """Few threads with short work: what is open holds neither a thread nor a connection while it waits."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="database")

    async def ask(self, what: Callable[..., Answer], *arguments, **named) -> Answer:
        def work() -> Answer:
            try:
                return what(*arguments, **named)
            finally:
                connections.close_all()  # back into the pool

        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
