"""The whole system as real processes, with a broker that can be stopped like any other part."""

import pytest
from faults.onlookers import Onlooker

from parts.bookshop import Bookshop
from parts.ports import free_port
from parts.rabbitmq import NotInstalled

BOOKS = 12
# The timetable of a day in a minute, so that what a fault delayed is found while a test waits.
QUICK = {"SWEEP_EVERY_S": "1", "STATUSES_EVERY_S": "3", "BOOKS_EVERY_S": "20"}


@pytest.fixture(scope="module")
def bookshop(tmp_path_factory):
    try:
        whole = Bookshop(
            tmp_path_factory.mktemp("faults"),
            shop_port=free_port(),
            store_port=free_port(),
            mail_port=free_port(),
            broker="rabbitmq",
            books=BOOKS,
            for_tests=True,
        )
    except NotInstalled as error:
        pytest.skip(str(error))
    whole.shop_env.update(QUICK)
    try:
        whole.start()
        yield whole
    finally:
        whole.stop()


@pytest.fixture(scope="module")
def books(bookshop):
    return Onlooker(bookshop)
