"""What every change feed of the store has in common."""

from django.db import models

from store.feed.fields import CurrentTransaction, Xid8Field


class FeedRow(models.Model):
    """A row that readers find by the transaction that wrote it.

    Rows are shown only once no older transaction is open any more, so a reader's cursor can pass nothing that commits
    late.
    """

    xid = Xid8Field(db_default=CurrentTransaction(), editable=False)

    class Meta:
        abstract = True


class FeedEpoch(models.Model):
    """One row: which database the feeds' transaction numbers belong to.

    A dump restored elsewhere brings rows numbered by another database's transactions. Its identity differs from the
    one noted here; `store.feed.epoch.renew` then numbers the rows anew and readers start again.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    epoch = models.UUIDField()
    system_identifier = models.DecimalField(max_digits=20, decimal_places=0)
    database_oid = models.BigIntegerField()
    feed_oid = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_epoch_is_one_row")]
