"""Notice a restored database and number its feed rows anew."""

from uuid import uuid4

from django.db import connection, transaction

from store.feed.models import FeedEpoch, FeedRow

# Any number will do that no other advisory lock of the store uses.
EPOCH_LOCK = 7_301
IDENTITY_SQL = """
    SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
           (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database_oid,
           'catalogue_bookchange'::regclass::oid::bigint AS feed_oid
"""
# For a WITH list: the epoch, as text and null unless it is this database's, and the horizon, seen by the statement that reads the rows.
HEAD_SQL = f"""
    head AS (
        SELECT pg_snapshot_xmin(pg_current_snapshot()) AS horizon,
               pg_snapshot_xmax(pg_current_snapshot()) AS next_xid,
               (SELECT noted.epoch::text FROM feed_feedepoch noted JOIN ({IDENTITY_SQL}) here
                USING (system_identifier, database_oid, feed_oid)) AS epoch
    )
"""


def renew() -> None:
    """This function will give the feeds a new epoch unless the present one belongs to this very database."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EPOCH_LOCK])
        cursor.execute(f"WITH {HEAD_SQL} SELECT epoch FROM head")
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute(IDENTITY_SQL)
        identity = dict(zip((column.name for column in cursor.description), cursor.fetchone()))
        FeedEpoch.objects.update_or_create(id=1, defaults={"epoch": uuid4(), **identity})
        for model in FeedRow.__subclasses__():
            cursor.execute(f"UPDATE {model._meta.db_table} SET xid = pg_current_xact_id()")
