"""One module for each kind of stream; each of them answers questions of its own, in a fixed number of statements."""

from shop.upkeep.streams.broker import dead_letters
from shop.upkeep.streams.comparison import comparisons
from shop.upkeep.streams.deliveries import mails, messages, refunds
from shop.upkeep.streams.feeds import feeds, rows_set_aside
from shop.upkeep.streams.money import payments
from shop.upkeep.streams.pictures import pictures

ALL = (feeds, messages, mails, refunds, payments, pictures, dead_letters, rows_set_aside, comparisons)
