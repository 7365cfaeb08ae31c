"""No event changes once it was told. Owners and office decide on returns; all who pack receive them."""

from importlib import import_module

from django.db import migrations

make_groups = import_module("store.accounts.migrations.0002_groups").make_groups

# The transaction's number alone may change: a restored database numbers its events anew.
APPEND_ONLY = """
CREATE FUNCTION return_events_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        OLD.xid := NEW.xid;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Events of returns are neither changed nor deleted.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER return_events_only_grow BEFORE UPDATE OR DELETE ON returns_returnevent
    FOR EACH ROW EXECUTE FUNCTION return_events_only_grow();
"""
REVERSED = "DROP TRIGGER return_events_only_grow ON returns_returnevent; DROP FUNCTION return_events_only_grow();"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_groups_see_holds"), ("returns", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, REVERSED),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
    ]
