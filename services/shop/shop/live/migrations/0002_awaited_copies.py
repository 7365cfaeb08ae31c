"""Pages of an order also follow what is waited for."""

from django.db import migrations

WATCH = """
DROP TRIGGER live_changed ON orders_orderline;
CREATE TRIGGER live_changed AFTER UPDATE ON orders_orderline FOR EACH ROW
    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION live_note_change();
"""


def _watch(*columns: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return WATCH.format(old=old, new=new)


class Migration(migrations.Migration):
    dependencies = [("live", "0001_changes"), ("orders", "0006_awaited_copies")]

    operations = [migrations.RunSQL(_watch("shipped", "short", "awaited"), _watch("shipped", "short"))]
