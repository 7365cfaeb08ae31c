"""What can go wrong between a caller and the store: it could not be asked, or it said no."""

from store_client.messages import Problem


class StoreUnavailable(Exception):
    """The store gave no answer one could act on. Nothing is known to have happened; ask again later."""


class StoreRefused(Exception):
    """The store understood and said no. Asking the same again gives the same answer."""

    def __init__(self, problem: Problem):
        super().__init__(problem.sentence)
        self.problem = problem


class FeedRestarted(Exception):
    """The position belongs to an earlier life of the feed: read it from the beginning."""
