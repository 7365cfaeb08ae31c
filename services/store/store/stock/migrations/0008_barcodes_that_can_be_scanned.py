"""A new barcode can be printed, and differs from all others by more than its case.

By triggers and not by constraints: copies that were named otherwise before go on being moved and sold.
"""

from django.db import migrations, models
from django.db.models.functions import Upper

# Numbers of our own are counted up: for them, which an import brings by the thousand, nothing is looked at.
REQUIRE = r"""
CREATE FUNCTION stock_require_barcode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.barcode COLLATE "C" !~ '^[!-~]([ -~]*[!-~])?$' OR NEW.barcode ~* '^B[0-9]{9,}$' THEN
        RAISE EXCEPTION 'The barcode % cannot be scanned.', NEW.barcode
            USING ERRCODE = 'check_violation', CONSTRAINT = 'barcode_can_be_scanned';
    END IF;
    -- Who names another copy so at this moment waits, and then finds this one.
    PERFORM pg_advisory_xact_lock(hashtextextended('stock_barcode ' || upper(NEW.barcode), 0));
    IF EXISTS (
        SELECT FROM stock_bookitem
        WHERE upper(barcode) = upper(NEW.barcode) AND barcode !~ '^B[0-9]{9,}$' AND id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'Another copy has the barcode %.', NEW.barcode
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'barcode_once_in_any_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_require_barcode BEFORE INSERT ON stock_bookitem
    FOR EACH ROW WHEN (NEW.barcode !~ '^B[0-9]{9,}$') EXECUTE FUNCTION stock_require_barcode();
CREATE TRIGGER stock_require_new_barcode BEFORE UPDATE OF barcode ON stock_bookitem
    FOR EACH ROW WHEN (NEW.barcode IS DISTINCT FROM OLD.barcode AND NEW.barcode !~ '^B[0-9]{9,}$')
    EXECUTE FUNCTION stock_require_barcode();
"""
DROP = """
DROP TRIGGER stock_require_new_barcode ON stock_bookitem;
DROP TRIGGER stock_require_barcode ON stock_bookitem;
DROP FUNCTION stock_require_barcode();
"""


class Migration(migrations.Migration):
    dependencies = [("stock", "0007_only_new_copies_are_sold")]

    operations = [
        migrations.AddIndex(
            "bookitem",
            models.Index(
                Upper("barcode"),
                condition=models.Q(("barcode__regex", "^B[0-9]{9,}$"), _negated=True),
                name="copies_named_by_people",
            ),
        ),
        migrations.RunSQL(REQUIRE, DROP),
    ]
