"""The database itself refuses to change or remove audit entries."""

from django.db import migrations


class Migration(migrations.Migration):
    """Adds the trigger."""

    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'audit entries are append-only';
            END $$;
            CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
                FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse();
            """,
            reverse_sql="DROP TRIGGER audit_entry_append_only ON audit_entry; DROP FUNCTION audit_entry_refuse();",
        )
    ]
