"""How the database is emptied after a test whose rows were committed: only of what the test has left.

Django truncates every table and fills those of content types, permissions, roles and presets again, which takes a third
of a second whatever the test did. Here the tables that a new database has filled are copied once; afterwards those that
hold anything else are emptied, and those that differ from their copy are written anew.
"""

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

# A page that was left may still tell its server something, which then writes to two tables while all are emptied.
_TRIES = 5
_REMEMBER = """
DO $$
DECLARE
  name text;
  found boolean;
BEGIN
  DROP SCHEMA IF EXISTS as_migrated CASCADE;
  CREATE SCHEMA as_migrated;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO found;
    IF found THEN
      EXECUTE format('CREATE TABLE as_migrated.%1$I AS TABLE public.%1$I', name);
    END IF;
  END LOOP;
END $$
"""
_EMPTY = """
DO $$
DECLARE
  own record;
  found boolean;
BEGIN
  FOR own IN
    SELECT c.oid, c.relname AS name, to_regclass('as_migrated.' || quote_ident(c.relname)) AS kept
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'django_migrations'
  LOOP
    IF own.kept IS NULL THEN
      EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', own.name) INTO found;
      CONTINUE WHEN NOT found;
      IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = own.oid AND NOT tgisinternal) THEN
        -- What may only ever be added to refuses to have rows deleted.
        EXECUTE format('TRUNCATE public.%I', own.name);
      ELSE
        EXECUTE format('DELETE FROM public.%I', own.name);
      END IF;
    ELSE
      EXECUTE format(
        'SELECT EXISTS ((SELECT n::text FROM public.%1$I n EXCEPT ALL SELECT k::text FROM as_migrated.%1$I k)'
        'UNION ALL (SELECT k::text FROM as_migrated.%1$I k EXCEPT ALL SELECT n::text FROM public.%1$I n))', own.name
      ) INTO found;
      IF found THEN
        EXECUTE format('DELETE FROM public.%I', own.name);
        EXECUTE format('INSERT INTO public.%1$I SELECT * FROM as_migrated.%1$I', own.name);
      END IF;
    END IF;
  END LOOP;
END $$
"""


def remember() -> None:
    """Copy the tables that a new database has filled."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER)


def empty() -> None:
    """Bring every table back to what it was; foreign keys are looked at when all is done.

    Whoever PostgreSQL picks of two that wait for each other is to begin again.
    """
    for left in reversed(range(_TRIES)):
        try:
            with connection.cursor() as cursor:
                cursor.execute(_EMPTY)
        except OperationalError as error:
            if left and isinstance(error.__cause__, DeadlockDetected):
                continue
            raise
        return
